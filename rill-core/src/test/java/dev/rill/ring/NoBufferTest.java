package dev.rill.ring;

import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_BUNDLE;
import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_POLL_FIRST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.Bytes;
import dev.rill.testing.Inbox;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LentBuffers;
import dev.rill.testing.LentBuffers.Slot;
import dev.rill.testing.Needs;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import dev.rill.testing.Seeds;
import java.util.Random;

/// Without a buffer a receive ends with -ENOBUFS, at once and without losing anything; it is armed
/// again after something was published (C-049 to C-058, C-060).
class NoBufferTest {

    private static final Cqe STARVED = new Cqe(0, -105, 0);

    @KernelTest
    void everyReceiveOnAnEmptyRingFailsAtOnce(Kernel kernel) {
        try (Rig rig = new Rig(kernel); LentBuffers lent = LentBuffers.incremental(rig, 4)) {
            Pair pair = rig.unixStream();
            lent.recv(pair.left());
            assertThat(rig.await()).isEqualTo(STARVED);
            lent.read(pair.left(), 0);
            assertThat(rig.await()).isEqualTo(STARVED);
            lent.recvMultishot(pair.left());
            assertThat(rig.await()).isEqualTo(STARVED);
            lent.recv(pair.left()).ioprio(IORING_RECVSEND_BUNDLE);
            assertThat(rig.await()).isEqualTo(STARVED);
            lent.recvMultishot(pair.left()).ioprio(IORING_RECVSEND_BUNDLE);
            assertThat(rig.await()).isEqualTo(STARVED);
            lent.select(rig.sqe().prepReadMultishot(pair.left()));
            assertThat(rig.await()).isEqualTo(STARVED);
        }
    }

    @KernelTest
    void aGroupThatIsNotRegisteredIsLikeAnEmptyOneExceptForBundles(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.unixStream();
            rig.sqe().prepRecv(pair.left(), 0, 0, 0).bufferSelect(99);
            assertThat(rig.await()).isEqualTo(STARVED);
            rig.sqe().prepRecvMultishot(pair.left()).bufferSelect(99);
            assertThat(rig.await()).isEqualTo(STARVED);
            rig.sqe().prepRecv(pair.left(), 0, 0, 0).ioprio(IORING_RECVSEND_BUNDLE)
                    .bufferSelect(99);
            assertThat(rig.await()).isEqualTo(new Cqe(0, -2, 0));
        }
    }

    @KernelTest
    @Needs(without = Quirk.NO_UNIX_HINT)
    void armingAgainOnAStillEmptyRingFailsAtOnce(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(2, 512, 40)) {
            Pair pair = rig.unixStream();
            byte[] sent = Rig.pattern(2000, 1);
            rig.write(pair.right(), sent);
            lent.recvMultishot(pair.left());
            assertThat(rig.await(3)).containsExactly(
                    new Cqe(0, 512, 0x280007), new Cqe(0, 512, 0x290007), STARVED);
            lent.recvMultishot(pair.left());
            assertThat(rig.await()).isEqualTo(STARVED);
            lent.lend(512, 42);
            lent.recvMultishot(pair.left());
            assertThat(rig.await(2)).containsExactly(new Cqe(0, 512, 0x2a0007), STARVED);
            assertThat(Bytes.join(lent.bytes(40, 0, 512), lent.bytes(41, 0, 512),
                    lent.bytes(42, 0, 512), rig.read(pair.left(), 1000))).isEqualTo(sent);
        }
    }

    @KernelTest
    @Needs(without = Quirk.NO_UNIX_HINT)
    void usingUpTheLastBufferExactlyEndsNothingUntilMoreArrives(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(512, 40)) {
            Pair pair = rig.unixStream();
            lent.recvMultishot(pair.left());
            rig.write(pair.right(), Rig.pattern(512, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 512, 0x280003));
            assertThat(rig.poll()).isEmpty();
            rig.write(pair.right(), Rig.pattern(1, 2));
            assertThat(rig.await()).isEqualTo(STARVED);
        }
    }

    @KernelTest
    @Needs(without = Quirk.NO_UNIX_HINT)
    void theNextRequestFindsTheRestOfTheData(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(10, 1)) {
            Pair pair = rig.unixStream();
            byte[] sent = Rig.pattern(25, 1);
            lent.recvMultishot(pair.left());
            assertThat(rig.poll()).isEmpty();
            rig.write(pair.right(), sent);
            assertThat(rig.await(2)).containsExactly(new Cqe(0, 10, 0x10007), STARVED);
            lent.lend(100, 2);
            lent.recvMultishot(pair.left()).userData(2);
            assertThat(rig.await()).isEqualTo(new Cqe(2, 15, 0x20013));
            assertThat(Bytes.join(lent.bytes(1, 0, 10), lent.bytes(2, 0, 15))).isEqualTo(sent);
        }
    }

    @KernelTest
    @Needs(without = Quirk.NO_UNIX_HINT)
    void buffersPublishedInTimeKeepAMultishotArmed(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(10, 1)) {
            Pair pair = rig.unixStream();
            lent.recvMultishot(pair.left());
            rig.write(pair.right(), Rig.pattern(10, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 10, 0x10003));
            lent.lend(10, 2);
            rig.write(pair.right(), Rig.pattern(10, 2));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 10, 0x20003));
            assertThat(lent.head()).isEqualTo(2);
        }
    }

    @KernelTest
    void pollFirstLooksForABufferOnlyWhenDataIsThere(Kernel kernel) {
        try (Rig rig = new Rig(kernel); LentBuffers lent = LentBuffers.incremental(rig, 4)) {
            Pair pair = rig.unixStream();
            lent.recvMultishot(pair.left()).ioprio(IORING_RECVSEND_POLL_FIRST);
            assertThat(rig.poll()).isEmpty();
            rig.write(pair.right(), Rig.pattern(30, 1));
            assertThat(rig.await()).isEqualTo(STARVED);
            lent.lend(512, 40);
            lent.recvMultishot(pair.left()).ioprio(IORING_RECVSEND_POLL_FIRST);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 30, 0x280013));
            assertThat(lent.slot(0)).isEqualTo(new Slot(30, 482));
        }
    }

    @KernelTest
    void whatDoesNotFitStaysInTheSocketUntilABufferComesBack(Kernel kernel) {
        for (boolean incremental : new boolean[] {true, false}) {
            BufferGroupOptions options = incremental ? BufferGroupOptions.incremental(0, 2, 64)
                    : BufferGroupOptions.classic(0, 2, 64);
            try (Rig rig = new Rig(kernel);
                    BufferGroup group = BufferGroup.open(rig.ring(), options)) {
                Pair pair = rig.unixStream();
                Inbox inbox = new Inbox(group);
                byte[] sent = Rig.pattern(10_000, 1);
                rig.write(pair.right(), sent);
                Random random = Seeds.random("whatDoesNotFitStays");
                group.select(rig.sqe().prepRecvMultishot(pair.left()));
                int starved = 0;
                while (inbox.size() < sent.length) {
                    Cqe cqe = rig.await();
                    inbox.keep(cqe);
                    if (cqe.res() >= 0) {
                        continue;
                    }
                    assertThat(cqe).isEqualTo(STARVED);
                    assertThat(group.held()).isEqualTo(2);
                    assertThat(group.lent()).isZero();
                    starved++;
                    while (group.publish() == 0) {
                        int one = random.nextInt(inbox.holds().size());
                        inbox.holds().remove(one).close();
                    }
                    group.select(rig.sqe().prepRecvMultishot(pair.left()));
                }
                assertThat(inbox.bytes()).isEqualTo(sent);
                assertThat(starved).isGreaterThan(50);
            }
        }
    }
}
