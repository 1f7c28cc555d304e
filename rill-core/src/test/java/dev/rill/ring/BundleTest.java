package dev.rill.ring;

import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_BUNDLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.Inbox;
import dev.rill.testing.Inbox.Piece;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Pair;
import java.util.List;

/// One completion covers several buffers and names the first; the others follow in the order they
/// were published. How many it covers, and how it says so, differs by kernel: that is in
/// `conformance/j-bundles.scenario` (C-172 to C-195). Where bytes are and who has which buffer
/// does not.
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

    /// Receives until so many bytes have come, with as many bundles as the kernel needs.
    private static void receive(Inbox inbox, BufferGroup group, Rig rig, Pair pair, int bytes) {
        for (int end = inbox.size() + bytes; inbox.size() < end;) {
            bundle(group, rig, pair, 0);
            inbox.keep(rig.await());
        }
    }

    @KernelTest
    void aBundleFillsBuffersInTheirOrder(Kernel kernel) {
        for (boolean incremental : new boolean[] {false, true}) {
            try (Rig rig = new Rig(kernel); BufferGroup group = group(rig, incremental, 4, 10)) {
                Pair pair = rig.unixStream();
                Inbox inbox = new Inbox(group);
                byte[] sent = Rig.pattern(25, 1);
                rig.write(pair.right(), sent);
                receive(inbox, group, rig, pair, 25);
                assertThat(inbox.pieces()).containsExactly(
                        new Piece(0, 0, 10), new Piece(1, 0, 10), new Piece(2, 0, 5));
                assertThat(inbox.bytes()).isEqualTo(sent);
                int usedUp = incremental ? 2 : 3;
                assertThat(group.held()).isEqualTo(usedUp);
                assertThat(group.lent()).isEqualTo(4 - usedUp);
            }
        }
    }

    @KernelTest
    void anIncrementalMultishotBundleGoesOnWhereTheLastOneEnded(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = group(rig, true, 8, 10)) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            bundles(group, rig, pair);
            receiveThree(inbox, rig, pair);
            assertThat(inbox.pieces()).containsExactly(
                    new Piece(0, 0, 10), new Piece(1, 0, 10), new Piece(2, 0, 5),
                    new Piece(2, 5, 3), new Piece(2, 8, 2), new Piece(3, 0, 10),
                    new Piece(4, 0, 10), new Piece(5, 0, 10), new Piece(6, 0, 1));
            assertThat(group.held()).isEqualTo(6);
            assertThat(group.lent()).isEqualTo(2);
        }
    }

    @KernelTest
    void aClassicMultishotBundleStartsANewBufferForEachCompletion(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = group(rig, false, 8, 10)) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            bundles(group, rig, pair);
            receiveThree(inbox, rig, pair);
            assertThat(inbox.pieces()).containsExactly(
                    new Piece(0, 0, 10), new Piece(1, 0, 10), new Piece(2, 0, 5),
                    new Piece(3, 0, 3), new Piece(4, 0, 10), new Piece(5, 0, 10),
                    new Piece(6, 0, 10), new Piece(7, 0, 3));
            assertThat(group.held()).isEqualTo(8);
        }
    }

    /// 25, 3 and 33 bytes, with as many completions as the kernel makes of them.
    private static void receiveThree(Inbox inbox, Rig rig, Pair pair) {
        for (int bytes : new int[] {25, 3, 33}) {
            byte[] sent = Rig.pattern(bytes, bytes);
            rig.write(pair.right(), sent);
            for (int end = inbox.size() + bytes; inbox.size() < end;) {
                inbox.keep(rig.await());
            }
            assertThat(inbox.bytes()).endsWith(sent);
        }
    }

    @KernelTest
    void aBundleFollowsTheOrderInWhichBuffersCameBack(Kernel kernel) {
        for (boolean incremental : new boolean[] {false, true}) {
            try (Rig rig = new Rig(kernel); BufferGroup group = group(rig, incremental, 4, 10)) {
                Pair pair = rig.unixStream();
                Inbox inbox = recycledInOrder(group, rig, pair, 2, 0, 3, 1);
                int before = inbox.pieces().size();
                byte[] sent = Rig.pattern(40, 9);
                rig.write(pair.right(), sent);
                receive(inbox, group, rig, pair, 40);
                assertThat(inbox.pieces().subList(before, before + 4)).containsExactly(
                        new Piece(2, 0, 10), new Piece(0, 0, 10), new Piece(3, 0, 10),
                        new Piece(1, 0, 10));
                assertThat(inbox.bytes()).endsWith(sent);
            }
        }
    }

    @KernelTest
    void anIncrementalBundleBeginsAtTheReceivePoint(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = group(rig, true, 4, 10)) {
            Pair pair = rig.unixStream();
            Inbox inbox = recycledInOrder(group, rig, pair, 2, 0, 3, 1);
            rig.write(pair.right(), Rig.pattern(5, 8));
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            assertThat(inbox.keep(rig.await())).containsExactly(new Piece(2, 0, 5));
            int before = inbox.pieces().size();
            byte[] sent = Rig.pattern(20, 9);
            rig.write(pair.right(), sent);
            receive(inbox, group, rig, pair, 20);
            assertThat(inbox.pieces().subList(before, before + 3)).containsExactly(
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
    void aBundleCrossesTheEndOfTheRing(Kernel kernel) {
        for (boolean incremental : new boolean[] {false, true}) {
            try (Rig rig = new Rig(kernel); BufferGroup group = group(rig, incremental, 8, 10)) {
                Pair pair = rig.unixStream();
                Inbox inbox = new Inbox(group);
                for (int i = 0; i < 4; i++) {
                    byte[] sent = Rig.pattern(60, i);
                    rig.write(pair.right(), sent);
                    receive(inbox, group, rig, pair, 60);
                    assertThat(inbox.bytes()).endsWith(sent);
                    inbox.holds().forEach(Hold::close);
                    inbox.holds().clear();
                    assertThat(group.publish()).isEqualTo(6);
                }
                assertThat(inbox.pieces()).hasSize(24).extracting(Piece::bid)
                        .startsWith(0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3);
            }
        }
    }
}
