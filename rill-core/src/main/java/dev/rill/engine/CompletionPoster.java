package dev.rill.engine;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.rill.abi.IoUringCqe;
import dev.rill.abi.QueueFlags;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;

/// The kernel's end of a completion queue, with the list of completions that found no room
/// (io_uring/io_uring.c: io_get_cqe, io_cqring_event_overflow, io_cqring_do_overflow_flush).
///
/// While anything is on that list, everything new goes behind it, so the order is kept.
final class CompletionPoster {

    private static final VarHandle INT = JAVA_INT.varHandle();

    private record Completion(long userData, int res, int flags, long extra1, long extra2) {
    }

    private final SharedPages pages;
    private final int entries;
    private final int cqeSize;
    private final ArrayDeque<Completion> overflow = new ArrayDeque<>();
    private int tail;
    /// Told about every completion posted; null without.
    private EventCounter eventfd;

    CompletionPoster(RingLayout layout) {
        pages = layout.rings();
        entries = layout.cqEntries;
        cqeSize = layout.cqeSize;
    }

    void eventfd(EventCounter counter) {
        eventfd = counter;
    }

    EventCounter eventfd() {
        return eventfd;
    }

    /// How many completions the program has not taken yet.
    int ready() {
        return tail - (int) INT.getAcquire(pages.memory(), (long) RingLayout.CQ_HEAD);
    }

    int tail() {
        return tail;
    }

    boolean overflowed() {
        return !overflow.isEmpty();
    }

    /// Posts a completion if there is room, as a multishot request needs it to go on.
    ///
    /// @return false when the queue is full; nothing has happened then
    boolean tryPost(long userData, int res, int flags) {
        if (!hasRoom()) {
            return false;
        }
        store(userData, res, flags, 0, 0);
        return true;
    }

    /// Posts a completion, behind the queue's end if it must be.
    void post(Request request) {
        if (hasRoom()) {
            store(request.userData, request.res, request.cflags, request.extra1, request.extra2);
            return;
        }
        overflow.add(new Completion(request.userData, request.res, request.cflags,
                request.extra1, request.extra2));
        setSqFlag(QueueFlags.IORING_SQ_CQ_OVERFLOW, true);
    }

    /// Posts a completion that no request of this ring stands for.
    void post(long userData, int res, int flags) {
        if (!tryPost(userData, res, flags)) {
            overflow.add(new Completion(userData, res, flags, 0, 0));
            setSqFlag(QueueFlags.IORING_SQ_CQ_OVERFLOW, true);
        }
    }

    /// Moves what found no room into the queue, as far as there is room now.
    void flushOverflow() {
        if (overflow.isEmpty()) {
            return;
        }
        while (!overflow.isEmpty() && ready() < entries) {
            Completion next = overflow.poll();
            store(next.userData, next.res, next.flags, next.extra1, next.extra2);
        }
        if (overflow.isEmpty()) {
            setSqFlag(QueueFlags.IORING_SQ_CQ_OVERFLOW, false);
        }
    }

    /// What the ring's owner must do itself, because the queue is its own, finds no room either.
    private boolean hasRoom() {
        return overflow.isEmpty() && pages.usable() && ready() < entries;
    }

    void setSqFlag(int flag, boolean on) {
        if (!pages.usable()) {
            return;
        }
        MemorySegment ring = pages.memory();
        int flags = ring.get(JAVA_INT, RingLayout.SQ_FLAGS);
        int now = on ? flags | flag : flags & ~flag;
        if (now != flags) {
            INT.setRelease(ring, (long) RingLayout.SQ_FLAGS, now);
        }
    }

    private void store(long userData, int res, int flags, long extra1, long extra2) {
        MemorySegment ring = pages.memory();
        long at = RingLayout.CQES + (long) (tail & entries - 1) * cqeSize;
        ring.set(JAVA_LONG, at + IoUringCqe.USER_DATA, userData);
        ring.set(JAVA_INT, at + IoUringCqe.RES, res);
        ring.set(JAVA_INT, at + IoUringCqe.FLAGS, flags);
        if (cqeSize > IoUringCqe.SIZE) {
            ring.set(JAVA_LONG, at + IoUringCqe.BIG_CQE, extra1);
            ring.set(JAVA_LONG, at + IoUringCqe.BIG_CQE + Long.BYTES, extra2);
        }
        tail++;
        INT.setRelease(ring, (long) RingLayout.CQ_TAIL, tail);
        if (eventfd != null
                && (ring.get(JAVA_INT, RingLayout.CQ_FLAGS)
                        & QueueFlags.IORING_CQ_EVENTFD_DISABLED) == 0) {
            eventfd.signal();
        }
    }

}
