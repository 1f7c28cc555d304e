package dev.rill.scenario;

/// Something else came than was expected, or a line could not be done at all.
final class Mismatch extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Mismatch(String message) {
        super(message);
    }
}
