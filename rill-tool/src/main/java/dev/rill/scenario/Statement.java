package dev.rill.scenario;

/// One line of a scenario.
///
/// @param place where it stands
/// @param condition when it counts, or null for always
/// @param step what to do
/// @param expected what must follow at once, or null when nothing is said about it
record Statement(Place place, Condition condition, Step step, Expected expected) {
}
