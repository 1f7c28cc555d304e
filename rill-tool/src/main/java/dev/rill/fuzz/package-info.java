/// Differential fuzzing: random scenarios are played on two kernels, and whatever a program could
/// see must be the same on both. `docs/fuzzing.md` says how it is used.
///
/// A scenario is text in the language of [dev.rill.scenario] from the start, so that what is found
/// can be cut down line by line and kept as a file.
package dev.rill.fuzz;
