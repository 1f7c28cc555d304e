package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.KernelTest;

/// A ring that is closed gives its registered descriptor back: a thread has only 16 of them, and
/// each keeps a whole ring alive in the kernel.
class RegisteredRingTest {

    @KernelTest
    void aThreadMayOpenAnyNumberOfRingsOneAfterTheOther(Kernel kernel) {
        for (int i = 0; i < 40; i++) {
            try (Ring ring = Ring.open(kernel, RingOptions.defaults().withQueues(8, 16))) {
                assertThat(ring.stepDowns()).as("ring %d", i).isEmpty();
            }
        }
    }
}
