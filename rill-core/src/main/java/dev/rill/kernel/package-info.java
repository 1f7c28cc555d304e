/// The line between Rill's two halves: one interface at the system call, and what can be put
/// in front of it.
///
/// Everything above (rings and networking) is handed a [Kernel] and never asks which
/// one it has; it looks at feature bits, the probe and errno. Everything below answers with a
/// value or `-errno`. No object of ours crosses the line, only ints, longs and memory.
///
/// This room uses `dev.rill.abi` alone. Start reading at [Kernel].
package dev.rill.kernel;
