package dev.rill.simulate;

import dev.rill.net.CloseReason;
import dev.rill.net.Connection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// What one connection of the program has lived through: the order of its callbacks, and whether
/// the reason of its end can be true.
final class Life {

    /// Timers are late by a tick and whatever the loop is.
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /// How late a loop with a lot to do may be.
    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Site site;
    private final World world;
    private final String name;
    private final long since;

    private Connection connection;
    private Conversation talk;
    private boolean opened;
    private boolean ended;
    private boolean closed;
    private boolean threw;
    private boolean dropped;
    private long closingAt = -1;
    private long heardAt;
    private long received;
    /// Kept until it is known which conversation it is.
    private String spoilt;

    Life(Site site, String name) {
        this.site = site;
        this.name = name;
        world = site.world();
        since = world.now();
        heardAt = since;
    }

    void born(Connection newConnection) {
        connection = newConnection;
        site.born();
    }

    Connection connection() {
        return connection;
    }

    Conversation talk() {
        return talk;
    }

    boolean isOpen() {
        return opened && !closed;
    }

    boolean isClosed() {
        return closed;
    }

    boolean hasEnded() {
        return ended;
    }

    /// How many bytes have come before those that are looked at.
    long received() {
        return received;
    }

    void opened() {
        world.check(!opened && !closed, "a connection is opened once", name);
        opened = true;
        heardAt = world.now();
        world.progress();
    }

    void heard(int bytes) {
        world.check(opened && !closed, "bytes come between opened and closed", name);
        world.check(!ended, "nothing comes behind the end", name);
        heardAt = world.now();
        site.delivered(bytes);
        world.event(name, id(), received, bytes);
    }

    /// Those bytes have been looked at.
    void advance(int bytes) {
        received += bytes;
    }

    void ended() {
        world.check(opened && !ended && !closed, "the input ends once", name);
        ended = true;
        world.progress();
        world.event("input ended", id(), received, 0);
    }

    void identified(Conversation conversation) {
        talk = conversation;
        if (spoilt != null) {
            talk.spoil(spoilt);
        }
    }

    void spoil(String why) {
        spoilt = spoilt == null ? why : spoilt;
        if (talk != null) {
            talk.spoil(why);
        }
    }

    /// The handler is about to throw.
    void throwsNow() {
        threw = true;
        spoil("a handler has thrown");
        world.event("handler throws", id(), received, 0);
        throw new Misbehaviour();
    }

    void abort(String why) {
        spoil(why);
        dropped = true;
        world.event("aborted", id(), received, 0);
        connection.abort();
    }

    /// Closes; what is unsent is sent as long as the linger timeout allows.
    void close() {
        closingAt = closingAt < 0 ? world.now() : closingAt;
        world.event("closed by the program", id(), received, 0);
        connection.close();
    }

    void closed(CloseReason reason) {
        world.check(!closed, "a connection is closed once", name + ", " + reason);
        closed = true;
        site.gone();
        world.event("closed", id(), reason.kind().ordinal(), reason.errno());
        long now = world.now();
        boolean possible = switch (reason.kind()) {
            case ENDED -> opened && ended;
            case CLOSED -> dropped || closingAt >= 0;
            case FAILED -> opened && reason.errno() > 0;
            case CONNECT_FAILED -> !opened && reason.errno() > 0;
            case CONNECT_TIMED_OUT -> !opened
                    && isOver(site.options().connectTimeout(), now - since);
            case IDLE -> isOver(site.options().idleTimeout(), now - heardAt);
            case HANDLER_FAILED -> threw;
            case STOPPED -> world.isStopped();
        };
        world.check(possible, "a connection ends for the reason it says", name + " #" + id()
                + " ended: " + reason + ", " + (now - heardAt) + " ns after it was last heard of");
        switch (reason.kind()) {
            case IDLE, CONNECT_TIMED_OUT -> spoil(reason.toString());
            case CLOSED -> {
                Duration allowed = site.options().lingerTimeout();
                if (!allowed.isZero() && now - closingAt >= allowed.toNanos() - TICK_NANOS) {
                    spoil("it lingered too long");
                }
            }
            case FAILED, CONNECT_FAILED -> {
                boolean faults = world.setting().has(Feature.RESETS) || reason.kind()
                        == CloseReason.Kind.CONNECT_FAILED
                        && (world.setting().has(Feature.FAILED_CONNECTS) || world.isStopped());
                if (faults) {
                    spoil("the network: " + reason);
                }
            }
            default -> { }
        }
        Duration linger = site.options().lingerTimeout();
        world.check(closingAt < 0 || linger.isZero()
                || now - closingAt < linger.toNanos() + LATE_NANOS,
                "who is closed is gone after the linger timeout", this);
        if (talk == null) {
            world.unknownEnd();
        }
    }

    private static boolean isOver(Duration timeout, long nanos) {
        return !timeout.isZero() && nanos >= timeout.toNanos();
    }

    int id() {
        return talk == null ? -1 : talk.id;
    }

    @Override
    public String toString() {
        return name + " #" + id() + (opened ? "" : ", not opened") + (ended ? ", input ended" : "")
                + (closingAt >= 0 ? ", closing" : "") + ", received " + received
                + (connection == null ? "" : ", unsent " + connection.unsent());
    }
}
