package dev.rill.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.Errno;
import org.junit.jupiter.api.Test;

/// The one exception names the operation, the error and what to do.
/// Not of the specification's cases.
class KernelExceptionTest {

    @Test
    void theMessageIsASentenceOfOperationErrorAndAdvice() {
        assertThat(new KernelException("io_uring_setup", -Errno.EMFILE, "Raise the limit"))
                .hasMessage("io_uring_setup: " + Errno.describe(Errno.EMFILE)
                        + ". Raise the limit");
        assertThat(new KernelException("mmap", Errno.ENOMEM))
                .hasMessage("mmap: " + Errno.describe(Errno.ENOMEM));
    }

    @Test
    void theErrnoIsPositiveHoweverItWasGiven() {
        assertThat(new KernelException("x", 22).errno()).isEqualTo(22);
        assertThat(new KernelException("x", -22).errno()).isEqualTo(22);
        assertThat(new KernelException("x", -22).operation()).isEqualTo("x");
    }

    @Test
    void checkingPassesValuesOnAndThrowsErrors() {
        assertThat(KernelException.check("x", 0)).isZero();
        assertThat(KernelException.check("x", Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
        assertThatThrownBy(() -> KernelException.check("x", -1))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("EPERM");
    }
}
