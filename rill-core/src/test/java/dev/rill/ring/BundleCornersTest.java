package dev.rill.ring;

import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_BUNDLE;
import static dev.rill.abi.SocketOpFlags.IORING_RECV_MULTISHOT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LentBuffers;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;

/// What bundles do when buffers run out at odd moments: follows from the rules of the
/// specification, and is in none of its cases.
class BundleCornersTest {

    private static final int MULTISHOT = IORING_RECVSEND_BUNDLE | IORING_RECV_MULTISHOT;
    private static final Cqe STARVED = new Cqe(0, -105, 0);

    /// The look at an idle socket maps the last buffer, and that is remembered until data comes.
    @KernelTest
    void buffersPublishedWhileABundleWaitsDoNotKeepItArmed(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.classic(rig, 4).lend(100, 1)) {
            Pair pair = rig.unixStream();
            lent.recvMultishot(pair.left()).ioprio(MULTISHOT);
            assertThat(rig.poll()).isEmpty();
            lent.lend(2, 100, 2);
            rig.write(pair.right(), Rig.pattern(3, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 3, 0x10001));
            assertThat(lent.head()).isEqualTo(1);
        }
    }

    @KernelTest
    void aSecondPassWithoutABufferIsNoFailure(Kernel kernel) {
        for (boolean incremental : new boolean[] {true, false}) {
            try (Rig rig = new Rig(kernel);
                    LentBuffers lent = LentBuffers.of(rig, incremental, 4).lend(10, 1)) {
                Pair pair = rig.unixStream();
                rig.write(pair.right(), Rig.pattern(25, 1));
                lent.recv(pair.left(), 10).ioprio(IORING_RECVSEND_BUNDLE);
                assertThat(rig.await()).isEqualTo(new Cqe(0, 10, 0x10001));
                assertThat(lent.head()).isEqualTo(1);
            }
        }
    }

    @KernelTest
    void aLimitedShotThatEndsWithTheLastBufferIsFollowedByStarvation(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.classic(rig, 4).lend(10, 1)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(25, 1));
            lent.recvMultishot(pair.left()).length(10).ioprio(MULTISHOT);
            assertThat(rig.await(2)).containsExactly(new Cqe(0, 10, 0x10007), STARVED);
        }
    }

    @KernelTest
    void aSendBundleCutShortLooksForMoreAndFindsNothing(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.classic(rig, 4).lend(100, 0)) {
            Pair pair = rig.unixStream();
            lent.select(rig.sqe().prepSend(pair.left(), 0, 50, 0)).ioprio(IORING_RECVSEND_BUNDLE);
            assertThat(rig.await(2)).containsExactly(new Cqe(0, 50, 0x3), STARVED);
        }
    }
}
