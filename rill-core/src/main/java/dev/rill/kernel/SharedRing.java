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

/// The memory of one ring as a decorator sees it, which knows it from `setup` and `map`.
///
/// Only reads. Both sides of the ring are the owner thread's and the kernel's; a decorator looks in
/// the owner's calls.
final class SharedRing {

    private static final VarHandle INT = JAVA_INT.varHandle();
    private static final int UNREADABLE =
            IORING_SETUP_CQE_MIXED | IORING_SETUP_SQE_MIXED | IORING_SETUP_SQ_REWIND;

    private final int flags;
    private final boolean singleMap;
    private final long sqHead;
    private final long sqTail;
    private final int sqMask;
    /// Where the index array is, or -1.
    private final int sqArray;
    private final int sqeSize;
    private final long cqHead;
    private final long cqTail;
    private final int cqMask;
    private final int cqes;
    private final int cqeSize;

    private MemorySegment sqRing = MemorySegment.NULL;
    private MemorySegment cqRing = MemorySegment.NULL;
    private MemorySegment sqes = MemorySegment.NULL;

    /// @param params as the kernel filled them in
    SharedRing(MemorySegment params) {
        flags = params.get(JAVA_INT, IoUringParams.FLAGS);
        int features = params.get(JAVA_INT, IoUringParams.FEATURES);
        long sq = IoUringParams.SQ_OFF;
        long cq = IoUringParams.CQ_OFF;
        singleMap = (features & IORING_FEAT_SINGLE_MMAP) != 0;
        sqHead = params.get(JAVA_INT, sq + SqRingOffsets.HEAD);
        sqTail = params.get(JAVA_INT, sq + SqRingOffsets.TAIL);
        sqMask = params.get(JAVA_INT, IoUringParams.SQ_ENTRIES) - 1;
        sqArray = (flags & IORING_SETUP_NO_SQARRAY) != 0 ? -1
                : params.get(JAVA_INT, sq + SqRingOffsets.ARRAY);
        sqeSize = (flags & IORING_SETUP_SQE128) != 0 ? 2 * IoUringSqe.SIZE : IoUringSqe.SIZE;
        cqHead = params.get(JAVA_INT, cq + CqRingOffsets.HEAD);
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

    boolean isSetUpWith(int setupFlags) {
        return (flags & setupFlags) != 0;
    }

    boolean showsSubmissions() {
        return isVisible(sqRing) && isVisible(sqes);
    }

    boolean showsCompletions() {
        return isVisible(cqRing);
    }

    int sqEntries() {
        return sqMask + 1;
    }

    int sqHead() {
        return (int) INT.getAcquire(sqRing, sqHead);
    }

    int sqTail() {
        return (int) INT.getAcquire(sqRing, sqTail);
    }

    MemorySegment sqes() {
        return sqes;
    }

    /// Which entry stands at a place of the queue: the place itself, or what the index array says.
    int sqIndex(int position) {
        int slot = position & sqMask;
        return sqArray < 0 ? slot : sqRing.get(JAVA_INT, sqArray + 4L * slot);
    }

    /// Whether there is such an entry. The kernel counts the others and drops them.
    boolean isSqe(int index) {
        return index >= 0 && index <= sqMask;
    }

    /// Where an entry is in [#sqes].
    long sqe(int index) {
        return (long) index * sqeSize;
    }

    int cqEntries() {
        return cqMask + 1;
    }

    int cqHead() {
        return (int) INT.getAcquire(cqRing, cqHead);
    }

    int cqTail() {
        return (int) INT.getAcquire(cqRing, cqTail);
    }

    MemorySegment cqRing() {
        return cqRing;
    }

    /// Where a completion is in [#cqRing].
    long cqe(int position) {
        return cqes + (long) (position & cqMask) * cqeSize;
    }

    /// Another thread's memory, or memory that is gone already, is left alone.
    static boolean isReadable(MemorySegment memory) {
        return memory.byteSize() > 0 && memory.scope().isAlive()
                && memory.isAccessibleBy(Thread.currentThread());
    }

    private boolean isVisible(MemorySegment memory) {
        return (flags & UNREADABLE) == 0 && isReadable(memory);
    }
}
