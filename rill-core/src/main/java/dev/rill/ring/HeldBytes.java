package dev.rill.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// What a [Hold] stands for, apart from the object the program has: which bytes, whose, since when.
///
/// The group keeps these in a list, oldest first. The monitor is what keeps a thread that reads
/// and the owner that moves the bytes apart.
final class HeldBytes {

    private static final System.Logger LOGGER = System.getLogger(Hold.class.getName());

    private final BufferGroup group;
    private final int bid;
    private final int offset;
    private final int length;
    /// Whom the bytes came from, for messages; may be null.
    private final Object source;
    private final long since;

    /// Where the bytes were moved to, or null while they are where they were received.
    private byte[] moved;
    /// Whether somebody has a view of them.
    private boolean pinned;
    private boolean closed;
    private String closer;
    private long closedAt;

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

    /// Whom the bytes came from; may be null.
    Object source() {
        return source;
    }

    synchronized byte get(int index) {
        requireOpen();
        Objects.checkIndex(index, length);
        return moved != null ? moved[index]
                : group.buffer(bid).get(JAVA_BYTE, (long) offset + index);
    }

    synchronized void copyTo(int index, byte[] target, int at, int count) {
        requireOpen();
        Objects.checkFromIndexSize(index, count, length);
        if (moved != null) {
            System.arraycopy(moved, index, target, at, count);
        } else {
            MemorySegment.copy(group.buffer(bid), JAVA_BYTE, (long) offset + index,
                    target, at, count);
        }
    }

    synchronized MemorySegment segment() {
        requireOpen();
        pinned = true;
        return (moved != null ? MemorySegment.ofArray(moved)
                : group.buffer(bid).asSlice(offset, length)).asReadOnly();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(this + ": its bytes may be overwritten already");
        }
        if (group.isClosed()) {
            throw new IllegalStateException(this + ": its group is closed, the memory is gone");
        }
    }

    void close() {
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException(this + ": closing it again would take another's"
                        + " claim away");
            }
            closed = true;
            closedAt = group.nanoTime();
            closer = Thread.currentThread().getName();
        }
        group.holds().giveBack(this);
    }

    // ---- moving: the ring's owner thread ---------------------------------------------------

    synchronized boolean isMovable() {
        return !closed && !pinned && moved == null;
    }

    synchronized boolean isMoved() {
        return moved != null;
    }

    /// Takes the bytes out of the receive buffer.
    ///
    /// @return false when somebody has a view of them by now, or has closed them
    synchronized boolean move() {
        if (!isMovable()) {
            return false;
        }
        byte[] copy = new byte[length];
        copyTo(0, copy, 0, length);
        moved = copy;
        return true;
    }

    // ---- messages --------------------------------------------------------------------------

    /// Nobody can close it any more. The bytes stay: a view of them may still be in use.
    ///
    /// @param place where the hold was taken
    synchronized void lost(Throwable place) {
        if (!closed && !group.isClosed()) {
            group.holds().countLost(); // first: the source's name is the program's to say
            HoldLeakEvent.lost(this, group.nanoTime(), place);
            LOGGER.log(System.Logger.Level.WARNING, this + ": lost without having been closed,"
                    + " its buffer of " + group.options().bufferSize() + " bytes stays away from"
                    + " the kernel; close every hold", place);
        }
    }

    @Override
    public synchronized String toString() {
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
