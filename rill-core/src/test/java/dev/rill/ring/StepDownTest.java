package dev.rill.ring;

import static dev.rill.abi.SetupFlags.IORING_SETUP_COOP_TASKRUN;
import static dev.rill.abi.SetupFlags.IORING_SETUP_CQSIZE;
import static dev.rill.abi.SetupFlags.IORING_SETUP_DEFER_TASKRUN;
import static dev.rill.abi.SetupFlags.IORING_SETUP_NO_SQARRAY;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SINGLE_ISSUER;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SQPOLL;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SUBMIT_ALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.testing.Inbox;
import dev.rill.testing.KernelTest;
import dev.rill.testing.OlderKernel;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.util.List;
import org.junit.jupiter.api.Test;

/// On an older kernel a ring and a group give up what it does not know, say so, and work
/// (Q1; C-033 in whole buffers).
class StepDownTest {

    @KernelTest
    void aCurrentKernelGivesEverything(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            assertThat(rig.ring().stepDowns()).isEmpty();
            assertThat(rig.ring().flags()).isEqualTo(IORING_SETUP_CQSIZE
                    | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER
                    | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_NO_SQARRAY);
            worksInOrder(rig);
        }
    }

    @KernelTest
    void aKernelBefore6_6HasItsIndexArrayFilledIn(Kernel kernel) {
        Kernel older = OlderKernel.withoutSetup(kernel, "6.5", IORING_SETUP_NO_SQARRAY);
        try (Rig rig = new Rig(older)) {
            assertThat(names(rig)).containsExactly("IORING_SETUP_NO_SQARRAY");
            assertThat(rig.ring().flags() & IORING_SETUP_NO_SQARRAY).isZero();
            worksInOrder(rig);
        }
    }

    @KernelTest
    void aKernelBefore6_1RunsCompletionsCooperatively(Kernel kernel) {
        Kernel older = OlderKernel.withoutSetup(kernel, "6.0",
                IORING_SETUP_NO_SQARRAY | IORING_SETUP_DEFER_TASKRUN);
        try (Rig rig = new Rig(older)) {
            assertThat(names(rig)).containsExactly("IORING_SETUP_NO_SQARRAY",
                    "IORING_SETUP_DEFER_TASKRUN");
            assertThat(rig.ring().flags()).isEqualTo(IORING_SETUP_CQSIZE
                    | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER
                    | IORING_SETUP_COOP_TASKRUN);
            worksInOrder(rig);
        }
    }

    @KernelTest
    void aKernelBefore6_0DoesNotCheckTheThread(Kernel kernel) {
        Kernel older = OlderKernel.withoutSetup(kernel, "5.19", IORING_SETUP_NO_SQARRAY
                | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SINGLE_ISSUER);
        try (Rig rig = new Rig(older)) {
            assertThat(names(rig)).containsExactly("IORING_SETUP_NO_SQARRAY",
                    "IORING_SETUP_DEFER_TASKRUN", "IORING_SETUP_SINGLE_ISSUER");
            worksInOrder(rig);
        }
    }

    @KernelTest
    void aKernelWithoutAnyOfTheFlagsStillHasARing(Kernel kernel) {
        try (Rig rig = new Rig(OlderKernel.v5_17(kernel))) {
            assertThat(names(rig)).containsExactlyInAnyOrder("IORING_SETUP_NO_SQARRAY",
                    "IORING_SETUP_DEFER_TASKRUN", "IORING_SETUP_SINGLE_ISSUER",
                    "IORING_SETUP_COOP_TASKRUN", "IORING_SETUP_SUBMIT_ALL",
                    "IORING_REGISTER_RING_FDS");
            assertThat(rig.ring().flags()).isEqualTo(IORING_SETUP_CQSIZE);
            worksInOrder(rig);
        }
    }

    @KernelTest
    void everyStepDownSaysSinceWhenAndWhatFollows(Kernel kernel) {
        try (Rig rig = new Rig(OlderKernel.v5_17(kernel))) {
            assertThat(rig.ring().stepDowns()).allSatisfy(step -> {
                assertThat(step.since()).matches("[56]\\.\\d+");
                assertThat(step.consequence()).isNotBlank();
                assertThat(step).hasToString(step.what() + " (Linux " + step.since()
                        + ") is missing: " + step.consequence());
            });
        }
    }

    @KernelTest
    void aRequiredFlagIsNeverGivenUp(Kernel kernel) {
        Kernel older = OlderKernel.withoutSetup(kernel, "6.5", IORING_SETUP_NO_SQARRAY);
        RingOptions options = RingOptions.defaults().withFlags(
                IORING_SETUP_SUBMIT_ALL, IORING_SETUP_NO_SQARRAY);
        assertThatThrownBy(() -> Ring.open(older, options))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("io_uring_setup").hasMessageContaining("EINVAL")
                .hasMessageContaining("requiredFlags=0x10000");
    }

    @Test
    void aFlagThatCannotBeGivenUpIsNotAPreference() {
        RingOptions defaults = RingOptions.defaults();
        assertThatThrownBy(() -> defaults.withFlags(
                defaults.preferredFlags() | IORING_SETUP_SQPOLL, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("preferredFlags=SQPOLL|")
                .hasMessageContaining("requiredFlags");
    }

    @KernelTest
    void aRingWithoutRegisteredDescriptorWorks(Kernel kernel) {
        RingOptions defaults = RingOptions.defaults();
        RingOptions options = new RingOptions(defaults.entries(), defaults.cqEntries(),
                defaults.preferredFlags(), 0, false);
        try (Rig rig = new Rig(kernel, options)) {
            assertThat(rig.ring().stepDowns()).isEmpty();
            worksInOrder(rig);
        }
    }

    @KernelTest
    void aGroupUsesWholeBuffersWhereIncrementalRingsAreUnknown(Kernel kernel) {
        try (Rig rig = new Rig(OlderKernel.withoutIncremental(kernel));
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(3, 2, 64 * 1024))) {
            assertThat(group.stepDowns()).singleElement().satisfies(step -> {
                assertThat(step.what()).isEqualTo("IOU_PBUF_RING_INC");
                assertThat(step.since()).isEqualTo("6.12");
                assertThat(step.consequence()).contains("8 of 16384 bytes");
            });
            assertThat(group.options().ring().incremental()).isFalse();
            assertThat(group.options().buffers()).isEqualTo(8);
            assertThat(group.options().bufferSize()).isEqualTo(16 * 1024);
            assertThat(group.options().byteSize()).isEqualTo(128 * 1024);
            assertThat(group.lent()).isEqualTo(8);
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            group.select(rig.sqe().prepRecvMultishot(pair.left()));
            for (int i = 0; i < 20; i++) {
                rig.write(pair.right(), Rig.pattern(1000, i));
                Cqe cqe = rig.await();
                assertThat(cqe).isEqualTo(new Cqe(0, 1000, i % 8 << 16 | 0x3));
                assertThat(inbox.take(cqe)).containsExactly(new Inbox.Piece(i % 8, 0, 1000));
                assertThat(inbox.bytes()).endsWith(Rig.pattern(1000, i));
                group.publish();
            }
        }
    }

    @KernelTest
    void aGroupThatGotWhatItAskedForReportsNothing(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(3, 2, 64 * 1024))) {
            assertThat(group.stepDowns()).isEmpty();
            assertThat(group.options()).isEqualTo(
                    BufferGroupOptions.incremental(3, 2, 64 * 1024));
        }
    }

    private static List<String> names(Rig rig) {
        return rig.ring().stepDowns().stream().map(StepDown::what).toList();
    }

    /// More requests than the queue has slots, then a receive that has to wait.
    private static void worksInOrder(Rig rig) {
        int count = 1000;
        for (int i = 0; i < count; i++) {
            rig.sqe().prepNop().userData(i);
        }
        List<Cqe> cqes = rig.await(count);
        for (int i = 0; i < count; i++) {
            assertThat(cqes.get(i)).isEqualTo(new Cqe(i, 0, 0));
        }
        try (BufferGroup group = BufferGroup.open(rig.ring(),
                BufferGroupOptions.classic(0, 2, 100))) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            group.select(rig.sqe().prepRecvMultishot(pair.left())).userData(1);
            rig.ring().submit();
            rig.write(pair.right(), Rig.pattern(50, 1));
            inbox.take(rig.await());
            assertThat(inbox.bytes()).isEqualTo(Rig.pattern(50, 1));
            rig.sqe().prepCancel(1).userData(2);
            assertThat(rig.await(2)).containsExactlyInAnyOrder(
                    new Cqe(2, 0, 0), new Cqe(1, -125, 0));
        }
    }
}
