/// Event loops, listeners and connections: what most programs use.
///
/// ```java
/// try (Kernel kernel = Kernels.best(); EventLoop loop = EventLoop.open(kernel)) {
///     loop.listen(new InetSocketAddress("127.0.0.1", 7000), Connection::send);   // an echo
///     loop.run();
/// }
/// ```
///
/// Received bytes are shown to a [ConnectionHandler] where the kernel put them, and sent on from
/// the same place. Whoever sends received bytes to a slow peer slows down whom they came from, so
/// memory stays bounded without further ado.
///
/// One thread per loop; everything else enters through [EventLoop#execute]. Several loops at one
/// address, to use several processors, are [EventLoops]. This room is handed a
/// [dev.rill.kernel.Kernel] and never asks which one. Start reading at [EventLoop], then
/// [Connection].
package dev.rill.net;
