/// Scenarios: actions on a kernel's io_uring and the completions they must bring, in plain text.
///
/// A file is read by [dev.rill.scenario.ScenarioParser] into [dev.rill.scenario.Scenario]s, and
/// [dev.rill.scenario.Runner] plays one on any [dev.rill.kernel.Kernel]. The requests are raw:
/// nothing that the library would refuse is refused here. The language is in `docs/scenarios.md`.
package dev.rill.scenario;
