package dev.rill.ring;

import static dev.rill.abi.SocketConstants.SOCK_DGRAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.testing.Inbox;
import dev.rill.testing.Inbox.Piece;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LentBuffers;
import dev.rill.testing.LentBuffers.Slot;
import dev.rill.testing.Needs;
import dev.rill.testing.OlderKernel;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;

/// With min_left a buffer is retired when less is left, so that no message is cut by its end
/// (C-010, C-069, C-127 to C-131).
class MinLeftTest {

    private static LentBuffers minLeft(Rig rig, int bytes) {
        return new LentBuffers(rig, BufferRingOptions.incremental(0, 4).withMinLeft(bytes));
    }

    @KernelTest
    @Needs(Feature.MIN_LEFT)
    void aBufferWithLessThanMinLeftIsRetired(Kernel kernel) {
        try (Rig rig = new Rig(kernel); LentBuffers lent = minLeft(rig, 64).lend(2, 256, 40)) {
            Pair pair = rig.unixStream();
            lent.recvMultishot(pair.left());
            rig.write(pair.right(), Rig.pattern(192, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 192, 0x280013));
            assertThat(lent.slot(0)).isEqualTo(new Slot(192, 64));
            rig.write(pair.right(), Rig.pattern(1, 2));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 1, 0x280003));
            assertThat(lent.head()).isEqualTo(1);
            rig.write(pair.right(), Rig.pattern(200, 3));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 200, 0x290003));
            assertThat(lent.head()).isEqualTo(2);
        }
    }

    @KernelTest
    @Needs(Feature.MIN_LEFT)
    void aMinLeftOfOneIsNone(Kernel kernel) {
        try (Rig rig = new Rig(kernel); LentBuffers lent = minLeft(rig, 1).lend(256, 40)) {
            Pair pair = rig.unixStream();
            lent.recvMultishot(pair.left());
            rig.write(pair.right(), Rig.pattern(255, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 255, 0x280013));
            rig.write(pair.right(), Rig.pattern(1, 2));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 1, 0x280003));
        }
    }

    @KernelTest
    @Needs(Feature.MIN_LEFT)
    void aMinLeftAboveTheSizeUsesEachBufferOnce(Kernel kernel) {
        try (Rig rig = new Rig(kernel); LentBuffers lent = minLeft(rig, 100_000).lend(2, 256, 40)) {
            Pair pair = rig.unixStream();
            lent.recvMultishot(pair.left());
            int[] flags = {0x280003, 0x290003, 0};
            for (int i = 0; i < 3; i++) {
                rig.write(pair.right(), Rig.pattern(1, i));
                assertThat(rig.await()).isEqualTo(new Cqe(0, i < 2 ? 1 : -105, flags[i]));
            }
        }
    }

    @KernelTest
    @Needs(Feature.MIN_LEFT)
    void aBufferSmallerThanMinLeftIsUsedOnce(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = minLeft(rig, 64).lend(32, 40).lend(256, 41)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(5, 1));
            lent.recvMultishot(pair.left());
            assertThat(rig.await()).isEqualTo(new Cqe(0, 5, 0x280003));
            assertThat(lent.head()).isEqualTo(1);
        }
    }

    @KernelTest
    @Needs(Feature.MIN_LEFT)
    void theEndOfAPipeRetiresNothing(Kernel kernel) {
        try (Rig rig = new Rig(kernel); LentBuffers lent = minLeft(rig, 64).lend(256, 40)) {
            Pair pipe = rig.pipe();
            rig.closeNow(pipe.right());
            lent.read(pipe.left(), 0);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 0, 0x280011));
            assertThat(lent.slot(0)).isEqualTo(new Slot(0, 256));
        }
    }

    @KernelTest
    void withoutMinLeftTheEndOfABufferCutsADatagram(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(20, 40).lend(512, 41)) {
            Pair pair = rig.unix(SOCK_DGRAM);
            for (int i = 0; i < 3; i++) {
                rig.write(pair.right(), Rig.pattern(16, i));
            }
            lent.recvMultishot(pair.left());
            assertThat(rig.await(3)).containsExactly(new Cqe(0, 16, 0x280013),
                    new Cqe(0, 4, 0x280003), new Cqe(0, 16, 0x290013));
        }
    }

    @KernelTest
    @Needs(Feature.MIN_LEFT)
    void withMinLeftEveryDatagramArrivesWhole(Kernel kernel) {
        BufferRingOptions ring = BufferRingOptions.incremental(0, 4).withMinLeft(16);
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        new BufferGroupOptions(ring, 4, 40, false))) {
            Pair pair = rig.unix(SOCK_DGRAM);
            Inbox inbox = new Inbox(group);
            group.selectForDatagrams(rig.sqe().prepRecvMultishot(pair.left()), 16);
            for (int i = 0; i < 100; i++) {
                byte[] datagram = Rig.pattern(16, i);
                rig.write(pair.right(), datagram);
                Cqe cqe = rig.await();
                int bid = i / 2 % 4;
                assertThat(cqe).isEqualTo(new Cqe(0, 16,
                        bid << 16 | (i % 2 == 0 ? 0x13 : 0x3)));
                assertThat(inbox.take(cqe)).containsExactly(new Piece(bid, i % 2 * 16, 16));
                assertThat(inbox.bytes()).endsWith(datagram);
                assertThat(group.publish()).isEqualTo(i % 2);
            }
            assertThat(group.bytesReceived()).isEqualTo(1600);
            assertThat(group.bytesUsedUp()).isEqualTo(2000);
        }
    }

    @KernelTest
    void aKernelThatDoesNotKnowMinLeftIsNamedInTheAdvice(Kernel kernel) {
        Kernel older = OlderKernel.withoutMinLeft(kernel);
        try (Rig rig = new Rig(older)) {
            assertThatThrownBy(() -> minLeft(rig, 64))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining("IORING_REGISTER_PBUF_RING")
                    .hasMessageContaining("EINVAL").hasMessageContaining("min_left");
            BufferGroup.open(rig.ring(), BufferGroupOptions.incremental(0, 1, 64)).close();
        }
    }
}
