package dev.rill.kernel;

import static dev.rill.abi.FeatureFlags.IORING_FEAT_SINGLE_MMAP;
import static dev.rill.abi.SetupFlags.IORING_SETUP_CQE32;
import static dev.rill.abi.SetupFlags.IORING_SETUP_CQE_MIXED;
import static dev.rill.abi.SetupFlags.IORING_SETUP_NO_SQARRAY;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SQE128;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SQE_MIXED;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SQ_REWIND;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.rill.abi.CqRingOffsets;
import dev.rill.abi.IoUringCqe;
import dev.rill.abi.IoUringParams;
import dev.rill.abi.IoUringSqe;
import dev.rill.abi.MapOffset;
import dev.rill.abi.SqRingOffsets;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;

/// The memory of one ring as a spectator sees it, and how far it has been shown.
///
/// Only reads. Both sides of the ring are the owner thread's and the kernel's; this is called in
/// the owner's calls, after the kernel's work.
final class TracedRing {

    private static final VarHandle INT = JAVA_INT.varHandle();
    private static final int UNREADABLE =
            IORING_SETUP_CQE_MIXED | IORING_SETUP_SQE_MIXED | IORING_SETUP_SQ_REWIND;

    private final boolean singleMap;
    private final boolean readable;
    private final int sqHead;
    private final int sqMask;
    /// Where the index array is, or -1.
    private final int sqArray;
    private final int sqeSize;
    private final int cqTail;
    private final int cqMask;
    private final int cqes;
    private final int cqeSize;

    private MemorySegment sqRing = MemorySegment.NULL;
    private MemorySegment cqRing = MemorySegment.NULL;
    private MemorySegment sqes = MemorySegment.NULL;
    private int sqesShown;
    private int cqesShown;

    /// @param params as the kernel filled them in
    TracedRing(MemorySegment params) {
        int flags = params.get(JAVA_INT, IoUringParams.FLAGS);
        int features = params.get(JAVA_INT, IoUringParams.FEATURES);
        long sq = IoUringParams.SQ_OFF;
        long cq = IoUringParams.CQ_OFF;
        singleMap = (features & IORING_FEAT_SINGLE_MMAP) != 0;
        readable = (flags & UNREADABLE) == 0;
        sqHead = params.get(JAVA_INT, sq + SqRingOffsets.HEAD);
        sqMask = params.get(JAVA_INT, IoUringParams.SQ_ENTRIES) - 1;
        sqArray = (flags & IORING_SETUP_NO_SQARRAY) != 0 ? -1
                : params.get(JAVA_INT, sq + SqRingOffsets.ARRAY);
        sqeSize = (flags & IORING_SETUP_SQE128) != 0 ? 2 * IoUringSqe.SIZE : IoUringSqe.SIZE;
        cqTail = params.get(JAVA_INT, cq + CqRingOffsets.TAIL);
        cqMask = params.get(JAVA_INT, IoUringParams.CQ_ENTRIES) - 1;
        cqes = params.get(JAVA_INT, cq + CqRingOffsets.CQES);
        cqeSize = (flags & IORING_SETUP_CQE32) != 0 ? 2 * IoUringCqe.SIZE : IoUringCqe.SIZE;
    }

    /// Learns where a part of the ring is.
    void mapped(long offset, MemorySegment memory) {
        if (offset == MapOffset.IORING_OFF_SQ_RING) {
            sqRing = memory;
            if (singleMap) {
                cqRing = memory;
            }
        } else if (offset == MapOffset.IORING_OFF_CQ_RING) {
            cqRing = memory;
        } else if (offset == MapOffset.IORING_OFF_SQES) {
            sqes = memory;
        }
    }

    /// Shows the entries that the kernel has taken since the last time.
    void showSubmitted(List<String> lines) {
        if (!isVisible(sqRing) || !isVisible(sqes)) {
            return;
        }
        int head = (int) INT.getAcquire(sqRing, (long) sqHead);
        if (head - sqesShown > sqMask + 1) {
            lines.add("  " + (head - sqesShown) + " SQEs went by unseen");
            sqesShown = head;
        }
        for (; sqesShown != head; sqesShown++) {
            int slot = sqesShown & sqMask;
            int index = sqArray < 0 ? slot : sqRing.get(JAVA_INT, sqArray + 4L * slot);
            // An index outside of the queue is counted by the kernel and dropped.
            if (index >= 0 && index <= sqMask) {
                lines.add("  " + TraceText.sqe(sqes, (long) index * sqeSize));
            }
        }
    }

    /// Shows the completions that are new since the last time.
    void showCompleted(List<String> lines) {
        if (!isVisible(cqRing)) {
            return;
        }
        int tail = (int) INT.getAcquire(cqRing, (long) cqTail);
        if (tail - cqesShown > cqMask + 1) {
            lines.add("  " + (tail - cqesShown) + " CQEs went by unseen");
            cqesShown = tail;
        }
        for (; cqesShown != tail; cqesShown++) {
            lines.add("  " + TraceText.cqe(cqRing, cqes + (long) (cqesShown & cqMask) * cqeSize));
        }
    }

    /// Another thread's memory, or memory that is gone already, is left alone.
    private boolean isVisible(MemorySegment memory) {
        return readable && memory.byteSize() > 0 && memory.scope().isAlive()
                && memory.isAccessibleBy(Thread.currentThread());
    }
}
