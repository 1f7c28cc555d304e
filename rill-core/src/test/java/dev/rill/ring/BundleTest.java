package dev.rill.ring;

import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_BUNDLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.Inbox;
import dev.rill.testing.Inbox.Piece;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LentBuffers;
import dev.rill.testing.LentBuffers.Slot;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.util.List;

/// One completion covers several buffers and names the first; the others follow in the order they
/// were published (C-172 to C-177, C-180 to C-187, C-195).
class BundleTest {

    private static BufferGroup group(Rig rig, boolean incremental, int buffers, int size) {
        BufferRingOptions ring = new BufferRingOptions(0, 8, incremental, false, 0);
        return BufferGroup.open(rig.ring(), new BufferGroupOptions(ring, buffers, size, true));
    }

    private static Sqe bundle(BufferGroup group, Rig rig, Pair pair, int length) {
        return group.select(rig.sqe().prepRecv(pair.left(), 0, length, 0)
                .ioprio(IORING_RECVSEND_BUNDLE));
    }

    private static Sqe bundles(BufferGroup group, Rig rig, Pair pair) {
        return group.select(rig.sqe().prepRecvMultishot(pair.left())
                .ioprio(IORING_RECVSEND_BUNDLE));
    }

    @KernelTest
    void aClassicBundleStopsBeforeABufferItCannotFill(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = group(rig, false, 4, 10)) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            byte[] sent = Rig.pattern(25, 1);
            rig.write(pair.right(), sent);
            bundle(group, rig, pair, 0);
            Cqe first = rig.await();
            assertThat(first).isEqualTo(new Cqe(0, 20, 0x5));
            assertThat(inbox.keep(first)).containsExactly(
                    new Piece(0, 0, 10), new Piece(1, 0, 10));
            bundle(group, rig, pair, 0);
            Cqe second = rig.await();
            assertThat(second).isEqualTo(new Cqe(0, 5, 0x20001));
            assertThat(inbox.keep(second)).containsExactly(new Piece(2, 0, 5));
            assertThat(inbox.bytes()).isEqualTo(sent);
            assertThat(group.bufferRing().head()).isEqualTo(3);
        }
    }

    @KernelTest
    void anIncrementalBundleEndsInsideABuffer(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = group(rig, true, 4, 10)) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            byte[] sent = Rig.pattern(25, 1);
            rig.write(pair.right(), sent);
            bundle(group, rig, pair, 0);
            Cqe cqe = rig.await();
            assertThat(cqe).isEqualTo(new Cqe(0, 25, 0x11));
            assertThat(inbox.take(cqe)).containsExactly(
                    new Piece(0, 0, 10), new Piece(1, 0, 10), new Piece(2, 0, 5));
            assertThat(inbox.bytes()).isEqualTo(sent);
            assertThat(group.bufferRing().head()).isEqualTo(2);
            assertThat(group.bufferRing().entryLength(2)).isEqualTo(5);
        }
    }

    @KernelTest
    void anIncrementalMultishotBundleGoesOnWhereTheLastOneEnded(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = group(rig, true, 8, 10)) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            rig.write(pair.right(), Rig.pattern(25, 1));
            bundles(group, rig, pair);
            Cqe first = rig.await();
            assertThat(first).isEqualTo(new Cqe(0, 25, 0x13));
            assertThat(inbox.keep(first)).hasSize(3);
            rig.write(pair.right(), Rig.pattern(3, 2));
            Cqe second = rig.await();
            assertThat(second).isEqualTo(new Cqe(0, 3, 0x20013));
            assertThat(inbox.keep(second)).containsExactly(new Piece(2, 5, 3));
            rig.write(pair.right(), Rig.pattern(33, 3));
            Cqe third = rig.await();
            assertThat(third).isEqualTo(new Cqe(0, 33, 0x20013));
            assertThat(inbox.keep(third)).containsExactly(new Piece(2, 8, 2),
                    new Piece(3, 0, 10), new Piece(4, 0, 10), new Piece(5, 0, 10),
                    new Piece(6, 0, 1));
            assertThat(inbox.bytes()).endsWith(Rig.pattern(33, 3));
            assertThat(group.held()).isEqualTo(6);
            assertThat(group.lent()).isEqualTo(2);
        }
    }

    @KernelTest
    void aClassicMultishotBundleStartsANewBufferForEachCompletion(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = group(rig, false, 8, 10)) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            rig.write(pair.right(), Rig.pattern(25, 1));
            bundles(group, rig, pair);
            List<Cqe> cqes = rig.await(2);
            assertThat(cqes).containsExactly(new Cqe(0, 20, 0x7), new Cqe(0, 5, 0x20003));
            cqes.forEach(inbox::keep);
            rig.write(pair.right(), Rig.pattern(3, 2));
            Cqe third = rig.await();
            assertThat(third).isEqualTo(new Cqe(0, 3, 0x30003));
            assertThat(inbox.keep(third)).containsExactly(new Piece(3, 0, 3));
            rig.write(pair.right(), Rig.pattern(33, 3));
            cqes = rig.await(2);
            assertThat(cqes).containsExactly(new Cqe(0, 30, 0x40007), new Cqe(0, 3, 0x70003));
            cqes.forEach(inbox::keep);
            assertThat(inbox.bytes()).endsWith(Rig.pattern(33, 3));
            assertThat(group.held()).isEqualTo(8);
        }
    }

    @KernelTest
    void aClassicBundleFollowsTheOrderInWhichBuffersCameBack(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = group(rig, false, 4, 10)) {
            Pair pair = rig.unixStream();
            Inbox inbox = recycledInOrder(group, rig, pair, 2, 0, 3, 1);
            byte[] sent = Rig.pattern(40, 9);
            rig.write(pair.right(), sent);
            bundle(group, rig, pair, 40);
            Cqe cqe = rig.await();
            assertThat(cqe).isEqualTo(new Cqe(0, 40, 0x20001));
            assertThat(inbox.take(cqe)).containsExactly(new Piece(2, 0, 10),
                    new Piece(0, 0, 10), new Piece(3, 0, 10), new Piece(1, 0, 10));
            assertThat(inbox.bytes()).endsWith(sent);
        }
    }

    @KernelTest
    void anIncrementalBundleFollowsTheOrderInWhichBuffersCameBack(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = group(rig, true, 4, 10)) {
            Pair pair = rig.unixStream();
            Inbox inbox = recycledInOrder(group, rig, pair, 2, 0, 3, 1);
            rig.write(pair.right(), Rig.pattern(5, 8));
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            Cqe single = rig.await();
            assertThat(single).isEqualTo(new Cqe(0, 5, 0x20011));
            inbox.take(single);
            byte[] sent = Rig.pattern(20, 9);
            rig.write(pair.right(), sent);
            bundle(group, rig, pair, 20);
            Cqe cqe = rig.await();
            assertThat(cqe).isEqualTo(new Cqe(0, 20, 0x20011));
            assertThat(inbox.take(cqe)).containsExactly(
                    new Piece(2, 5, 5), new Piece(0, 0, 10), new Piece(3, 0, 5));
            assertThat(inbox.bytes()).endsWith(sent);
        }
    }

    /// Fills four buffers of ten bytes one by one and gives them back in the order given.
    private static Inbox recycledInOrder(BufferGroup group, Rig rig, Pair pair, int... bids) {
        Inbox inbox = new Inbox(group);
        for (int i = 0; i < 4; i++) {
            rig.write(pair.right(), Rig.pattern(10, i));
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            assertThat(inbox.keep(rig.await())).containsExactly(new Piece(i, 0, 10));
        }
        for (int bid : bids) {
            inbox.holds().get(bid).close();
        }
        assertThat(group.publish()).isEqualTo(4);
        return inbox;
    }

    @KernelTest
    void aRequestedLengthLimitsTheFirstPassOnly(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.classic(rig, 8).lend(8, 10, 0)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(100, 1));
            lent.recv(pair.left(), 35).ioprio(IORING_RECVSEND_BUNDLE);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 30, 0x5));
            assertThat(lent.head()).isEqualTo(3);
        }
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 8).lend(8, 10, 0)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(100, 1));
            lent.recv(pair.left(), 35).ioprio(IORING_RECVSEND_BUNDLE);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 80, 0x5));
            assertThat(lent.head()).isEqualTo(8);
        }
    }

    @KernelTest
    void aBundleMultishotEndsWhenItReachedTheLastBuffer(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(2, 100, 5)) {
            Pair pair = rig.unixStream();
            lent.recvMultishot(pair.left()).ioprio(IORING_RECVSEND_BUNDLE);
            rig.write(pair.right(), Rig.pattern(3, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 3, 0x50013));
            rig.write(pair.right(), Rig.pattern(4, 2));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 4, 0x50013));
            rig.write(pair.right(), Rig.pattern(150, 3));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 150, 0x50013));
            assertThat(lent.head()).isEqualTo(1);
            assertThat(lent.slot(1)).isEqualTo(new Slot(57, 43));
        }
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(100, 5)) {
            Pair pair = rig.unixStream();
            lent.recvMultishot(pair.left()).ioprio(IORING_RECVSEND_BUNDLE);
            rig.write(pair.right(), Rig.pattern(3, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 3, 0x50011));
            rig.write(pair.right(), Rig.pattern(4, 2));
            assertThat(rig.poll()).isEmpty();
            assertThat(lent.slot(0)).isEqualTo(new Slot(3, 97));
        }
    }

    @KernelTest
    void theEndOfAStreamTakesNoBufferFromABundle(Kernel kernel) {
        for (boolean incremental : new boolean[] {false, true}) {
            try (Rig rig = new Rig(kernel);
                    LentBuffers lent = LentBuffers.of(rig, incremental, 4).lend(3, 100, 5)) {
                Pair pair = rig.unixStream();
                rig.write(pair.right(), Rig.pattern(3, 1));
                rig.end(pair.right());
                lent.recvMultishot(pair.left()).ioprio(IORING_RECVSEND_BUNDLE);
                assertThat(rig.await(2)).containsExactly(
                        new Cqe(0, 3, incremental ? 0x50013 : 0x50003), new Cqe(0, 0, 0));
                assertThat(lent.head()).isEqualTo(incremental ? 0 : 1);
            }
        }
    }

    @KernelTest
    void aBundleWalksBuffersOfDifferentSizes(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 8)
                        .lend(7, 0).lend(100, 1).lend(3, 2).lend(50, 3).lend(50, 4)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(130, 1));
            lent.recvMultishot(pair.left()).ioprio(IORING_RECVSEND_BUNDLE);
            assertThat(rig.await(2)).containsExactly(
                    new Cqe(0, 110, 0x7), new Cqe(0, 20, 0x30013));
            assertThat(lent.head()).isEqualTo(3);
            assertThat(lent.slot(3)).isEqualTo(new Slot(20, 30));
        }
    }

    @KernelTest
    void aBundleCrossesTheEndOfTheRing(Kernel kernel) {
        for (boolean incremental : new boolean[] {false, true}) {
            try (Rig rig = new Rig(kernel);
                    LentBuffers lent = LentBuffers.of(rig, incremental, 4).lend(3, 10, 0)) {
                Pair pair = rig.unixStream();
                rig.write(pair.right(), Rig.pattern(30, 1));
                lent.recv(pair.left(), 30).ioprio(IORING_RECVSEND_BUNDLE);
                assertThat(rig.await()).isEqualTo(new Cqe(0, 30, 0x1));
                lent.lend(4, 10, 3);
                byte[] sent = Rig.pattern(40, 2);
                rig.write(pair.right(), sent);
                lent.recv(pair.left(), 40).ioprio(IORING_RECVSEND_BUNDLE);
                assertThat(rig.await()).isEqualTo(new Cqe(0, 40, 0x30001));
                assertThat(lent.head()).isEqualTo(7);
                assertThat(lent.bytes(3, 0, 40)).isEqualTo(sent);
            }
        }
    }
}
