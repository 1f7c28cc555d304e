package dev.rill.tool;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.net.EventLoop;
import dev.rill.net.EventLoopOptions;
import dev.rill.net.LoopStatistics;
import dev.rill.ring.StepDown;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    /// @param bytesTold what of the bytes sent was for those who look in, see
    ///        [AdminEndpoint#bytesTold]
    record Snapshot(TcpProxy.Totals proxy, LoopStatistics loop, long cpuNanos, long bytesTold) {
    }

    private final Thread thread;
    private final CompletableFuture<Started> started = new CompletableFuture<>();
    private final CompletableFuture<Snapshot> ended = new CompletableFuture<>();
    /// Where it is listening for those who look in; the thread of the loop.
    private final List<SocketAddress> admin = new ArrayList<>();

    /// Where somebody finds out how a proxy stands, see [AdminEndpoint].
    ///
    /// @param address where to listen for that; null for nowhere
    /// @param places where to be found by the process number; null for nowhere
    /// @param log hears why it cannot be found there
    record Admin(SocketAddress address, AdminPlaces places, Consumer<String> log) {
        static final Admin NONE = new Admin(null, null, _ -> { });
    }

    private record Started(EventLoop loop, TcpProxy proxy, SocketAddress address,
            AdminEndpoint endpoint, List<SocketAddress> admin, List<StepDown> stepDowns) {
    }

    /// What to start.
    ///
    /// @param kernel where
    /// @param listen where clients come in
    /// @param server where they are carried to
    /// @param options of the loop
    /// @param admin where it can be looked into
    /// @param log hears one line for what an operator should know
    record Plan(Kernel kernel, SocketAddress listen, SocketAddress server,
            EventLoopOptions options, Admin admin, Consumer<String> log) {
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

    /// Where it can be looked into.
    List<SocketAddress> admin() {
        return started.join().admin;
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
        return new Snapshot(running.proxy.totals(), running.loop.statistics(), threadCpuNanos(),
                running.endpoint.bytesTold());
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
        Snapshot last;
        try (EventLoop loop = EventLoop.open(plan.kernel, plan.options)) {
            TcpProxy proxy = new TcpProxy(loop, plan.server, plan.log);
            SocketAddress address = proxy.listen(plan.listen).address();
            AdminReport report = new AdminReport(KernelOptions.name(plan.kernel),
                    Endpoint.name(address), Endpoint.name(plan.server), loop, proxy::totals,
                    System.nanoTime());
            AdminEndpoint endpoint = new AdminEndpoint(loop, report::object);
            admit(plan.admin, loop, endpoint);
            started.complete(new Started(loop, proxy, address, endpoint, List.copyOf(admin),
                    loop.stepDowns()));
            loop.run();
            admin.forEach(ProxyServer::removeFile);
            last = snapshot();
        } catch (RuntimeException | Error e) {
            admin.forEach(ProxyServer::removeFile);
            started.completeExceptionally(e);
            ended.completeExceptionally(e);
            return;
        }
        ended.complete(last); // not before the loop is closed: whoever waits closes the kernel next
    }

    private void admit(Admin plan, EventLoop loop, AdminEndpoint endpoint) {
        if (plan.address != null) {
            admin.add(loop.listen(plan.address, endpoint).address());
        }
        if (plan.places != null) {
            try {
                admin.add(loop.listen(plan.places.own(), endpoint).address());
            } catch (IOException | KernelException e) {
                plan.log.accept("rill top cannot look into this process by its number: "
                        + e.getMessage());
            }
        }
    }

    private static void removeFile(SocketAddress address) {
        if (address instanceof UnixDomainSocketAddress unix) {
            try {
                Files.deleteIfExists(unix.getPath());
            } catch (IOException e) {
                // it is in nobody's way: a process of the same number replaces it
            }
        }
    }
}
