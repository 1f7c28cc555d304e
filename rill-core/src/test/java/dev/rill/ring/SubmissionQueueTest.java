package dev.rill.ring;

import static dev.rill.abi.SqeFlags.IOSQE_IO_LINK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.IoUringSqe;
import dev.rill.kernel.Kernel;
import dev.rill.testing.BreaksRules;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import java.util.List;

/// Requests go to the kernel in the order they were filled in, however small the queue.
/// Not of the specification's cases: liburing's test/nop-all-sizes.c.
class SubmissionQueueTest {

    @KernelTest
    void aFloodLargerThanTheQueueSubmitsItself(Kernel kernel) {
        for (int entries = 1; entries <= 64; entries *= 2) {
            RingOptions options = RingOptions.defaults().withQueues(entries, 4096);
            try (Rig rig = new Rig(kernel, options)) {
                int count = 3000;
                for (int i = 0; i < count; i++) {
                    rig.sqe().prepNop().userData(i);
                }
                List<Cqe> cqes = rig.await(count);
                for (int i = 0; i < count; i++) {
                    assertThat(cqes.get(i)).isEqualTo(new Cqe(i, 0, 0));
                }
                assertThat(rig.ring().inFlight()).isZero();
                assertThat(rig.ring().submissions().space()).isEqualTo(entries);
            }
        }
    }

    @KernelTest
    void aFullQueueIsSubmittedByTheNextRequest(Kernel kernel) {
        try (Rig rig = new Rig(kernel, RingOptions.defaults().withQueues(4, 8))) {
            for (int i = 0; i < 4; i++) {
                rig.sqe().prepNop().userData(i);
            }
            assertThat(rig.ring().submissions().space()).isZero();
            assertThat(rig.ring().submissions().unconsumed()).isEqualTo(4);
            assertThat(rig.ring().enters()).isZero();
            rig.sqe().prepNop().userData(4);
            assertThat(rig.ring().enters()).isEqualTo(1);
            assertThat(rig.ring().submissions().unconsumed()).isEqualTo(1);
            assertThat(rig.ring().completions().ready()).isEqualTo(4);
            assertThat(rig.await(5)).extracting(Cqe::userData).containsExactly(0L, 1L, 2L, 3L, 4L);
        }
    }

    @KernelTest
    @BreaksRules("fills fields that a NOP has not")
    void aSlotThatIsUsedAgainRemembersNothing(Kernel kernel) {
        try (Rig rig = new Rig(kernel, RingOptions.defaults().withQueues(2, 8))) {
            rig.sqe().prep(0, 5, 0x1234, 77, 99).flags(IOSQE_IO_LINK).ioprio(0xff).opFlags(-1)
                    .optlen(-1).bufferGroup(65535).userData(-1);
            rig.sqe().prepNop();
            rig.await(2);
            for (int i = 0; i < 4; i++) {
                Sqe sqe = rig.sqe().prepNop().userData(i);
                assertThat(sqe.flags()).isZero();
                assertThat(sqe.ioprio()).isZero();
                assertThat(sqe.word(IoUringSqe.OP_FLAGS)).isZero();
                assertThat(rig.await()).isEqualTo(new Cqe(i, 0, 0));
            }
        }
    }

    @KernelTest
    void requestsInFlightAreCounted(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 2, 100))) {
            Rig.Pair pair = rig.unixStream();
            assertThat(rig.ring().inFlight()).isZero();
            group.select(rig.sqe().prepRecvMultishot(pair.left())).userData(1);
            assertThat(rig.ring().inFlight()).isEqualTo(1);
            rig.write(pair.right(), Rig.pattern(10, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(1, 10, 0x13));
            assertThat(rig.ring().inFlight()).isEqualTo(1);
            rig.end(pair.right());
            assertThat(rig.await()).isEqualTo(new Cqe(1, 0, 0));
            assertThat(rig.ring().inFlight()).isZero();
        }
    }

    @KernelTest
    @BreaksRules("an opcode that there is not")
    void aRequestTheKernelRefusesDoesNotHoldUpTheOthers(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            rig.sqe().prepNop().userData(1);
            rig.sqe().prep(255, -1, 0, 0, 0).userData(2);
            rig.sqe().prepNop().userData(3);
            assertThat(rig.ring().submit()).isEqualTo(3);
            assertThat(rig.await(3)).containsExactly(
                    new Cqe(1, 0, 0), new Cqe(2, -22, 0), new Cqe(3, 0, 0));
        }
    }

    @KernelTest
    void anEntryPrintsWhatItAsksFor(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Sqe sqe = rig.sqe().prepRecv(7, 0, 100, 0).userData(0xabc);
            assertThat(sqe).hasToString("RECV fd=7 len=100 user_data=0xabc");
            sqe.prepNop().userData(0);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 0, 0));
        }
    }
}
