package dev.rill.net;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.CompletionQueue;
import dev.rill.ring.Ring;
import dev.rill.ring.Sqe;
import dev.rill.ring.StepDown;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/// One thread that serves any number of connections through one ring and shared receive memory.
///
/// ```java
/// try (Kernel kernel = Kernels.best(); EventLoop loop = EventLoop.open(kernel)) {
///     loop.listen(new InetSocketAddress("127.0.0.1", 7000), Connection::send);
///     loop.run();
/// }
/// ```
///
/// A turn of the loop is one system call that submits everything prepared and waits, then all
/// completions, then the sends they gave rise to, then the buffers that came back with one store.
///
/// **Thread.** A loop belongs to the thread that opened it, and so do its listeners and
/// connections. [#execute], [#stop] and [#sample] may be called from any thread.
///
/// **Memory.** All receive memory is allocated at the beginning. Unsent bytes are bounded for each
/// connection by the high-water mark and what was under way when it was passed.
public final class EventLoop implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(EventLoop.class.getName());

    private final Thread owner = Thread.currentThread();
    private final Kernel kernel;
    private final EventLoopOptions options;
    private final Ring ring;
    private final Sockets sockets;
    private final BufferGroups groups;
    private final Outbox outbox;
    private final SilentSends silentSends;
    private final WakeUp wakeUp;
    private final Mailbox mailbox;
    private final Timers timers;
    private final Connections connections = new Connections();
    private final Listeners listeners = new Listeners(this);
    private final Counters counters = new Counters();
    private final ReceiveRules receiveRules;
    /// How many times [#stop] was called, and how many of them were heeded.
    private final AtomicInteger stops = new AtomicInteger();
    private int stopsHeeded;

    private long now;
    private boolean mail;
    /// Inside a turn, where handlers and tasks are called.
    private boolean turning;
    private boolean stopping;
    private boolean closed;
    /// Whose received bytes are being shown to a handler.
    private Connection delivering;

    private EventLoop(Kernel kernel, EventLoopOptions options, Outbox outbox) {
        this.kernel = kernel;
        this.outbox = outbox;
        this.options = options;
        now = kernel.nanoTime();
        ring = Ring.open(kernel, options.ring());
        timers = new Timers(kernel::nanoTime);
        WakeUp opened = null;
        try {
            opened = new WakeUp(ring);
            mailbox = new Mailbox(Mailbox.CAPACITY, opened::signal);
            groups = new BufferGroups(this, ring, mailbox::wake);
        } catch (RuntimeException | Error e) {
            ring.close();
            if (opened != null) {
                opened.close();
            }
            throw e;
        }
        wakeUp = opened;
        silentSends = new SilentSends(ring, groups);
        sockets = new Sockets(kernel);
        receiveRules = new ReceiveRules(ring.kernel(), group());
        wakeUp.arm();
    }

    /// Opens a loop with default options.
    ///
    /// @param kernel where
    /// @return a loop that belongs to the calling thread
    public static EventLoop open(Kernel kernel) {
        return open(kernel, EventLoopOptions.defaults());
    }

    /// Opens a loop.
    ///
    /// @param kernel where
    /// @param options sizes, limits and timeouts
    /// @return a loop that belongs to the calling thread
    /// @throws KernelException when the kernel refuses, with what to do about it
    public static EventLoop open(Kernel kernel, EventLoopOptions options) {
        Objects.requireNonNull(options, "options");
        Outbox outbox = new Outbox(kernel);
        try {
            return new EventLoop(kernel, options, outbox);
        } catch (RuntimeException | Error e) {
            outbox.close();
            throw e;
        }
    }

    // ---- what a program asks for -------------------------------------------------------------

    /// Listens for connections.
    ///
    /// @param address where: an `InetSocketAddress` (port 0 for any free one) or a
    ///        `UnixDomainSocketAddress`
    /// @param handler hears of every connection accepted
    /// @return the listener
    /// @throws KernelException when the address cannot be used, with what to do about it
    public Listener listen(SocketAddress address, ConnectionHandler handler) {
        requireOwner();
        return listeners.add(address, Objects.requireNonNull(handler, "handler"));
    }

    /// Connects to a server. Bytes may be sent at once: they leave when the connection is there.
    /// On a loop that is stopping the connection is closed (`STOPPED`) without being tried.
    ///
    /// @param address an `InetSocketAddress`, resolved, or a `UnixDomainSocketAddress`
    /// @param handler hears `opened`, or `closed` when it cannot be connected
    /// @return the connection, not yet open
    /// @throws KernelException when the process can open no more sockets
    public Connection connect(SocketAddress address, ConnectionHandler handler) {
        requireOwner();
        Objects.requireNonNull(handler, "handler");
        if (closed) {
            throw new IllegalStateException("the event loop is closed");
        }
        if (stopping) {
            Connection connection = add(sockets.open(address), handler);
            connection.close(CloseReason.of(CloseReason.Kind.STOPPED));
            return connection;
        }
        CopyPool copies = outbox.copies();
        int block = copies.take();
        try {
            int length = SocketAddresses.write(address, copies.area(block)
                    .asSlice(copies.offset(block), SocketAddresses.SIZE_MAX));
            Connection connection = add(sockets.open(address), handler);
            connection.connect(block, length);
            return connection;
        } catch (RuntimeException | Error e) {
            copies.give(block);
            throw e;
        }
    }

    /// Runs a task on the loop's thread, soon. From any thread.
    ///
    /// @param task must not block
    /// @throws RejectedExecutionException when the loop is closed, or hopelessly behind
    public void execute(Runnable task) {
        if (!mailbox.put(Objects.requireNonNull(task, "task"))) {
            throw new RejectedExecutionException("the event loop is closed");
        }
    }

    /// Runs a task on the loop's thread after a delay. On the loop's thread.
    ///
    /// @param delay how long from now, at a granularity of 10 ms
    /// @param task must not block
    public void schedule(Duration delay, Runnable task) {
        requireOwner();
        Objects.requireNonNull(task, "task");
        timers.after(delay, new Timers.Timer(() -> runTask(task)));
    }

    /// Ends the loop in an orderly way: nothing more is accepted or received, what was received
    /// and is still to be sent is sent, then [#run] returns. A second call drops what is left. On a
    /// closed loop it does nothing. From any thread.
    public void stop() {
        stops.incrementAndGet(); // not a task: a loop that is far behind can be stopped as well
        mailbox.wake();
    }

    /// Serves until [#stop] and until the last connection is gone. On the loop's thread.
    public void run() {
        requireOutside();
        while (!stopping || connections.count() > 0 || listeners.open() > 0) {
            turn(Long.MAX_VALUE);
        }
    }

    /// One turn of [#run], for programs that have a loop of their own, and for simulations with
    /// several loops in one thread. It goes on after [#stop]: there is nothing left to do when
    /// [LoopStatistics#connections] is zero. On the loop's thread.
    ///
    /// @param limit how long to wait when there is nothing to do; zero only looks
    /// @return how long the loop may be left alone in nanoseconds: 0 when there is more to do at
    ///         once, `Long.MAX_VALUE` when it waits for its descriptors alone
    public long turn(Duration limit) {
        requireOutside();
        if (limit.isNegative()) {
            throw new IllegalArgumentException("limit=" + limit + ": must not be negative");
        }
        outbox.flush(silentSends); // what the program has done since the last turn
        groups.publish();
        groups.relieve();
        long before = counters.completions;
        turn(Timers.nanos(limit));
        if (counters.completions != before || groups.canRelieveMore()
                || ring.submissions().unconsumed() > 0) {
            return 0;
        }
        long delay = timers.delayNanos(now);
        return delay < 0 ? Long.MAX_VALUE : delay;
    }

    /// What was done so far. On the loop's thread; [#sample] from others.
    ///
    /// @return a snapshot
    public LoopStatistics statistics() {
        return counters.statistics(this);
    }

    /// What was done so far. From any thread.
    ///
    /// @return a snapshot, taken at the loop's next turn
    public CompletableFuture<LoopStatistics> sample() {
        CompletableFuture<LoopStatistics> future = new CompletableFuture<>();
        execute(() -> future.complete(statistics()));
        return future;
    }

    /// The options in force.
    ///
    /// @return as given at [#open]
    public EventLoopOptions options() {
        return options;
    }

    /// The receive memory.
    ///
    /// @return the group all connections share, see [EventLoopOptions#layout]
    public BufferGroup group() {
        return groups.shared().group();
    }

    /// What the kernel does not offer of what was asked for.
    ///
    /// @return one entry for each; empty on a current kernel
    public List<StepDown> stepDowns() {
        List<StepDown> all = new ArrayList<>(ring.stepDowns());
        all.addAll(group().stepDowns());
        all.addAll(receiveRules.stepDowns());
        return all;
    }

    /// Drops all connections, waits until the kernel has let go of everything, frees it.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        requireOutside();
        closed = true;
        stopNow();
        connections.forEach(Connection::abort);
        while (connections.count() > 0 || listeners.open() > 0) {
            turn(Long.MAX_VALUE);
        }
        mailbox.shut();
        runTasks(); // nobody shall wait for an answer that never comes
        groups.close();
        ring.close();
        wakeUp.close();
        outbox.close();
    }

    // ---- one turn ----------------------------------------------------------------------------

    /// Stops another thread before it has changed anything.
    void requireOwner() {
        if (Thread.currentThread() != owner) {
            throw new WrongThreadException("thread=" + Thread.currentThread().getName()
                    + ": this loop belongs to thread " + owner.getName() + ", use execute()");
        }
    }

    private void requireOutside() {
        requireOwner();
        if (turning) {
            throw new IllegalStateException("inside a callback of this loop: call stop()");
        }
    }

    /// @param limit how long to wait, in nanoseconds
    private void turn(long limit) {
        int count = limit == 0 || groups.canRelieveMore() || silentSends.awaited() ? 0 : 1;
        long delay = timers.delayNanos(now);
        if (delay < 0 && limit == Long.MAX_VALUE) {
            ring.submitAndWait(count);
        } else {
            ring.submitAndWait(count, delay < 0 ? limit : Math.min(limit, delay));
        }
        silentSends.entered();
        now = kernel.nanoTime();
        CompletionQueue cq = ring.completions();
        turning = true;
        try {
            while (cq.next()) {
                counters.completions++;
                dispatch(cq.userData(), cq.res(), cq.flags());
            }
            silentSends.settle();
            timers.advance(now);
            readMail();
            outbox.flush(silentSends);
            groups.publish();
        } finally {
            turning = false;
            cq.advance();
        }
        groups.relieve();
    }

    private void dispatch(long userData, int res, int flags) {
        int tag = UserData.tag(userData);
        switch (tag) {
            case UserData.RECEIVE, UserData.SEND, UserData.CONNECT, UserData.CLOSE, UserData.END ->
                connections.get(userData, res).completed(tag, res, flags);
            case UserData.ACCEPT ->
                listeners.get(UserData.slot(userData)).acceptCompleted(res, flags);
            case UserData.LISTENER_CLOSE -> listeners.closed();
            case UserData.WAKE -> mail = true;
            case UserData.CANCEL -> { } // what was cancelled has a completion of its own
            default -> throw new IllegalStateException("a completion of nobody: user_data=0x"
                    + Long.toHexString(userData) + " res=" + res);
        }
    }

    private void readMail() {
        if (mail) {
            mail = false;
            wakeUp.arm();
            mailbox.quiet();
            groups.readMail();
            runTasks();
            for (int wanted = stops.get(); stopsHeeded < wanted; stopsHeeded++) {
                stopNow();
            }
        }
    }

    /// Runs those that are there now: sockets get their turn whoever puts in more meanwhile.
    private void runTasks() {
        for (int left = mailbox.size(); left > 0; left--) {
            Runnable task = mailbox.next();
            if (task != null) { // who came too late for a closing loop takes it back
                runTask(task);
            }
        }
        mailbox.answerCalls();
    }

    private void runTask(Runnable task) {
        SlowHandlerEvent slow = SlowHandlerEvent.start();
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            report("a task", e);
        } finally {
            SlowHandlerEvent.finish(slow, "task", task.getClass().getName());
        }
    }

    private void stopNow() {
        boolean again = stopping;
        stopping = true;
        listeners.closeAll();
        CloseReason reason = CloseReason.of(CloseReason.Kind.STOPPED);
        connections.forEach(again ? connection -> connection.release(reason)
                : connection -> connection.close(reason));
    }

    // ---- what listeners and connections use --------------------------------------------------

    Sqe sqe() {
        return ring.sqe();
    }

    long now() {
        return now;
    }

    Outbox outbox() {
        return outbox;
    }

    SilentSends silentSends() {
        return silentSends;
    }

    Connections connections() {
        return connections;
    }

    BufferGroups groups() {
        return groups;
    }

    Connection delivering() {
        return delivering;
    }

    void delivering(Connection source) {
        delivering = source;
    }

    Counters counters() {
        return counters;
    }

    Ring ring() {
        return ring;
    }

    Mailbox mailbox() {
        return mailbox;
    }

    ReceiveRules receiveRules() {
        return receiveRules;
    }

    void cancel(long target) {
        sqe().prepCancel(target).userData(UserData.pack(UserData.CANCEL, 0, 0));
    }

    void cancelAll(int fd) {
        sqe().prepCancelFd(fd).userData(UserData.pack(UserData.CANCEL, 0, 0));
    }

    Timers timers() {
        return timers;
    }

    Listeners listeners() {
        return listeners;
    }

    /// How many more connections there may be. From any thread.
    int room() {
        return Math.max(0, options.connectionsMax() - connections.count());
    }

    /// Serves a connection that was accepted, here or by another loop.
    /// @return false when it is closed instead
    boolean accepted(int fd, ConnectionHandler handler) {
        if (stopping) {
            sockets.close(fd); // it came before the listener was closed: nobody has heard of it
            return false;
        }
        counters.accepted++;
        add(fd, handler).opened();
        return true;
    }

    void remove(Connection connection) {
        if (connections.remove(connection) >= options.connectionsMax()) {
            listeners.update(); // there was no room before
        }
    }

    void report(String who, Throwable e) {
        LOGGER.log(System.Logger.Level.ERROR, who + " failed", e);
    }

    Sockets sockets() {
        return sockets;
    }

    private Connection add(int fd, ConnectionHandler handler) {
        int slot = connections.reserve();
        Connection added = new Connection(this, slot, connections.generation(slot), fd, handler);
        connections.put(added);
        if (room() == 0) {
            listeners.update();
        }
        return added;
    }
}
