/// Whole servers on a simulated machine, seed by seed: event loops, the program on them, and a
/// crowd of peers that treats them well and badly, in one thread and in no time at all.
///
/// [dev.rill.simulate.Simulator] runs a seed. What a seed makes is in `Setting`; the program in
/// `Service` and `Relay`; the crowd in `Peer`; what must always hold in `Site` and `Judge`.
/// docs/simulation.md says the same for those who run it.
package dev.rill.simulate;
