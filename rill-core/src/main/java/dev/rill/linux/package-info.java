/// The real kernel: the only room that makes down-calls.
///
/// [dev.rill.linux.LinuxKernel] is the `Kernel` over `java.lang.foreign`; [dev.rill.linux.Libc]
/// holds every native function it calls; [dev.rill.linux.LinuxAvailability] says why it cannot be
/// used and what to do. Not exported: programs come in through `dev.rill.Kernels`.
package dev.rill.linux;
