package dev.rill.simulate;

/// Something that must always hold did not.
final class Violation extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String invariant;

    Violation(String invariant, String details, Throwable cause) {
        super(details, cause);
        this.invariant = invariant;
    }

    /// What must hold, in a few words.
    String invariant() {
        return invariant;
    }
}
