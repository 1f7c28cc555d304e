package dev.rill.tool;

/// A failure that the user of the tool can understand and do something about: a port in use, an
/// address that does not exist. Its message is the whole report, so it says what was attempted,
/// what went wrong and what to do. Everything else that a command throws is reported as a defect.
final class CommandFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CommandFailed(String message) {
        super(message);
    }

    CommandFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
