/// The kernel's half in Java: an in-process second implementation of the `Kernel` line, which
/// reads and writes the same bytes of the same rings as Linux does, completion by completion.
///
/// Written from the specification of the behaviour and from watching the real kernel, and laid
/// out as io_uring is, so that both can be read side by side:
///
/// | here | there |
/// |---|---|
/// | [RingContext], [Submission], [CompletionPoster] | io_uring/io_uring.c |
/// | [BufferLists], [ProvidedRing], [ProvidedList] | io_uring/kbuf.c |
/// | [NetReceive], [NetSend], [NetSetup] | io_uring/net.c |
/// | [ReadWriteOps] | io_uring/rw.c |
/// | [Polling] | io_uring/poll.c |
/// | [Timeouts] | io_uring/timeout.c |
/// | [Cancellation] | io_uring/cancel.c |
/// | [Registrations] | io_uring/register.c |
///
/// Below it is a second small line, the wire: [OpenFile], [Socket] and [Wire], what the rest of the
/// kernel offers to io_uring; in memory ([MemoryWire]) or over `java.nio` ([NioWire]). Everything
/// happens inside a call of the caller's thread, under one lock per kernel, so a single-threaded
/// program in memory sees the same completions on every run.
///
/// Uses no restricted method of `java.lang.foreign`. Start reading at [InProcessKernel], then
/// [RingContext]. Not exported: programs come in through `dev.rill.Kernels`.
package dev.rill.engine;
