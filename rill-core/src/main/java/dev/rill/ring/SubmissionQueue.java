package dev.rill.ring;

import static dev.rill.abi.QueueFlags.IORING_SQ_CQ_OVERFLOW;
import static dev.rill.abi.QueueFlags.IORING_SQ_NEED_WAKEUP;
import static dev.rill.abi.QueueFlags.IORING_SQ_TASKRUN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.rill.abi.IoUringSqe;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// The queue of requests not yet handed to the kernel.
///
/// The owner fills [Sqe]s one after the other; [#publish] makes all of them visible with one
/// release store. One fixed [Sqe] object stands for each slot, so nothing is allocated.
///
/// Used by the ring's owner thread only.
///
/// Source: liburing `io_uring_get_sqe`, `__io_uring_flush_sq` (src/queue.c).
public final class SubmissionQueue {

    private static final VarHandle INT = JAVA_INT.varHandle();

    private final MemorySegment ring;
    private final long headOffset;
    private final long tailOffset;
    private final long flagsOffset;
    private final int mask;
    private final Sqe[] sqes;

    /// Where the next SQE goes: ahead of what the kernel sees until [#publish].
    private int tail;
    private int published;
    private long silent;

    SubmissionQueue(RingMemory memory, boolean sqArray) {
        ring = memory.sqRing();
        headOffset = memory.sq().head();
        tailOffset = memory.sq().tail();
        flagsOffset = memory.sq().flags();
        int entries = memory.sq().entries();
        mask = entries - 1;
        sqes = new Sqe[entries];
        for (int i = 0; i < entries; i++) {
            sqes[i] = new Sqe(this, memory.sqes(), (long) i * IoUringSqe.SIZE);
        }
        if (sqArray) {
            // Slot i of the indirection array names SQE i, once and for all.
            for (int i = 0; i < entries; i++) {
                ring.set(JAVA_INT, memory.sq().array() + 4L * i, i);
            }
        }
        tail = ring.get(JAVA_INT, tailOffset);
        published = tail;
    }

    /// How many requests fit.
    ///
    /// @return entries, a power of two
    public int entries() {
        return mask + 1;
    }

    /// How many more requests fit before the kernel must take some.
    ///
    /// @return free entries
    public int space() {
        return entries() - unconsumed();
    }

    /// How many requests are filled in, or visible but not yet taken by the kernel.
    ///
    /// @return entries in use
    public int unconsumed() {
        return tail - acquireHead();
    }

    /// Takes the next free slot, with all fields zero.
    ///
    /// @return the slot's flyweight, or `null` when the queue is full
    Sqe next() {
        if (unconsumed() > mask) {
            return null;
        }
        return sqes[tail++ & mask].clear();
    }

    /// Makes all filled slots visible to the kernel, with one release store.
    ///
    /// @return how many entries the kernel may now take
    int publish() {
        if (tail != published) {
            INT.setRelease(ring, tailOffset, tail);
            published = tail;
        }
        return unconsumed();
    }

    /// Notes that a request will have no completion when it succeeds.
    void countSilent() {
        silent++;
    }

    /// How many requests were filled in that have no completion when they succeed.
    long silent() {
        return silent;
    }

    /// Forgets the requests that the kernel has not taken, so that they never run.
    ///
    /// @param polled whether a thread of the kernel takes published entries at any moment: those
    ///        are then not ours any more
    /// @return how many were forgotten
    int takeBack(boolean polled) {
        int keep = polled ? published : acquireHead();
        int count = tail - keep;
        tail = keep;
        published = keep;
        INT.setRelease(ring, tailOffset, keep);
        return count;
    }

    /// Whether completions wait in the kernel's overflow list or as work to be run, so that the
    /// kernel must be entered to see them.
    boolean needsEnter() {
        return (flags() & (IORING_SQ_CQ_OVERFLOW | IORING_SQ_TASKRUN)) != 0;
    }

    /// Whether the completion queue has overflowed: nothing is lost, but the kernel must be
    /// entered to deliver the rest.
    ///
    /// @return the state of `IORING_SQ_CQ_OVERFLOW`
    public boolean overflowed() {
        return (flags() & IORING_SQ_CQ_OVERFLOW) != 0;
    }

    /// Whether the kernel's polling thread sleeps and must be woken.
    boolean needsWakeup() {
        VarHandle.fullFence(); // the tail store must be seen before the flag is read
        return (flags() & IORING_SQ_NEED_WAKEUP) != 0;
    }

    private int flags() {
        return (int) INT.getAcquire(ring, flagsOffset);
    }

    private int acquireHead() {
        return (int) INT.getAcquire(ring, headOffset);
    }
}
