package dev.rill.simulate;

import dev.rill.net.BufferLayout;
import dev.rill.net.Connection;
import dev.rill.net.ConnectionHandler;
import dev.rill.net.EventLoop;
import dev.rill.net.EventLoopOptions;
import dev.rill.net.LoopStatistics;
import dev.rill.ring.BufferRing;
import dev.rill.ring.BufferSnapshot;
import dev.rill.ring.GroupSnapshot;
import dev.rill.ring.Received;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// One event loop of the scenario with the program on it, and what must hold after each of its
/// turns.
final class Site {

    /// How late a loop may be.
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /// Every how many-th turn each buffer is looked at.
    private static final int BUFFERS_EVERY = 64;
    private static final int TURNS_MAX = 10_000;
    private static final int COPY_BLOCK = 16 * 1024;
    private static final int COPY_AREA = 64 * COPY_BLOCK;

    private final World world;
    private final Setting setting;
    private final int index;
    private final Draw draw;
    private final EventLoop loop;
    private final byte[] scratch;

    private LoopStatistics last;
    /// What the program has heard and has.
    private long delivered;
    private int live;
    private int liveMost;
    private int openHolds;
    /// What the program is still to do.
    private int pending;
    private long lateUntil;
    private long turns;
    /// It was closed while there was still something to do.
    private boolean closed;

    Site(World world, int index) {
        this.world = world;
        this.index = index;
        setting = world.setting();
        draw = Draw.of(setting.seed, 1000 + index);
        EventLoopOptions options = setting.loops.get(index);
        loop = World.retried(() -> EventLoop.open(world.kernel(), options));
        scratch = new byte[sizeMax(options)];
        last = loop.statistics();
        lateUntil = world.now();
    }

    private static int sizeMax(EventLoopOptions options) {
        int shared = options.buffers().bufferSize();
        return switch (options.layout()) {
            case BufferLayout.PerConnection own -> Math.max(shared, own.each().bufferSize());
            case BufferLayout.SizeClasses sizes ->
                Math.max(shared, sizes.others().getLast().bufferSize());
            case BufferLayout.Shared _ -> shared;
        };
    }

    /// Listens at a door.
    void open(Setting.Door door) {
        Supplier<ConnectionHandler> program = door.isRelay()
                ? () -> new Relay(this, setting.doors.get(door.target())).front()
                : () -> new Service(this, door);
        World.retried(() -> loop.listen(door.address(), new ConnectionHandler() {

            @Override
            public void opened(Connection connection) {
                ConnectionHandler handler = program.get();
                connection.handler(handler);
                handler.opened(connection);
            }

            @Override
            public void received(Connection connection, Received data) {
                throw world.fail("a connection has the handler it was given",
                        connection + " received", null);
            }
        }));
    }

    // ---- what the program uses ---------------------------------------------------------------

    World world() {
        return world;
    }

    Draw draw() {
        return draw;
    }

    EventLoop loop() {
        return loop;
    }

    int index() {
        return index;
    }

    EventLoopOptions options() {
        return setting.loops.get(index);
    }

    /// A copy of received bytes, until the next one is made.
    byte[] copyOf(Received data) {
        data.copyTo(0, scratch, 0, data.length());
        return scratch;
    }

    void delivered(int bytes) {
        delivered += bytes;
        world.tally().bytes += bytes;
        world.progress();
    }

    void born() {
        liveMost = Math.max(liveMost, ++live);
    }

    void gone() {
        live--;
        world.progress();
    }

    void held(int count) {
        openHolds += count;
        if (count > 0) {
            world.tally().holds += count;
        }
    }

    /// Runs what the program does in a callback: only what it throws on purpose is its own fault.
    void guard(Runnable body) {
        try {
            body.run();
        } catch (Misbehaviour | Violation e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw world.fail("the library takes what the program may ask", e.toString(), e);
        }
    }

    /// Lets the program do something later: by a timer of the loop, as another thread would bring
    /// it there, or between two turns.
    void later(long nanos, Runnable action) {
        pending++;
        Runnable counted = () -> guard(() -> {
            pending--;
            world.tally().steps++;
            action.run();
        });
        switch (draw.below(3)) {
            case 0 -> loop.schedule(Duration.ofNanos(nanos), counted);
            case 1 -> world.agenda().at(world.now() + nanos, () -> {
                try {
                    loop.execute(counted);
                } catch (RejectedExecutionException e) {
                    counted.run(); // too many at once
                }
            });
            default -> world.agenda().at(world.now() + nanos, counted);
        }
    }

    // ---- turns -------------------------------------------------------------------------------

    /// @return how long it may be left alone, 0 when it has more to do
    long turn() {
        long now = world.now();
        if (closed) {
            return Long.MAX_VALUE;
        }
        if (now < lateUntil) {
            return lateUntil - now;
        }
        if (setting.has(Feature.LATE_LOOPS) && draw.chance(0.05)) {
            lateUntil = now + draw.nanos(LATE_NANOS);
        }
        boolean waits = setting.has(Feature.WAITING_LOOPS) && draw.chance(0.1);
        long idle;
        try {
            idle = loop.turn(waits ? Duration.ofNanos(draw.nanos(WAIT_NANOS)) : Duration.ZERO);
        } catch (Violation e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw world.fail("the loop goes on", e.toString(), e);
        }
        LoopStatistics statistics = loop.statistics();
        long completions = statistics.completions() - last.completions();
        if (completions > 0) {
            world.event("loop reaped", index, completions, statistics.bytesReceived());
        }
        world.tally().steps += completions;
        last = statistics;
        check(idle > 0);
        return idle;
    }

    void stop(boolean twice) {
        loop.stop();
        if (twice) {
            loop.stop();
        }
    }

    /// Closes the loop in the middle of everything: what the program still has of it is of no use
    /// any more, and does no harm.
    void closeNow() {
        last = loop.statistics();
        closed = true;
        closeLoop();
        world.check(live == 0, "a loop that is closed tells all its connections", this);
    }

    boolean isClosed() {
        return closed;
    }

    private void closeLoop() {
        try {
            loop.close();
        } catch (Violation e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw world.fail("a loop can be closed", e.toString(), e);
        }
    }

    /// Nobody is connected, and the program has nothing left to do.
    boolean isQuiet() {
        return closed || live == 0 && pending == 0 && last.connections() == 0;
    }

    // ---- what must hold ----------------------------------------------------------------------

    private void check(boolean drained) {
        GroupSnapshot group = last.group();
        int away = group.lent() + group.held();
        require(away <= group.allocated() && group.allocated() <= group.buffers()
                && (setting.has(Feature.GROWING) || away == group.buffers()),
                "a buffer is lent or held", "lent", group.lent(), "held", group.held());
        require(last.bytesReceived() == delivered + last.bytesDiscarded(),
                "each byte is delivered once or counted as discarded",
                "received", last.bytesReceived(), "delivered", delivered);
        require(last.connections() == live, "each connection is opened and closed once",
                "connections", last.connections(), "known", live);
        require(last.holds() == openHolds, "a hold is open until it is closed",
                "holds", last.holds(), "known", openHolds);
        require(last.groups() <= groupsMax(), "groups are bounded",
                "groups", last.groups(), "bound", groupsMax());
        require(group.bytesMoved() <= options().buffers().rescueMax(),
                "moved bytes stay within rescueMax",
                "moved", group.bytesMoved(), "rescueMax", options().buffers().rescueMax());
        require(last.copyMemory() <= copyMemoryMax(), "memory for copies is bounded",
                "copies", last.copyMemory(), "bound", copyMemoryMax());
        if (drained) {
            require(last.parked() == 0 || group.held() == group.buffers() || last.groups() > 1,
                    "nobody is parked while there are buffers",
                    "parked", last.parked(), "held", group.held());
            checkEntries(group);
        }
        if (turns++ % BUFFERS_EVERY == 0) {
            checkBuffers(group);
        }
    }

    /// The kernel's half of the receive point: entries it has not used up, and what is left of the
    /// current one.
    private void checkEntries(GroupSnapshot group) {
        BufferRing ring = loop.group().bufferRing();
        int head = ring.head();
        require((ring.tail() - head & 0xffff) == group.lent(), "both sides count what is lent",
                "entries", ring.tail() - head & 0xffff, "lent", group.lent());
        if (group.lent() > 0 && ring.options().incremental()) {
            require(ring.entryBid(head) == group.current(), "both sides know the current buffer",
                    "entry", ring.entryBid(head), "current", group.current());
            require(ring.entryLength(head) + group.currentFilled() == group.bufferSize(),
                    "filled and left are the current buffer's size",
                    "left", ring.entryLength(head), "filled", group.currentFilled());
        }
    }

    private void checkBuffers(GroupSnapshot group) {
        List<BufferSnapshot> buffers = loop.group().bufferSnapshots();
        int lent = 0;
        int held = 0;
        int current = 0;
        int ours = 0;
        for (BufferSnapshot buffer : buffers) {
            boolean unused = buffer.state() == BufferSnapshot.State.OURS
                    || buffer.state() == BufferSnapshot.State.ABSENT;
            require(buffer.filled() <= group.bufferSize() && buffer.references() > 0 != unused,
                    "who has a buffer is known", "bid", buffer.bid(),
                    "references", buffer.references());
            switch (buffer.state()) {
                case PUBLISHED -> lent++;
                case CURRENT -> {
                    lent++;
                    current++;
                }
                case HELD -> held++;
                case OURS -> ours++;
                case ABSENT -> { }
            }
        }
        require(lent == group.lent() && held == group.held() && current <= 1
                && lent + held + ours == group.allocated(),
                "a buffer is in one state", "lent", lent, "held", held);
    }

    private int groupsMax() {
        return switch (options().layout()) {
            case BufferLayout.PerConnection own -> 1 + own.groupsMax();
            case BufferLayout.SizeClasses sizes -> 1 + sizes.others().size();
            case BufferLayout.Shared _ -> 1;
        };
    }

    /// For each connection the high-water mark and what was under way when it was passed: what
    /// the program adds at once, or what the group can hold.
    private long copyMemoryMax() {
        long each = options().unsentHigh() + 2L * setting.chunkMax
                + options().receiveMemoryMax();
        return liveMost * (each + 2L * COPY_BLOCK) + 2L * COPY_AREA;
    }

    /// Everything has come to its end.
    void checkEnd() {
        if (closed) {
            return;
        }
        lateUntil = world.now();
        for (int i = 0; i < TURNS_MAX && turn() == 0; i++) {
            continue; // those that waited for memory have their turn
        }
        GroupSnapshot group = loop.statistics().group();
        require(last.buffersHeld() == 0
                && group.lent() >= Math.min(group.wanted(), group.allocated()),
                "at the end every buffer has come back",
                "lent", group.lent(), "of", group.wanted());
        require(last.parked() == 0, "at the end nobody is parked",
                "parked", last.parked(), "lent", group.lent());
        checkBuffers(group);
    }

    private void require(boolean holds, String invariant, String one, long first, String two,
            long second) {
        world.tally().checks++;
        if (!holds) {
            throw world.fail(invariant, "loop " + index + ": " + one + "=" + first + ", " + two
                    + "=" + second + "; " + this, null);
        }
    }

    void close(Tally tally) {
        tally.completions += last.completions();
        tally.exhaustions += last.exhaustions();
        tally.rescues += last.rescues();
        tally.holdRescues += last.holdRescues();
        tally.connections += last.accepted();
        closeLoop();
    }

    @Override
    public String toString() {
        return "loop " + index + " has " + live + " connections, " + pending + " things to do, "
                + openHolds + " holds: " + last;
    }
}
