package dev.rill.ring;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.rill.abi.IoUringCqe;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// A cursor over what the kernel has completed.
///
/// ```java
/// while (cq.next()) {
///     dispatch(cq.userData(), cq.res(), cq.flags());
/// }
/// cq.advance();
/// ```
///
/// [#next] steps, the accessors read the entry stepped to, and one [#advance] for the whole batch
/// gives the slots back to the kernel with one release store. Nothing is allocated.
///
/// Used by the ring's owner thread only. Source: liburing `io_uring_for_each_cqe`,
/// `io_uring_cq_advance` (src/include/liburing.h).
public final class CompletionQueue {

    private static final VarHandle INT = JAVA_INT.varHandle();

    private final MemorySegment ring;
    private final long headOffset;
    private final long tailOffset;
    private final long overflowOffset;
    private final long cqes;
    private final int mask;

    private int head;
    private int publishedHead;
    /// The tail as it was last read: the other side is asked only when all of it is used up.
    private int tail;
    private long current;
    private long finished;

    CompletionQueue(RingMemory memory) {
        ring = memory.cqRing();
        headOffset = memory.cq().head();
        tailOffset = memory.cq().tail();
        overflowOffset = memory.cq().overflow();
        cqes = memory.cq().cqes();
        mask = memory.cq().entries() - 1;
        head = ring.get(JAVA_INT, headOffset);
        publishedHead = head;
        tail = head;
    }

    /// How many completions fit before the kernel must keep the rest in its overflow list.
    ///
    /// @return entries, a power of two
    public int entries() {
        return mask + 1;
    }

    /// Steps to the next completion.
    ///
    /// @return false when there is none at this moment
    public boolean next() {
        if (head == tail) {
            tail = (int) INT.getAcquire(ring, tailOffset);
            if (head == tail) {
                return false;
            }
        }
        current = cqes + (long) (head & mask) * IoUringCqe.SIZE;
        head++;
        if ((flags() & IORING_CQE_F_MORE) == 0) {
            finished++;
        }
        return true;
    }

    /// How many completions can be stepped to without entering the kernel.
    ///
    /// @return completions ready
    public int ready() {
        tail = (int) INT.getAcquire(ring, tailOffset);
        return tail - head;
    }

    /// The tag given with the request.
    ///
    /// @return `cqe->user_data`
    public long userData() {
        return ring.get(JAVA_LONG, current + IoUringCqe.USER_DATA);
    }

    /// The result.
    ///
    /// @return `cqe->res`: a count or a descriptor, or `-errno`
    public int res() {
        return ring.get(JAVA_INT, current + IoUringCqe.RES);
    }

    /// What else the kernel says: buffer id and whether more completions follow.
    ///
    /// @return `cqe->flags`, bits of [dev.rill.abi.CqeFlags]
    public int flags() {
        return ring.get(JAVA_INT, current + IoUringCqe.FLAGS);
    }

    /// Gives all entries stepped over back to the kernel, with one release store.
    public void advance() {
        if (publishedHead != head) {
            publishedHead = head;
            INT.setRelease(ring, headOffset, head);
        }
    }

    /// How many requests have had their last completion (one without `IORING_CQE_F_MORE`).
    long finished() {
        return finished;
    }

    /// How many completions the kernel has dropped for want of memory; anything but zero means
    /// that requests were lost.
    ///
    /// @return the kernel's `overflow` counter
    int dropped() {
        return (int) INT.getAcquire(ring, overflowOffset);
    }
}
