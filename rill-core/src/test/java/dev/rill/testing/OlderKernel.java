package dev.rill.testing;

import static dev.rill.abi.BufferRingFlags.IOU_PBUF_RING_INC;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_PBUF_RING;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_RING_FDS;
import static dev.rill.abi.SetupFlags.IORING_SETUP_DEFER_TASKRUN;
import static dev.rill.abi.SetupFlags.IORING_SETUP_NO_SQARRAY;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SINGLE_ISSUER;
import static dev.rill.abi.SetupFlags.IORING_SETUP_COOP_TASKRUN;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SUBMIT_ALL;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.Errno;
import dev.rill.abi.IoUringBufReg;
import dev.rill.abi.IoUringParams;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.HugePages;
import dev.rill.kernel.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/// A kernel that answers as an earlier release would to what came after it: -EINVAL. Everything
/// else is the kernel underneath.
///
/// @param kernel the kernel underneath
/// @param name of the release
/// @param setupFlags `IORING_SETUP_*` it has never heard of
/// @param registerOps `IORING_REGISTER_*` it has never heard of
/// @param incremental whether it knows `IOU_PBUF_RING_INC`
/// @param minLeft whether it knows `min_left`
public record OlderKernel(Kernel kernel, String name, int setupFlags, Set<Integer> registerOps,
        boolean incremental, boolean minLeft) implements Kernel {

    /// 6.18 before its thirtieth update.
    public static Kernel withoutMinLeft(Kernel kernel) {
        return new OlderKernel(kernel, "6.18.29", 0, Set.of(), true, false);
    }

    /// 6.11: no incremental buffer rings.
    public static Kernel withoutIncremental(Kernel kernel) {
        return new OlderKernel(kernel, "6.11", 0, Set.of(), false, false);
    }

    /// The kernel as it was when it did not know some setup flags.
    public static Kernel withoutSetup(Kernel kernel, String name, int setupFlags) {
        return new OlderKernel(kernel, name, setupFlags, Set.of(), false, false);
    }

    /// 5.17: has none of the flags Rill prefers, nor registered ring descriptors.
    public static Kernel v5_17(Kernel kernel) {
        return new OlderKernel(kernel, "5.17",
                IORING_SETUP_NO_SQARRAY | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SINGLE_ISSUER
                        | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SUBMIT_ALL,
                Set.of(IORING_REGISTER_RING_FDS), false, false);
    }

    @Override
    public String release() {
        return name;
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
        if ((params.get(JAVA_INT, IoUringParams.FLAGS) & setupFlags) != 0) {
            return -Errno.EINVAL;
        }
        return kernel.setup(entries, params);
    }

    @Override
    public int enter(int ring, int toSubmit, int minComplete, int flags, MemorySegment argument) {
        return kernel.enter(ring, toSubmit, minComplete, flags, argument);
    }

    @Override
    public int register(int ring, int opcode, MemorySegment argument, int count) {
        if (registerOps.contains(opcode)) {
            return -Errno.EINVAL;
        }
        if (opcode == IORING_REGISTER_PBUF_RING) {
            int flags = argument.get(JAVA_SHORT, IoUringBufReg.FLAGS);
            boolean tooNew = !incremental && (flags & IOU_PBUF_RING_INC) != 0
                    || !minLeft && argument.get(JAVA_INT, IoUringBufReg.MIN_LEFT) != 0;
            if (tooNew) {
                return -Errno.EINVAL;
            }
        }
        return kernel.register(ring, opcode, argument, count);
    }

    @Override
    public MemorySegment map(int ring, long offset, long byteSize, Arena lifetime) {
        return kernel.map(ring, offset, byteSize, lifetime);
    }

    @Override
    public MemorySegment memory(long byteSize, Arena lifetime) {
        return kernel.memory(byteSize, lifetime);
    }

    @Override
    public MemorySegment memory(long byteSize, HugePages pages, Arena lifetime) {
        return kernel.memory(byteSize, pages, lifetime);
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
