package dev.rill.bench.load;

/// The server did not do what the workload expects of it; the message says what was seen.
final class LoadFailed extends RuntimeException {

    private static final long serialVersionUID = 1;

    LoadFailed(String message) {
        super(message);
    }
}
