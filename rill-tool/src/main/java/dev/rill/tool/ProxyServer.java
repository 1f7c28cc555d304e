package dev.rill.tool;

import dev.rill.kernel.Kernel;
import dev.rill.net.EventLoop;
import dev.rill.net.EventLoopOptions;
import dev.rill.net.LoopStatistics;
import dev.rill.ring.StepDown;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A [TcpProxy] with an event loop on a thread of its own; usable from any thread.
final class ProxyServer implements AutoCloseable {

    /// How the proxy and its loop stand at one moment.
    ///
    /// @param proxy what was carried
    /// @param loop what that took
    /// @param cpuNanos the processor time of the proxy's thread, in the kernel and outside; -1 when
    ///        the system does not tell
    record Snapshot(TcpProxy.Totals proxy, LoopStatistics loop, long cpuNanos) {
    }

    private final Thread thread;
    private final CompletableFuture<Started> started = new CompletableFuture<>();
    private final CompletableFuture<Snapshot> ended = new CompletableFuture<>();

    private record Started(EventLoop loop, TcpProxy proxy, SocketAddress address,
            List<StepDown> stepDowns) {
    }

    /// What to start.
    ///
    /// @param kernel where
    /// @param listen where clients come in
    /// @param server where they are carried to
    /// @param options of the loop
    /// @param log hears one line for what an operator should know
    record Plan(Kernel kernel, SocketAddress listen, SocketAddress server,
            EventLoopOptions options, Consumer<String> log) {
    }

    private ProxyServer(Plan plan) {
        thread = new Thread(() -> serve(plan), "rill-proxy");
    }

    /// Starts to listen.
    ///
    /// @throws RuntimeException what the loop or the listener threw
    static ProxyServer start(Plan plan) {
        ProxyServer server = new ProxyServer(plan);
        server.thread.start();
        try {
            server.started.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
        return server;
    }

    /// Where it listens.
    SocketAddress address() {
        return started.join().address;
    }

    /// What the kernel does not offer of what was asked for.
    List<StepDown> stepDowns() {
        return started.join().stepDowns;
    }

    /// How it stands; the final state when it has ended.
    Snapshot sample() {
        return ask().join();
    }

    /// Asks how it stands; the answer is the final state when it has ended.
    CompletableFuture<Snapshot> ask() {
        CompletableFuture<Snapshot> answer = new CompletableFuture<>();
        try {
            started.join().loop.execute(() -> answer.complete(snapshot()));
        } catch (RejectedExecutionException e) {
            return ended.copy();
        }
        return answer.applyToEither(ended, snapshot -> snapshot);
    }

    /// Stops in an orderly way: what was accepted is delivered. A second call drops the rest.
    void stop() {
        try {
            started.join().loop.stop();
        } catch (RejectedExecutionException e) {
            // it has ended already
        }
    }

    /// Waits until it has ended.
    ///
    /// @return what it had done
    Snapshot join() {
        try {
            return ended.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }

    /// Waits some time.
    ///
    /// @return whether it has ended
    boolean joined(long time, TimeUnit unit) throws InterruptedException {
        thread.join(unit.toMillis(time));
        return !thread.isAlive();
    }

    @Override
    public void close() {
        stop();
        join();
    }

    private Snapshot snapshot() {
        Started running = started.join();
        return new Snapshot(running.proxy.totals(), running.loop.statistics(), threadCpuNanos());
    }

    /// The calling thread's processor time, from the scheduler.
    private static long threadCpuNanos() {
        try {
            String fields = Files.readString(Path.of("/proc/thread-self/schedstat"));
            return Long.parseLong(fields.substring(0, fields.indexOf(' ')));
        } catch (IOException | RuntimeException e) {
            return -1; // not Linux, or a kernel built without it
        }
    }

    private void serve(Plan plan) {
        try (EventLoop loop = EventLoop.open(plan.kernel, plan.options)) {
            TcpProxy proxy = new TcpProxy(loop, plan.server, plan.log);
            SocketAddress address = proxy.listen(plan.listen).address();
            started.complete(new Started(loop, proxy, address, loop.stepDowns()));
            loop.run();
            ended.complete(snapshot());
        } catch (RuntimeException | Error e) {
            started.completeExceptionally(e);
            ended.completeExceptionally(e);
        }
    }
}
