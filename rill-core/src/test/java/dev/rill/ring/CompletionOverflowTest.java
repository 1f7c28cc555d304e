package dev.rill.ring;

import static dev.rill.abi.SocketConstants.SOCK_DGRAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.Inbox;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LentBuffers;
import dev.rill.testing.LentBuffers.Slot;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A completion queue that is too small loses nothing: the kernel keeps the rest, and a multishot
/// ends and is armed again (C-132 to C-135).
class CompletionOverflowTest {

    private static Rig tiny(Kernel kernel, int entries) {
        return new Rig(kernel, RingOptions.defaults().withQueues(entries, entries));
    }

    private static void writeSingleBytes(Rig rig, Pair pair, int count) {
        for (int i = 0; i < count; i++) {
            rig.write(pair.right(), new byte[] {(byte) i});
        }
    }

    /// Reads the queue without entering the kernel.
    private static List<Cqe> reap(Rig rig) {
        List<Cqe> seen = new ArrayList<>();
        CompletionQueue cq = rig.ring().completions();
        while (cq.next()) {
            seen.add(new Cqe(cq.userData(), cq.res(), cq.flags()));
        }
        cq.advance();
        return seen;
    }

    @KernelTest
    void aMultishotThatFindsTheQueueFullEndsWithItsData(Kernel kernel) {
        try (Rig rig = tiny(kernel, 4);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(1000, 40)) {
            Pair pair = rig.unix(SOCK_DGRAM);
            writeSingleBytes(rig, pair, 8);
            lent.recvMultishot(pair.left());
            rig.ring().submit();
            assertThat(rig.ring().completions().ready()).isEqualTo(4);
            assertThat(rig.ring().submissions().overflowed()).isTrue();
            assertThat(reap(rig)).isEqualTo(Collections.nCopies(4, new Cqe(0, 1, 0x280013)));
            assertThat(rig.poll()).containsExactly(new Cqe(0, 1, 0x280011));
            assertThat(rig.ring().submissions().overflowed()).isFalse();
            assertThat(rig.ring().completions().dropped()).isZero();
            assertThat(lent.slot(0)).isEqualTo(new Slot(5, 995));
            assertThat(lent.bytes(40, 0, 5)).containsExactly(0, 1, 2, 3, 4);
            lent.recvMultishot(pair.left());
            assertThat(rig.await(3)).isEqualTo(Collections.nCopies(3, new Cqe(0, 1, 0x280013)));
            assertThat(lent.bytes(40, 5, 3)).containsExactly(5, 6, 7);
        }
    }

    @KernelTest
    void theSameInWholeBuffers(Kernel kernel) {
        try (Rig rig = tiny(kernel, 4);
                LentBuffers lent = LentBuffers.classic(rig, 16).lend(16, 512, 40)) {
            Pair pair = rig.unix(SOCK_DGRAM);
            writeSingleBytes(rig, pair, 8);
            lent.recvMultishot(pair.left());
            rig.ring().submit();
            assertThat(reap(rig)).containsExactly(new Cqe(0, 1, 0x280003),
                    new Cqe(0, 1, 0x290003), new Cqe(0, 1, 0x2a0003), new Cqe(0, 1, 0x2b0003));
            assertThat(rig.poll()).containsExactly(new Cqe(0, 1, 0x2c0001));
            assertThat(lent.head()).isEqualTo(5);
        }
    }

    @KernelTest
    void aQueueThatIsExactlyFullEndsNothing(Kernel kernel) {
        try (Rig rig = tiny(kernel, 4);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(1000, 40)) {
            Pair pair = rig.unix(SOCK_DGRAM);
            writeSingleBytes(rig, pair, 4);
            lent.recvMultishot(pair.left());
            rig.ring().submit();
            assertThat(rig.ring().submissions().overflowed()).isFalse();
            assertThat(reap(rig)).isEqualTo(Collections.nCopies(4, new Cqe(0, 1, 0x280013)));
            writeSingleBytes(rig, pair, 1);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 1, 0x280013));
        }
    }

    @KernelTest
    void completionsKeptByTheKernelComeLaterInOrder(Kernel kernel) {
        try (Rig rig = tiny(kernel, 4)) {
            int count = 50;
            for (int i = 0; i < count; i++) {
                rig.sqe().prepNop().userData(i);
            }
            rig.ring().submit();
            assertThat(rig.ring().completions().ready()).isEqualTo(4);
            assertThat(rig.ring().submissions().overflowed()).isTrue();
            List<Cqe> cqes = rig.await(count);
            for (int i = 0; i < count; i++) {
                assertThat(cqes.get(i)).isEqualTo(new Cqe(i, 0, 0));
            }
            assertThat(rig.ring().inFlight()).isZero();
            assertThat(rig.ring().completions().dropped()).isZero();
        }
    }

    @KernelTest
    void submitAloneFetchesWhatTheKernelKept(Kernel kernel) {
        try (Rig rig = tiny(kernel, 4)) {
            for (int i = 0; i < 8; i++) {
                rig.sqe().prepNop().userData(i);
            }
            rig.ring().submit();
            assertThat(reap(rig)).hasSize(4);
            assertThat(rig.ring().completions().ready()).isZero();
            rig.ring().submit(); // nothing to submit: it enters because of the overflow
            assertThat(reap(rig)).extracting(Cqe::userData).containsExactly(4L, 5L, 6L, 7L);
        }
    }

    @KernelTest
    void aGroupLosesNothingThroughATinyQueue(Kernel kernel) {
        try (Rig rig = tiny(kernel, 2);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 2, 16))) {
            Pair pair = rig.unix(SOCK_DGRAM);
            Inbox inbox = new Inbox(group);
            int rounds = 200;
            int armed = 0;
            boolean ended = true;
            for (int round = 0; round < rounds; round++) {
                writeSingleBytes(rig, pair, 7);
                while (inbox.size() < (round + 1) * 7) {
                    if (ended) {
                        group.select(rig.sqe().prepRecvMultishot(pair.left()));
                        armed++;
                    }
                    Cqe cqe = rig.await();
                    inbox.take(cqe);
                    ended = (cqe.flags() & 0x2) == 0;
                    group.publish();
                }
            }
            byte[] bytes = inbox.bytes();
            assertThat(bytes).hasSize(rounds * 7);
            for (int i = 0; i < bytes.length; i++) {
                assertThat(bytes[i]).isEqualTo((byte) (i % 7));
            }
            assertThat(armed).isGreaterThan(rounds);
        }
    }
}
