package dev.rill.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rill.abi.Errno;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Where a thread may run: asked and said at the line, for the calling thread alone.
class AffinityTest {

    private static final int MASK_SIZE = 1024;

    private static int get(Kernel kernel, BitSet processors) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = kernel.memory(MASK_SIZE, arena).asSlice(0, MASK_SIZE);
            int result = kernel.schedGetaffinity(mask);
            processors.clear();
            processors.or(BitSet.valueOf(mask.asByteBuffer()));
            return result;
        }
    }

    private static int set(Kernel kernel, BitSet processors) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = kernel.memory(MASK_SIZE, arena).asSlice(0, MASK_SIZE);
            byte[] bytes = processors.toByteArray();
            MemorySegment.copy(bytes, 0, mask, JAVA_BYTE, 0, bytes.length);
            return kernel.schedSetaffinity(mask);
        }
    }

    private static void onAnotherThread(Runnable action) {
        assertThat(Rig.onAnotherThread(action)).isNull();
    }

    @KernelTest
    void aKernelWithoutThreadsSaysSo(Kernel kernel) {
        assumeTrue(kernel.name().equals("engine"), "a kernel in this process only");
        assertThat(get(kernel, new BitSet())).isEqualTo(-Errno.ENOSYS);
        assertThat(set(kernel, new BitSet())).isEqualTo(-Errno.ENOSYS);
    }

    @KernelTest
    void aThreadIsWhereItWasPutAndTheOthersAreWhereTheyWere(Kernel kernel) {
        assumeTrue(!kernel.name().equals("engine"), "a kernel that places threads only");
        BitSet before = new BitSet();
        assertThat(get(kernel, before)).isZero();
        assertThat(before.cardinality()).isPositive();
        onAnotherThread(() -> {
            BitSet last = new BitSet();
            last.set(before.length() - 1);
            assertThat(set(kernel, last)).isZero();
            BitSet now = new BitSet();
            assertThat(get(kernel, now)).isZero();
            assertThat(now).isEqualTo(last);
        });
        BitSet after = new BitSet();
        assertThat(get(kernel, after)).isZero();
        assertThat(after).isEqualTo(before);
    }

    @KernelTest
    void noProcessorAtAllIsRefused(Kernel kernel) {
        assumeTrue(!kernel.name().equals("engine"), "a kernel that places threads only");
        onAnotherThread(() -> assertThat(set(kernel, new BitSet())).isEqualTo(-Errno.EINVAL));
    }

    @KernelTest
    void decoratorsPassItOn(Kernel kernel) {
        int answer = get(kernel, new BitSet());
        List<String> lines = new ArrayList<>();
        assertThat(get(new TracingKernel(kernel, lines::add), new BitSet())).isEqualTo(answer);
        assertThat(lines).singleElement().asString().startsWith("sched_getaffinity(")
                .contains(answer < 0 ? " = -ENOSYS" : "}) = 0");
        assertThat(get(new CheckingKernel(kernel), new BitSet())).isEqualTo(answer);
        FailingKernel failing = new FailingKernel(kernel);
        assertThat(get(failing, new BitSet())).isEqualTo(answer);
        failing.failOnce(2, Errno.EPERM); // memory is the first
        assertThat(get(failing, new BitSet())).isEqualTo(-Errno.EPERM);
        failing.failOnce(2, Errno.EPERM);
        assertThat(set(failing, new BitSet())).isEqualTo(-Errno.EPERM);
        assertThat(failing.failed()).isEqualTo("sched_setaffinity");
    }
}
