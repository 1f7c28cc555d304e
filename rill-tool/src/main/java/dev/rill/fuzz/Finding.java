package dev.rill.fuzz;

/// A difference that nobody has explained yet.
///
/// @param scenarioSeed plays it again
/// @param what kind of difference, in a word
/// @param description both sides
/// @param scenario the smallest scenario file that shows it; its expectations are what the running
///        kernel brings
/// @param lines how many lines that scenario has
public record Finding(long scenarioSeed, String what, String description, String scenario,
        int lines) {
}
