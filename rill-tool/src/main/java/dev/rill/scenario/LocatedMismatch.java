package dev.rill.scenario;

/// A [Mismatch] with the line it belongs to.
final class LocatedMismatch extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LocatedMismatch(String message) {
        super(message);
    }
}
