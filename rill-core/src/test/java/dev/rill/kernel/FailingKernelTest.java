package dev.rill.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.Errno;
import dev.rill.testing.KernelTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Which calls a failing kernel lets fail, and that it leaves the others alone.
/// Not of the specification's cases.
class FailingKernelTest {

    @KernelTest
    void theCallThatWasAskedForFailsAndIsNotMade(Kernel kernel) {
        FailingKernel failing = new FailingKernel(kernel);
        try (Arena arena = Arena.ofConfined()) {
            failing.failOnce(2, Errno.ENOMEM);
            MemorySegment params = failing.memory(120, arena);
            assertThat(failing.failed()).isEmpty();
            assertThat(failing.setup(1, params)).isEqualTo(-Errno.ENOMEM);
            assertThat(failing.failed()).isEqualTo("setup");
            int fd = failing.setup(1, params);
            assertThat(fd).isNotNegative();
            assertThat(failing.calls()).isEqualTo(3);
            assertThat(failing.descriptors().close(fd)).isZero();
        }
    }

    @KernelTest
    void everyCallFailsFromTheOneThatWasAskedFor(Kernel kernel) {
        FailingKernel failing = new FailingKernel(kernel);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = failing.memory(120, arena);
            failing.failFrom(1, Errno.EIO);
            assertThat(failing.setup(1, params)).isEqualTo(-Errno.EIO);
            assertThat(failing.enter(0, 0, 0, 0, MemorySegment.NULL)).isEqualTo(-Errno.EIO);
            assertThat(failing.register(0, 8, MemorySegment.NULL, 0)).isEqualTo(-Errno.EIO);
            assertThat(failing.failed()).isEqualTo("register of opcode 8");
            assertThatThrownBy(() -> failing.map(0, 0, 4096, arena))
                    .isInstanceOf(KernelException.class).hasMessageContaining("EIO");
            assertThatThrownBy(() -> failing.memory(4096, arena))
                    .isInstanceOf(KernelException.class).hasMessageContaining("EIO");
            failing.heal();
            failing.memory(4096, arena);
            assertThat(failing.calls()).isEqualTo(1);
            assertThat(failing.failed()).isEmpty();
        }
    }

    @KernelTest
    void theZerothCallCannotFail(Kernel kernel) {
        FailingKernel failing = new FailingKernel(kernel);
        assertThatThrownBy(() -> failing.failOnce(0, 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("nth=0");
        assertThatThrownBy(() -> failing.failFrom(1, 0))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("error=0");
    }
}
