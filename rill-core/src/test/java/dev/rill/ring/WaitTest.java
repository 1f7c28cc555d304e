package dev.rill.ring;

import static dev.rill.abi.TimeoutFlags.IORING_TIMEOUT_ETIME_SUCCESS;
import static dev.rill.abi.TimeoutFlags.IORING_TIMEOUT_MULTISHOT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.KernelTimespec;
import dev.rill.kernel.Kernel;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/// Waiting for completions with and without a limit, and timeouts as requests.
/// Not of the specification's cases: man pages io_uring_enter(2), io_uring_prep_timeout(3).
class WaitTest {

    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long LONG = TimeUnit.HOURS.toNanos(1);

    private static MemorySegment timespec(Rig rig, long nanos) {
        MemorySegment time = rig.memory(KernelTimespec.SIZE);
        time.set(JAVA_LONG, KernelTimespec.TV_SEC, nanos / TimeUnit.SECONDS.toNanos(1));
        time.set(JAVA_LONG, KernelTimespec.TV_NSEC, nanos % TimeUnit.SECONDS.toNanos(1));
        return time;
    }

    @KernelTest
    void aWaitWithALimitComesBackWithoutACompletion(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            assertThat(rig.ring().submitAndWait(1, SHORT)).isZero();
            assertThat(rig.ring().completions().next()).isFalse();
        }
    }

    @KernelTest
    void aWaitOfNoTimeOnlyLooks(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            assertThat(rig.ring().submitAndWait(1, 0)).isZero();
            assertThat(rig.ring().completions().next()).isFalse();
        }
    }

    @KernelTest
    void aNegativeLimitIsRefused(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            assertThatThrownBy(() -> rig.ring().submitAndWait(1, -1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("timeoutNanos=-1");
        }
    }

    @KernelTest
    void aWaitThatRunsOutHasSubmittedAllTheSame(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            rig.sqe().prepNop().userData(1);
            rig.sqe().prepNop().userData(2);
            assertThat(rig.ring().submitAndWait(3, SHORT)).isEqualTo(2);
            assertThat(rig.ring().completions().ready()).isEqualTo(2);
            assertThat(rig.ring().submissions().unconsumed()).isZero();
        }
    }

    @KernelTest
    void aWaitEndsWithTheCompletionsItAskedFor(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            for (int i = 0; i < 5; i++) {
                rig.sqe().prepNop().userData(i);
            }
            assertThat(rig.ring().submitAndWait(5, LONG)).isEqualTo(5);
            assertThat(rig.ring().completions().ready()).isEqualTo(5);
        }
    }

    @KernelTest
    void completionsThatAreThereAreNotWaitedFor(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            rig.sqe().prepNop();
            rig.ring().submitAndWait(1);
            assertThat(rig.ring().submitAndWait(1, LONG)).isZero();
            assertThat(rig.ring().completions().ready()).isEqualTo(1);
        }
    }

    @KernelTest
    void submitWithNothingToDoDoesNotEnterTheKernel(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            long enters = rig.ring().enters();
            assertThat(rig.ring().submit()).isZero();
            assertThat(rig.ring().enters()).isEqualTo(enters);
            rig.sqe().prepNop();
            assertThat(rig.ring().submit()).isEqualTo(1);
            assertThat(rig.ring().enters()).isEqualTo(enters + 1);
        }
    }

    @KernelTest
    void aTimeoutCompletesWhenItsTimeIsOver(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            rig.sqe().prepTimeout(timespec(rig, SHORT).address(), 0, 0).userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, -62, 0));
        }
    }

    @KernelTest
    void aTimeoutCompletesAfterSoManyCompletions(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            rig.sqe().prepTimeout(timespec(rig, LONG).address(), 2, 0).userData(9);
            rig.sqe().prepNop().userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, 0, 0));
            assertThat(rig.poll()).isEmpty();
            rig.sqe().prepNop().userData(2);
            assertThat(rig.await(2)).containsExactly(new Cqe(2, 0, 0), new Cqe(9, 0, 0));
        }
    }

    @KernelTest
    void aTimeoutIsRemovedByItsUserData(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            rig.sqe().prepTimeout(timespec(rig, LONG).address(), 0, 0).userData(7);
            assertThat(rig.poll()).isEmpty();
            rig.sqe().prepTimeoutRemove(7).userData(8);
            assertThat(rig.await(2)).containsExactlyInAnyOrder(
                    new Cqe(7, -125, 0), new Cqe(8, 0, 0));
            rig.sqe().prepTimeoutRemove(7).userData(8);
            assertThat(rig.await()).isEqualTo(new Cqe(8, -2, 0));
        }
    }

    @KernelTest
    void aMultishotTimeoutTicksUntilRemoved(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            rig.sqe().prepTimeout(timespec(rig, SHORT).address(), 0,
                    IORING_TIMEOUT_MULTISHOT | IORING_TIMEOUT_ETIME_SUCCESS).userData(7);
            for (int i = 0; i < 3; i++) {
                assertThat(rig.await()).isEqualTo(new Cqe(7, -62, 0x2));
            }
            assertThat(rig.ring().inFlight()).isEqualTo(1);
            rig.sqe().prepTimeoutRemove(7).userData(8);
            Cqe cqe = rig.await();
            while (!cqe.equals(new Cqe(8, 0, 0))) {
                assertThat(cqe.userData()).isEqualTo(7);
                assertThat(cqe.res()).isIn(-62, -125);
                cqe = rig.await();
            }
        }
    }
}
