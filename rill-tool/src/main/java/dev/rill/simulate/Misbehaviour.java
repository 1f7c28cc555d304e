package dev.rill.simulate;

/// What a handler of the simulated program throws on purpose.
final class Misbehaviour extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Misbehaviour() {
        super("thrown on purpose", null, false, false);
    }
}
