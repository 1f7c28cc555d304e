package dev.rill.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

/// What a [Hold] stands for, apart from the object the program has: which bytes, whose, since when.
///
/// The group keeps these in a list, oldest first, so that a program that loses its hold can be
/// found out.
final class HeldBytes {

    private static final System.Logger LOGGER = System.getLogger(Hold.class.getName());
    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(HeldBytes.class, "closed",
                    boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final BufferGroup group;
    private final int bid;
    private final int offset;
    private final int length;
    /// Whom the bytes came from, for messages; may be null.
    private final Object source;
    private final long since;

    private volatile boolean closed;
    private volatile String closer;
    private volatile long closedAt;

    // Links of the list that this is in; the ring's owner thread.
    HeldBytes older;
    HeldBytes newer;
    /// Link of those that other threads have closed.
    HeldBytes nextReturned;

    HeldBytes(BufferGroup group, int bid, int offset, int length, Object source) {
        this.group = group;
        this.bid = bid;
        this.offset = offset;
        this.length = length;
        this.source = source;
        since = group.nanoTime();
    }

    int bid() {
        return bid;
    }

    int length() {
        return length;
    }

    long since() {
        return since;
    }

    MemorySegment segment() {
        if (closed) {
            throw new IllegalStateException(this + ": its bytes may be overwritten already");
        }
        if (group.isClosed()) {
            throw new IllegalStateException(this + ": its group is closed, the memory is gone");
        }
        return group.memory().asSlice(group.base(bid) + offset, length).asReadOnly();
    }

    void close() {
        if (!CLOSED.compareAndSet(this, false, true)) {
            throw new IllegalStateException(this + ": closing it again would take another's claim"
                    + " away");
        }
        closedAt = group.nanoTime();
        closer = Thread.currentThread().getName();
        group.giveBack(this);
    }

    /// Nobody can close it any more. The bytes stay: a view of them may still be in use.
    ///
    /// @param place where the hold was taken
    void lost(Throwable place) {
        if (!closed && !group.isClosed()) {
            group.holdLost();
            LOGGER.log(System.Logger.Level.WARNING, this + ": lost without having been closed,"
                    + " its buffer of " + group.options().bufferSize() + " bytes stays away from"
                    + " the kernel; close every hold", place);
        }
    }

    @Override
    public String toString() {
        long now = group.nanoTime();
        String text = "hold on bid=" + bid + " [" + offset + ", " + (offset + length) + ")"
                + (source == null ? "" : " of " + source) + ", taken " + age(now - since);
        return closer == null ? text
                : text + ", closed " + age(now - closedAt) + " by thread " + closer;
    }

    private static String age(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos) + " ms ago";
    }
}
