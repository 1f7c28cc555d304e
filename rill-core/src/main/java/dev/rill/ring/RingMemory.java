package dev.rill.ring;

import static dev.rill.abi.FeatureFlags.IORING_FEAT_SINGLE_MMAP;
import static dev.rill.abi.MapOffset.IORING_OFF_CQ_RING;
import static dev.rill.abi.MapOffset.IORING_OFF_SQES;
import static dev.rill.abi.MapOffset.IORING_OFF_SQ_RING;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.rill.abi.CqRingOffsets;
import dev.rill.abi.IoUringCqe;
import dev.rill.abi.IoUringParams;
import dev.rill.abi.IoUringSqe;
import dev.rill.abi.SqRingOffsets;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The memory a ring shares with its kernel, mapped, and where things are in it.
///
/// Every offset comes from the kernel (`struct io_uring_params`), so every one is checked against
/// what was mapped before anything is read or written through it.
///
/// @param sqRing the submission queue's words
/// @param sq offsets into `sqRing`
/// @param cqRing the completion queue's words and CQEs; the same memory as `sqRing` since 5.4
/// @param cq offsets into `cqRing`
/// @param sqes the submission queue entries
record RingMemory(MemorySegment sqRing, Sq sq, MemorySegment cqRing, Cq cq, MemorySegment sqes) {

    /// Offsets of `struct io_sqring_offsets` with the number of entries.
    record Sq(int head, int tail, int flags, int dropped, int array, int entries) {
    }

    /// Offsets of `struct io_cqring_offsets` with the number of entries.
    record Cq(int head, int tail, int flags, int overflow, int cqes, int entries) {
    }

    static RingMemory map(Kernel kernel, int fd, MemorySegment params, Arena arena,
            boolean sqArray) {
        Sq sq = submissionOffsets(params);
        Cq cq = completionOffsets(params);
        long sqSize = sqArray ? sq.array + 4L * sq.entries : sq.array;
        long cqSize = cq.cqes + (long) IoUringCqe.SIZE * cq.entries;
        int features = params.get(JAVA_INT, IoUringParams.FEATURES);
        MemorySegment sqRing;
        MemorySegment cqRing;
        if ((features & IORING_FEAT_SINGLE_MMAP) != 0) {
            sqRing = kernel.map(fd, IORING_OFF_SQ_RING, Math.max(sqSize, cqSize), arena);
            cqRing = sqRing;
        } else {
            sqRing = kernel.map(fd, IORING_OFF_SQ_RING, sqSize, arena);
            cqRing = kernel.map(fd, IORING_OFF_CQ_RING, cqSize, arena);
        }
        MemorySegment sqes =
                kernel.map(fd, IORING_OFF_SQES, (long) IoUringSqe.SIZE * sq.entries, arena);
        requireInside(sqRing, sq.head, sq.tail, sq.flags, sq.dropped);
        requireInside(cqRing, cq.head, cq.tail, cq.flags, cq.overflow);
        return new RingMemory(sqRing, sq, cqRing, cq, sqes);
    }

    private static Sq submissionOffsets(MemorySegment params) {
        long base = IoUringParams.SQ_OFF;
        return new Sq(
                params.get(JAVA_INT, base + SqRingOffsets.HEAD),
                params.get(JAVA_INT, base + SqRingOffsets.TAIL),
                params.get(JAVA_INT, base + SqRingOffsets.FLAGS),
                params.get(JAVA_INT, base + SqRingOffsets.DROPPED),
                params.get(JAVA_INT, base + SqRingOffsets.ARRAY),
                entries("sq_entries", params.get(JAVA_INT, IoUringParams.SQ_ENTRIES)));
    }

    private static Cq completionOffsets(MemorySegment params) {
        long base = IoUringParams.CQ_OFF;
        return new Cq(
                params.get(JAVA_INT, base + CqRingOffsets.HEAD),
                params.get(JAVA_INT, base + CqRingOffsets.TAIL),
                params.get(JAVA_INT, base + CqRingOffsets.FLAGS),
                params.get(JAVA_INT, base + CqRingOffsets.OVERFLOW),
                params.get(JAVA_INT, base + CqRingOffsets.CQES),
                entries("cq_entries", params.get(JAVA_INT, IoUringParams.CQ_ENTRIES)));
    }

    private static int entries(String name, int value) {
        if (Integer.bitCount(value) != 1 || value < 0) {
            throw new IllegalStateException("io_uring_setup answered " + name + "="
                    + Integer.toUnsignedString(value) + ", which is no power of two");
        }
        return value;
    }

    private static void requireInside(MemorySegment ring, int... offsets) {
        for (int offset : offsets) {
            if (offset < 0 || offset > ring.byteSize() - Integer.BYTES || (offset & 3) != 0) {
                throw new KernelException("io_uring_setup answered offset "
                        + Integer.toUnsignedString(offset) + " in a ring of " + ring.byteSize()
                        + " bytes", dev.rill.abi.Errno.EINVAL);
            }
        }
    }
}
