package dev.rill.net;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.ring.StepDown;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/// Several event loops at one address, to use several processors: each has a thread, a ring and
/// receive memory of its own and shares nothing with the others on the way of a byte.
///
/// ```java
/// try (Kernel kernel = Kernels.best(); EventLoops loops = EventLoops.open(kernel)) {
///     loops.listen(new InetSocketAddress("127.0.0.1", 7000), loop -> Connection::send);
///     loops.join();
/// }
/// ```
///
/// A connection stays on the loop that it came to, with its handler, so whatever belongs to one
/// loop is used by one thread. What handlers of several loops share must be safe for threads.
///
/// **How connections are spread.** Each loop has a socket that listens, and the kernel chooses one
/// by a hash of the addresses (`SO_REUSEPORT`, Linux 3.9): even for many connections, by chance for
/// few. Where that cannot be, at Unix addresses or without the option, and where
/// [EventLoopsOptions#roundRobin] asks for it, the first loop accepts and gives each loop one in
/// turn.
///
/// **Failures.** What a handler throws closes its connection, as on a single loop. When the thread
/// of a loop fails, that is logged, the other loops are stopped in an orderly way rather than left
/// to serve a part of those who come, and [#join] and [#close] throw it.
///
/// **Thread.** For all threads; those methods that wait are refused on the threads of the loops.
public final class EventLoops implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(EventLoops.class.getName());

    private final Kernel kernel;
    private final EventLoopsOptions options;
    private final Processors processors;
    private final List<Runner> runners = new ArrayList<>();
    private final List<EventLoop> loops = new ArrayList<>();
    private final Set<StepDown> stepDowns = new LinkedHashSet<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final CompletableFuture<EventLoopsStatistics> ended = new CompletableFuture<>();

    private EventLoops(Kernel kernel, EventLoopsOptions options) {
        this.kernel = Objects.requireNonNull(kernel, "kernel");
        this.options = options;
        processors = options.pin() ? Processors.allowed(kernel) : null;
    }

    /// Starts a loop for each processor.
    ///
    /// @param kernel where; shared by all loops, to be closed after them
    /// @return running loops that do nothing yet
    public static EventLoops open(Kernel kernel) {
        return open(kernel, EventLoopsOptions.defaults());
    }

    /// Starts loops.
    ///
    /// @param kernel where; shared by all loops, to be closed after them
    /// @param options how many, and how
    /// @return running loops that do nothing yet
    /// @throws KernelException when the kernel refuses, with what to do about it; no loop runs then
    public static EventLoops open(Kernel kernel, EventLoopsOptions options) {
        EventLoops all = new EventLoops(kernel, Objects.requireNonNull(options, "options"));
        all.start();
        return all;
    }

    private void start() {
        running.set(options.count());
        for (int index = 0; index < options.count(); index++) {
            runners.add(new Runner(index));
        }
        runners.forEach(Runner::start);
        Throwable refused = null;
        for (Runner runner : runners) {
            try {
                loops.add(runner.opened.join());
                stepDowns.addAll(runner.stepDowns);
            } catch (CompletionException e) {
                refused = e.getCause();
            }
        }
        if (refused != null) {
            loops.forEach(EventLoop::stop);
            runners.forEach(runner -> runner.ended.join());
            throw rethrown(refused);
        }
    }

    // ---- what a program asks for -------------------------------------------------------------

    /// Listens on all loops at one address, and waits until all do.
    ///
    /// @param address where: an `InetSocketAddress` (port 0 for any free one, the same for all) or
    ///        a `UnixDomainSocketAddress`
    /// @param handlers says who hears of the connections of a loop; called once for each loop, on
    ///        its thread
    /// @return the listener
    /// @throws KernelException when the address cannot be used, with what to do about it; no loop
    ///         listens there then
    public SharedListener listen(SocketAddress address,
            Function<EventLoop, ConnectionHandler> handlers) {
        requireOutside("listen");
        Objects.requireNonNull(handlers, "handlers");
        List<ConnectionHandler> all = new ArrayList<>();
        for (Runner runner : runners) {
            EventLoop loop = loops.get(runner.index);
            all.add(runner.call(() -> Objects.requireNonNull(handlers.apply(loop), "handler")));
        }
        boolean spread = loops.size() > 1 && !options.roundRobin()
                && !(address instanceof UnixDomainSocketAddress);
        SharedListener shared = spread ? listenShared(address, all) : null;
        return shared != null ? shared : handOver(address, all);
    }

    /// @return null where the kernel spreads no connections
    private SharedListener listenShared(SocketAddress address, List<ConnectionHandler> handlers) {
        List<SharedListener.Place> places = new ArrayList<>();
        try {
            if (address instanceof InetSocketAddress inet && inet.getPort() != 0) {
                runners.getFirst().call(() -> {
                    loops.getFirst().sockets().requireFree(address);
                    return null;
                });
            }
            SocketAddress where = address;
            for (Runner runner : runners) {
                SocketAddress there = where;
                EventLoop loop = loops.get(runner.index);
                Listener listener = runner.call(() -> loop.listeners().addShared(there,
                        handlers.get(runner.index)));
                if (listener == null) {
                    note(new StepDown("SO_REUSEPORT", "3.9",
                            "one event loop accepts connections for all"));
                    places.forEach(SharedListener.Place::close);
                    return null;
                }
                places.add(new SharedListener.Place(loop, listener));
                where = listener.address(); // with the port that was chosen for the first
            }
            return new SharedListener(places);
        } catch (RuntimeException | Error e) {
            places.forEach(SharedListener.Place::close);
            throw e;
        }
    }

    private SharedListener handOver(SocketAddress address, List<ConnectionHandler> handlers) {
        EventLoop first = loops.getFirst();
        HandOver handOver = new HandOver(first, loops, handlers);
        Listener listener = runners.getFirst().call(
                () -> first.listeners().add(address, handOver));
        SharedListener shared = new SharedListener(
                List.of(new SharedListener.Place(first, listener)));
        Mailbox.Call update = first.mailbox().new Call(listener::update);
        try {
            for (Runner runner : runners.subList(1, runners.size())) {
                runner.call(() -> {
                    loops.get(runner.index).listeners().tell(update);
                    return null;
                });
            }
            update.call(); // one of them may have been full before it knew whom to tell
            return shared;
        } catch (RuntimeException | Error e) {
            shared.close();
            throw e;
        }
    }

    /// The loops, for whatever is to be done on one of them.
    ///
    /// @return as many as [EventLoopsOptions#count]
    public List<EventLoop> loops() {
        return List.copyOf(loops);
    }

    /// The options in force.
    ///
    /// @return as given at [#open]
    public EventLoopsOptions options() {
        return options;
    }

    /// What the kernel does not offer of what was asked for: of the loops, of pinning, of
    /// listening. Each is said once, whatever number of loops it is true for.
    ///
    /// @return one entry for each; empty on a current kernel
    public List<StepDown> stepDowns() {
        synchronized (stepDowns) {
            return List.copyOf(stepDowns);
        }
    }

    private void note(StepDown stepDown) {
        synchronized (stepDowns) {
            stepDowns.add(stepDown);
        }
    }

    /// What was done so far, loop by loop; of loops that have ended, at their end.
    ///
    /// @return a snapshot, taken at each loop's next turn
    public CompletableFuture<EventLoopsStatistics> sample() {
        List<CompletableFuture<LoopStatistics>> all = runners.stream().map(Runner::sample).toList();
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenApply(_ -> gathered(all));
    }

    /// What was done so far, loop by loop: waits for [#sample].
    ///
    /// @return a snapshot
    public EventLoopsStatistics statistics() {
        requireOutside("statistics");
        try {
            return sample().join();
        } catch (CompletionException e) {
            throw rethrown(e.getCause());
        }
    }

    private static EventLoopsStatistics gathered(List<CompletableFuture<LoopStatistics>> all) {
        return new EventLoopsStatistics(all.stream().map(CompletableFuture::join).toList());
    }

    /// Ends all loops in an orderly way, see [EventLoop#stop]. A second call drops what is left.
    public void stop() {
        loops.forEach(EventLoop::stop);
    }

    /// Done when all loops have ended and given their memory back; exceptionally when one failed.
    ///
    /// @return what was done
    public CompletableFuture<EventLoopsStatistics> ended() {
        return ended.copy();
    }

    /// Waits until all loops have ended.
    ///
    /// @return what was done
    /// @throws IllegalStateException when a loop failed, with the reason as its cause
    public EventLoopsStatistics join() {
        requireOutside("join");
        try {
            return ended.join();
        } catch (CompletionException e) {
            throw rethrown(e.getCause());
        }
    }

    /// Drops all connections and waits until all loops have ended.
    ///
    /// @throws IllegalStateException when a loop failed, with the reason as its cause
    @Override
    public void close() {
        requireOutside("close");
        stop();
        stop();
        join();
    }

    private void requireOutside(String method) {
        for (Runner runner : runners) {
            if (runner.thread == Thread.currentThread()) {
                throw new IllegalStateException("on the thread of " + runner
                        + ": " + method + "() would wait for itself");
            }
        }
    }

    private static RuntimeException rethrown(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException known ? known : new CompletionException(e);
    }

    // ---- one loop ----------------------------------------------------------------------------

    /// The life of a loop on its thread.
    private final class Runner implements Runnable {

        private final int index;
        private final CompletableFuture<EventLoop> opened = new CompletableFuture<>();
        private final CompletableFuture<LoopStatistics> last = new CompletableFuture<>();
        /// Always completes normally; failures are in [#failure].
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private Thread thread;
        /// Written before [#opened] completes.
        private List<StepDown> stepDowns = List.of();

        Runner(int index) {
            this.index = index;
        }

        void start() {
            try {
                thread = Objects.requireNonNull(options.threads().newThread(this), "thread");
                if (thread.isVirtual()) {
                    throw new IllegalArgumentException("threads=" + options.threads()
                            + ": makes virtual threads, and an event loop needs one of its own");
                }
                thread.start();
            } catch (RuntimeException | Error e) {
                end(e);
            }
        }

        @Override
        public void run() {
            Throwable thrown = null;
            try {
                serve();
            } catch (RuntimeException | Error e) {
                thrown = e;
            }
            end(thrown);
        }

        private void serve() {
            List<StepDown> missing = new ArrayList<>();
            if (processors != null) {
                // before its memory is first touched, so that it is near
                processors.pin(index).ifPresent(missing::add);
            }
            try (EventLoop loop = EventLoop.open(kernel, options.loop())) {
                missing.addAll(loop.stepDowns());
                stepDowns = missing;
                opened.complete(loop);
                try {
                    loop.run();
                } finally {
                    last.complete(loop.statistics());
                }
            }
        }

        private void end(Throwable thrown) {
            if (thrown != null) {
                last.completeExceptionally(thrown);
                if (!opened.completeExceptionally(thrown)) {
                    fail(this, thrown);
                }
            }
            ended.complete(null);
            if (running.decrementAndGet() == 0) {
                allEnded();
            }
        }

        CompletableFuture<LoopStatistics> sample() {
            try {
                return opened.join().sample().applyToEither(last, statistics -> statistics);
            } catch (RejectedExecutionException e) {
                return last.copy(); // it is closed; one that is far behind answers at its end
            }
        }

        /// Does something on the loop's thread and waits for it.
        <T> T call(Supplier<T> task) {
            CompletableFuture<T> result = new CompletableFuture<>();
            try {
                opened.join().execute(() -> {
                    try {
                        result.complete(task.get());
                    } catch (RuntimeException | Error e) {
                        result.completeExceptionally(e);
                    }
                });
            } catch (RejectedExecutionException e) {
                throw new IllegalStateException(this + " cannot be asked: " + e.getMessage(), e);
            }
            try {
                CompletableFuture.anyOf(result, ended).join();
                return result.isDone() ? result.join() : hasEnded();
            } catch (CompletionException e) {
                throw rethrown(e.getCause());
            }
        }

        private <T> T hasEnded() {
            throw new IllegalStateException(this + " has ended", failure.get());
        }

        @Override
        public String toString() {
            return "event loop " + (index + 1) + " of " + options.count()
                    + (thread == null ? "" : " (thread " + thread.getName() + ")");
        }
    }

    private void fail(Runner runner, Throwable thrown) {
        LOGGER.log(System.Logger.Level.ERROR, runner + " failed: the others are stopped", thrown);
        IllegalStateException named = new IllegalStateException(runner + " failed: " + thrown,
                thrown);
        if (!failure.compareAndSet(null, named)) {
            failure.get().addSuppressed(named);
        }
        for (Runner other : runners) {
            if (other.opened.isDone() && !other.opened.isCompletedExceptionally()) {
                other.opened.join().stop();
            }
        }
    }

    private void allEnded() {
        Throwable failed = failure.get();
        if (failed != null) {
            ended.completeExceptionally(failed);
            return;
        }
        try {
            ended.complete(gathered(runners.stream().map(runner -> runner.last).toList()));
        } catch (CompletionException e) { // one was never opened: open() has thrown
            ended.completeExceptionally(e.getCause());
        }
    }
}
