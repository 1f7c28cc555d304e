package dev.rill.fuzz;

import dev.rill.kernel.Descriptors;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A kernel whose memory is one large block, used again for each scenario.
///
/// Making and freeing mappings is most of what a short scenario costs. It is safer, too: the block
/// is never freed, so that a kernel that writes where it should not, or too late, breaks a scenario
/// and not this process.
final class RecycledMemory implements Kernel {

    private static final long BLOCK_SIZE = 64L << 20;

    private final Kernel kernel;
    private MemorySegment block;
    private long used;

    RecycledMemory(Kernel kernel) {
        this.kernel = kernel;
        renew();
    }

    /// Takes another block: somebody may still write to this one.
    void renew() {
        block = kernel.memory(BLOCK_SIZE, Arena.global());
        used = 0;
    }

    /// Everything is free again, and zero.
    void recycle() {
        block.asSlice(0, used).fill((byte) 0);
        used = 0;
    }

    @Override
    public MemorySegment memory(long byteSize, Arena lifetime) {
        long taken = (byteSize + pageSize() - 1) / pageSize() * pageSize();
        if (taken > BLOCK_SIZE - used - Generator.CLAIM_MAX) {
            throw new KernelException("memory of " + byteSize + " bytes for a scenario",
                    dev.rill.abi.Errno.ENOMEM);
        }
        MemorySegment memory = block.asSlice(used, byteSize);
        used += taken;
        return memory;
    }

    @Override
    public String name() {
        return kernel.name();
    }

    @Override
    public String release() {
        return kernel.release();
    }

    @Override
    public int pageSize() {
        return kernel.pageSize();
    }

    @Override
    public long nanoTime() {
        return kernel.nanoTime();
    }

    @Override
    public int setup(int entries, MemorySegment params) {
        return kernel.setup(entries, params);
    }

    @Override
    public int enter(int ring, int toSubmit, int minComplete, int flags, MemorySegment argument) {
        return kernel.enter(ring, toSubmit, minComplete, flags, argument);
    }

    @Override
    public int register(int ring, int opcode, MemorySegment argument, int count) {
        return kernel.register(ring, opcode, argument, count);
    }

    @Override
    public MemorySegment map(int ring, long offset, long byteSize, Arena lifetime) {
        return kernel.map(ring, offset, byteSize, lifetime);
    }

    @Override
    public int schedGetaffinity(MemorySegment mask) {
        return kernel.schedGetaffinity(mask);
    }

    @Override
    public int schedSetaffinity(MemorySegment mask) {
        return kernel.schedSetaffinity(mask);
    }

    @Override
    public Descriptors descriptors() {
        return kernel.descriptors();
    }

    @Override
    public void close() {
        kernel.close();
    }
}
