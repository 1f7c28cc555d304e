package dev.rill.net;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.rill.abi.Errno;
import dev.rill.kernel.Kernel;
import dev.rill.ring.StepDown;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Optional;

/// The processors that threads of this process may run on, which in a container are not all there
/// are, and binding threads to one each.
final class Processors {

    /// More than Linux can be built for (`CONFIG_NR_CPUS`): a mask that is too short is refused.
    private static final int PROCESSORS_MAX = 1 << 16;
    private static final int MASK_SIZE = PROCESSORS_MAX / Byte.SIZE;

    private final Kernel kernel;
    private final int[] allowed;
    private final int error;

    private Processors(Kernel kernel, int[] allowed, int error) {
        this.kernel = kernel;
        this.allowed = allowed;
        this.error = error;
    }

    /// Those that the calling thread may run on.
    static Processors allowed(Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = kernel.memory(MASK_SIZE, arena).asSlice(0, MASK_SIZE);
            int result = kernel.schedGetaffinity(mask);
            int[] allowed = BitSet.valueOf(mask.asByteBuffer()).stream().toArray();
            return new Processors(kernel, allowed,
                    result == 0 && allowed.length == 0 ? -Errno.EINVAL : result);
        }
    }

    /// Binds the calling thread to one of them.
    ///
    /// @param index whose turn it is; when there are more threads than processors they share
    /// @return what it means when the kernel refuses
    Optional<StepDown> pin(int index) {
        int result = error != 0 ? error : pinTo(allowed[index % allowed.length]);
        return result == 0 ? Optional.empty() : Optional.of(new StepDown("sched_setaffinity",
                "2.5.8", "event loops run on any processor (" + Errno.describe(result) + ")"));
    }

    private int pinTo(int processor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = kernel.memory(MASK_SIZE, arena).asSlice(0, MASK_SIZE);
            mask.set(JAVA_BYTE, processor / Byte.SIZE, (byte) (1 << processor % Byte.SIZE));
            return kernel.schedSetaffinity(mask);
        }
    }
}
