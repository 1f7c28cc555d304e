package dev.rill.scenario;

/// A scenario file is wrong: where, and what was expected there.
public final class ScenarioSyntaxException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ScenarioSyntaxException(Place place, String expected) {
        super(place + ": " + expected + "\n    " + place.text());
    }
}
