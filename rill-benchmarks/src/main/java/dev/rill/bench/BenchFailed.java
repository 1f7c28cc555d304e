package dev.rill.bench;

/// The benchmark cannot be run as it was asked for; the message says why and what to do.
final class BenchFailed extends RuntimeException {

    private static final long serialVersionUID = 1;

    BenchFailed(String message) {
        super(message);
    }
}
