package dev.rill.engine;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.rill.abi.CqRingOffsets;
import dev.rill.abi.IoUringCqe;
import dev.rill.abi.IoUringParams;
import dev.rill.abi.IoUringSqe;
import dev.rill.abi.SetupFlags;
import dev.rill.abi.SqRingOffsets;
import java.lang.foreign.MemorySegment;

/// The memory of one ring: queue heads and tails, completions, the index array, the entries.
///
/// The offsets are those of Linux 6.18 on x86-64. Nobody may rely on them (a program takes them
/// from `io_uring_params`), which is the reason to keep them: what does rely on them works.
final class RingLayout {

    static final int SQ_HEAD = 0;
    static final int SQ_TAIL = 4;
    static final int CQ_HEAD = 8;
    static final int CQ_TAIL = 12;
    static final int SQ_MASK = 16;
    static final int CQ_MASK = 20;
    static final int SQ_ENTRIES = 24;
    static final int CQ_ENTRIES = 28;
    static final int SQ_DROPPED = 32;
    static final int SQ_FLAGS = 36;
    static final int CQ_FLAGS = 40;
    static final int CQ_OVERFLOW = 44;
    static final int CQES = 64;

    final int sqEntries;
    final int cqEntries;
    final int cqeSize;
    final int sqeSize;
    /// Offset of the index array; 0 without one.
    final int array;
    private final SharedPages rings;
    private final SharedPages sqes;

    RingLayout(int sqEntries, int cqEntries, int flags, int pageSize) {
        this.sqEntries = sqEntries;
        this.cqEntries = cqEntries;
        cqeSize = IoUringCqe.SIZE << ((flags & SetupFlags.IORING_SETUP_CQE32) != 0 ? 1 : 0);
        sqeSize = IoUringSqe.SIZE << ((flags & SetupFlags.IORING_SETUP_SQE128) != 0 ? 1 : 0);
        int end = CQES + cqeSize * cqEntries;
        boolean indexed = (flags & SetupFlags.IORING_SETUP_NO_SQARRAY) == 0;
        array = indexed ? end + 63 & -64 : 0;
        long size = indexed ? array + 4L * sqEntries : end;
        rings = new SharedPages(size, pageSize);
        sqes = new SharedPages((long) sqeSize * sqEntries, pageSize);
        MemorySegment memory = rings.memory();
        memory.set(JAVA_INT, SQ_MASK, sqEntries - 1);
        memory.set(JAVA_INT, SQ_ENTRIES, sqEntries);
        memory.set(JAVA_INT, CQ_MASK, cqEntries - 1);
        memory.set(JAVA_INT, CQ_ENTRIES, cqEntries);
    }

    /// The queues.
    SharedPages rings() {
        return rings;
    }

    /// The submission entries.
    SharedPages sqes() {
        return sqes;
    }

    /// Tells the program where everything is.
    void describe(MemorySegment params) {
        params.set(JAVA_INT, IoUringParams.SQ_ENTRIES, sqEntries);
        params.set(JAVA_INT, IoUringParams.CQ_ENTRIES, cqEntries);
        long sq = IoUringParams.SQ_OFF;
        params.asSlice(sq, SqRingOffsets.SIZE).fill((byte) 0);
        params.set(JAVA_INT, sq + SqRingOffsets.HEAD, SQ_HEAD);
        params.set(JAVA_INT, sq + SqRingOffsets.TAIL, SQ_TAIL);
        params.set(JAVA_INT, sq + SqRingOffsets.RING_MASK, SQ_MASK);
        params.set(JAVA_INT, sq + SqRingOffsets.RING_ENTRIES, SQ_ENTRIES);
        params.set(JAVA_INT, sq + SqRingOffsets.FLAGS, SQ_FLAGS);
        params.set(JAVA_INT, sq + SqRingOffsets.DROPPED, SQ_DROPPED);
        params.set(JAVA_INT, sq + SqRingOffsets.ARRAY, array);
        long cq = IoUringParams.CQ_OFF;
        params.asSlice(cq, CqRingOffsets.SIZE).fill((byte) 0);
        params.set(JAVA_INT, cq + CqRingOffsets.HEAD, CQ_HEAD);
        params.set(JAVA_INT, cq + CqRingOffsets.TAIL, CQ_TAIL);
        params.set(JAVA_INT, cq + CqRingOffsets.RING_MASK, CQ_MASK);
        params.set(JAVA_INT, cq + CqRingOffsets.RING_ENTRIES, CQ_ENTRIES);
        params.set(JAVA_INT, cq + CqRingOffsets.OVERFLOW, CQ_OVERFLOW);
        params.set(JAVA_INT, cq + CqRingOffsets.CQES, CQES);
        params.set(JAVA_INT, cq + CqRingOffsets.FLAGS, CQ_FLAGS);
    }
}
