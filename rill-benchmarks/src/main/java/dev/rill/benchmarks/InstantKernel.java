package dev.rill.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.rill.abi.CqRingOffsets;
import dev.rill.abi.IoUringCqe;
import dev.rill.abi.IoUringParams;
import dev.rill.abi.MapOffset;
import dev.rill.abi.SqRingOffsets;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A kernel whose `enter` costs next to nothing: it takes all requests without looking at them, and
/// posts as many completions as it is told to. What is left is what a ring costs on our side.
///
/// Everything but `enter` is the real kernel's, so the memory is laid out as it is there.
final class InstantKernel implements Kernel {

    private final Kernel real;
    private final MemorySegment params = Arena.ofAuto().allocate(IoUringParams.SIZE, 8);
    private MemorySegment rings;
    private int completions;

    InstantKernel(Kernel real) {
        this.real = real;
    }

    /// Posts so many completions at each enter from now on.
    void completeEachTime(int count) {
        completions = count;
    }

    @Override
    public int setup(int entries, MemorySegment into) {
        int result = real.setup(entries, into);
        params.copyFrom(into.asSlice(0, IoUringParams.SIZE));
        return result;
    }

    @Override
    public MemorySegment map(int ring, long offset, long byteSize, Arena lifetime) {
        MemorySegment memory = real.map(ring, offset, byteSize, lifetime);
        if (offset == MapOffset.IORING_OFF_SQ_RING) {
            rings = memory; // both queues, since Linux 5.4
        }
        return memory;
    }

    @Override
    public int enter(int ring, int toSubmit, int minComplete, int flags, MemorySegment argument) {
        int sqHead = offset(IoUringParams.SQ_OFF + SqRingOffsets.HEAD);
        rings.set(JAVA_INT, sqHead, rings.get(JAVA_INT, sqHead) + toSubmit);
        int cqTail = offset(IoUringParams.CQ_OFF + CqRingOffsets.TAIL);
        int tail = rings.get(JAVA_INT, cqTail);
        int mask = params.get(JAVA_INT, IoUringParams.CQ_ENTRIES) - 1;
        int cqes = offset(IoUringParams.CQ_OFF + CqRingOffsets.CQES);
        for (int i = 0; i < completions; i++) {
            long cqe = cqes + (long) (tail + i & mask) * IoUringCqe.SIZE;
            rings.set(JAVA_LONG, cqe + IoUringCqe.USER_DATA, i);
            rings.set(JAVA_INT, cqe + IoUringCqe.RES, 1);
            rings.set(JAVA_INT, cqe + IoUringCqe.FLAGS, 0);
        }
        JAVA_INT.varHandle().setRelease(rings, (long) cqTail, tail + completions);
        return toSubmit;
    }

    private int offset(int field) {
        return params.get(JAVA_INT, field);
    }

    @Override
    public String name() {
        return "instant";
    }

    @Override
    public String release() {
        return real.release();
    }

    @Override
    public int pageSize() {
        return real.pageSize();
    }

    @Override
    public long nanoTime() {
        return real.nanoTime();
    }

    @Override
    public int register(int ring, int opcode, MemorySegment argument, int count) {
        return real.register(ring, opcode, argument, count);
    }

    @Override
    public MemorySegment memory(long byteSize, Arena lifetime) {
        return real.memory(byteSize, lifetime);
    }

    @Override
    public Descriptors descriptors() {
        return real.descriptors();
    }

    @Override
    public void close() {
        real.close();
    }
}
