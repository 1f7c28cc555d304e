package dev.rill.tool;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.net.EventLoop;
import dev.rill.net.EventLoopOptions;
import dev.rill.net.EventLoops;
import dev.rill.net.EventLoopsOptions;
import dev.rill.net.EventLoopsStatistics;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A [TcpProxy] for each of several event loops, on threads of their own; usable from any thread.
final class ProxyServer implements AutoCloseable {

    /// How the proxy and its loops stand at one moment.
    ///
    /// @param proxy what was carried
    /// @param loop what that took, all loops together
    /// @param cpuNanos the processor time of the loops' threads, in the kernel and outside; -1 when
    ///        the system does not tell
    /// @param bytesTold what of the bytes sent was for those who look in, see
    ///        [AdminEndpoint#bytesTold]
    record Snapshot(TcpProxy.Totals proxy, LoopStatistics loop, long cpuNanos, long bytesTold) {
    }

    /// Where somebody finds out how a proxy stands, see [AdminEndpoint].
    ///
    /// @param address where to listen for that; null for nowhere
    /// @param places where to be found by the process number; null for nowhere
    /// @param log hears why it cannot be found there
    record Admin(SocketAddress address, AdminPlaces places, Consumer<String> log) {
        static final Admin NONE = new Admin(null, null, _ -> { });
    }

    /// What to start.
    ///
    /// @param kernel where
    /// @param listen where clients come in
    /// @param server where they are carried to
    /// @param options how many loops, and of each
    /// @param admin where it can be looked into
    /// @param log hears one line for what an operator should know; on any loop's thread
    record Plan(Kernel kernel, SocketAddress listen, SocketAddress server,
            EventLoopsOptions options, Admin admin, Consumer<String> log) {

        /// With one loop.
        Plan(Kernel kernel, SocketAddress listen, SocketAddress server,
                EventLoopOptions options, Admin admin, Consumer<String> log) {
            this(kernel, listen, server,
                    EventLoopsOptions.defaults().withCount(1).withLoop(options), admin, log);
        }
    }

    /// What one loop's share of a snapshot is, apart from the loop itself.
    private record Share(TcpProxy.Totals proxy, long cpuNanos, long bytesTold) {

        Share plus(Share other) {
            return new Share(proxy.plus(other.proxy),
                    cpuNanos < 0 || other.cpuNanos < 0 ? -1 : cpuNanos + other.cpuNanos,
                    bytesTold + other.bytesTold);
        }
    }

    /// What belongs to one loop; on its thread.
    private static final class Part {

        private final CompletableFuture<Share> ended = new CompletableFuture<>();
        private TcpProxy proxy;
        private AdminEndpoint endpoint;
        /// Where it is listening for those who look in.
        private final List<SocketAddress> admin = new ArrayList<>();

        Share share() {
            return new Share(proxy == null ? new TcpProxy.Totals(0, 0, 0, 0, 0, 0)
                    : proxy.totals(), threadCpuNanos(),
                    endpoint == null ? 0 : endpoint.bytesTold());
        }

        /// Lives as long as its loop.
        void run(Runnable loop) {
            try {
                loop.run();
            } finally {
                admin.forEach(ProxyServer::removeFile);
                ended.complete(share());
            }
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private final EventLoops loops;
    private final SocketAddress address;
    private final List<SocketAddress> admin;

    private ProxyServer(Plan plan) {
        loops = EventLoops.open(plan.kernel, plan.options.withThreads(this::thread));
        try {
            SocketAddress where = loops.listen(plan.listen, loop -> {
                Part part = parts.get(loops.loops().indexOf(loop));
                part.proxy = new TcpProxy(loop, plan.server, plan.log);
                return part.proxy.clients();
            }).address();
            address = where;
            admin = first(() -> admit(plan, where));
        } catch (RuntimeException | Error e) {
            loops.close();
            throw e;
        }
    }

    private Thread thread(Runnable loop) {
        Part part = new Part();
        parts.add(part);
        return new Thread(() -> part.run(loop), "rill-proxy-" + parts.size());
    }

    /// Starts to listen.
    ///
    /// @throws RuntimeException what a loop or the listener threw
    static ProxyServer start(Plan plan) {
        return new ProxyServer(plan);
    }

    /// Where it listens.
    SocketAddress address() {
        return address;
    }

    /// Where it can be looked into.
    List<SocketAddress> admin() {
        return admin;
    }

    /// What the kernel does not offer of what was asked for.
    List<StepDown> stepDowns() {
        return loops.stepDowns();
    }

    /// How it stands; the final state when it has ended.
    Snapshot sample() {
        return ask().join();
    }

    /// Asks how it stands; the answer is the final state when it has ended.
    CompletableFuture<Snapshot> ask() {
        CompletableFuture<Share> sum = null;
        for (int i = 0; i < parts.size(); i++) {
            CompletableFuture<Share> share = ask(parts.get(i), loops.loops().get(i));
            sum = sum == null ? share : sum.thenCombine(share, Share::plus);
        }
        return sum.thenCombine(loops.sample(), ProxyServer::snapshot);
    }

    private static CompletableFuture<Share> ask(Part part, EventLoop loop) {
        CompletableFuture<Share> answer = new CompletableFuture<>();
        try {
            loop.execute(() -> answer.complete(part.share()));
        } catch (RejectedExecutionException e) {
            return part.ended.copy();
        }
        return answer.applyToEither(part.ended, share -> share);
    }

    private static Snapshot snapshot(Share share, EventLoopsStatistics statistics) {
        return new Snapshot(share.proxy, statistics.total(), share.cpuNanos, share.bytesTold);
    }

    /// Stops in an orderly way: what was accepted is delivered. A second call drops the rest.
    void stop() {
        loops.stop();
    }

    /// Waits until it has ended.
    ///
    /// @return what it had done
    Snapshot join() {
        try {
            EventLoopsStatistics statistics = loops.join();
            Share sum = parts.stream().map(part -> part.ended.join()).reduce(Share::plus)
                    .orElseThrow();
            return snapshot(sum, statistics);
        } catch (IllegalStateException e) {
            throw e.getCause() instanceof KernelException known ? known : e;
        }
    }

    /// Waits some time.
    ///
    /// @return whether it has ended
    boolean joined(long time, TimeUnit unit) throws InterruptedException {
        try {
            CompletableFuture.allOf(parts.stream().map(part -> part.ended)
                    .toArray(CompletableFuture[]::new)).get(time, unit);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true; // join() tells
        }
    }

    @Override
    public void close() {
        stop();
        join();
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

    /// Does something on the first loop's thread and waits for it.
    private <T> T first(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loops.loops().getFirst().execute(() -> {
            try {
                result.complete(task.get());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }

    /// Lets those in who look at the first loop.
    private List<SocketAddress> admit(Plan plan, SocketAddress where) {
        EventLoop loop = loops.loops().getFirst();
        Part part = parts.getFirst();
        AdminReport report = new AdminReport(KernelOptions.name(plan.kernel),
                Endpoint.name(where), Endpoint.name(plan.server), loop, parts.size(),
                part.proxy::totals, System.nanoTime());
        part.endpoint = new AdminEndpoint(loop, report::object);
        if (plan.admin.address != null) {
            part.admin.add(loop.listen(plan.admin.address, part.endpoint).address());
        }
        if (plan.admin.places != null) {
            try {
                part.admin.add(loop.listen(plan.admin.places.own(), part.endpoint).address());
            } catch (IOException | KernelException e) {
                plan.admin.log.accept("rill top cannot look into this process by its number: "
                        + e.getMessage());
            }
        }
        return List.copyOf(part.admin);
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
