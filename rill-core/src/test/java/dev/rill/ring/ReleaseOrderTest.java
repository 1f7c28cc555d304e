package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.rill.kernel.Kernel;
import dev.rill.testing.Inbox;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Needs;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import dev.rill.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A buffer goes back with its last release, in whatever order the releases come; until then its
/// bytes stay as they are (spec 7.2, 7.3; C-042, C-195).
class ReleaseOrderTest {

    private static final int[][] ORDERS =
            {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

    @KernelTest
    void theLastReleaseInAnyOrderReturnsABufferOfThreePieces(Kernel kernel) {
        for (int[] order : ORDERS) {
            try (Rig rig = new Rig(kernel);
                    BufferGroup group = BufferGroup.open(rig.ring(),
                            BufferGroupOptions.incremental(0, 2, 30))) {
                Pair pair = rig.unixStream();
                Inbox inbox = new Inbox(group);
                group.select(rig.sqe().prepRecvMultishot(pair.left()));
                for (int i = 0; i < 3; i++) {
                    rig.write(pair.right(), Rig.pattern(10, i));
                    inbox.keep(rig.await());
                }
                assertThat(group.held()).isEqualTo(1);
                inbox.holds().get(order[0]).close();
                inbox.holds().get(order[1]).close();
                assertThat(group.publish()).isZero();
                assertThat(group.held()).isEqualTo(1);
                assertThat(group.bufferRing().tail()).isEqualTo(2);
                inbox.holds().get(order[2]).close();
                assertThat(group.publish()).isEqualTo(1);
                assertThat(group.held()).isZero();
                assertThat(group.bufferRing().tail()).isEqualTo(3);
                assertThat(group.bufferRing().entryBid(2)).isZero();
                assertThat(group.bufferRing().entryLength(2)).isEqualTo(30);
            }
        }
    }

    @KernelTest
    void releasingEverythingDoesNotReturnABufferTheKernelStillFills(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 2, 30))) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            group.select(rig.sqe().prepRecvMultishot(pair.left()));
            rig.write(pair.right(), Rig.pattern(29, 1));
            inbox.take(rig.await());
            assertThat(group.publish()).isZero();
            assertThat(group.lent()).isEqualTo(2);
            rig.write(pair.right(), Rig.pattern(1, 2));
            inbox.take(rig.await());
            assertThat(group.publish()).isEqualTo(1);
        }
    }

    @KernelTest
    @Needs(without = Quirk.NO_UNIX_HINT)
    void buffersAreUsedAgainInTheOrderTheyCameBack(Kernel kernel) {
        for (boolean incremental : new boolean[] {false, true}) {
            BufferGroupOptions options = incremental ? BufferGroupOptions.incremental(0, 4, 8)
                    : BufferGroupOptions.classic(0, 4, 8);
            try (Rig rig = new Rig(kernel);
                    BufferGroup group = BufferGroup.open(rig.ring(), options)) {
                Pair pair = rig.unixStream();
                Inbox inbox = new Inbox(group);
                group.select(rig.sqe().prepRecvMultishot(pair.left()));
                for (int i = 0; i < 4; i++) {
                    rig.write(pair.right(), Rig.pattern(8, i));
                    inbox.keep(rig.await());
                }
                for (int bid : new int[] {3, 1, 2, 0}) {
                    inbox.holds().get(bid).close();
                }
                assertThat(group.publish()).isEqualTo(4);
                rig.write(pair.right(), Rig.pattern(32, 9));
                assertThat(rig.await(4)).containsExactly(
                        new Cqe(0, 8, 0x30007), new Cqe(0, 8, 0x10007),
                        new Cqe(0, 8, 0x20007), new Cqe(0, 8, 0x00003));
            }
        }
    }

    @KernelTest
    void heldBytesStayWhileOtherBuffersGoRoundIncrementally(Kernel kernel) {
        heldBytesStay(kernel, BufferGroupOptions.incremental(0, 8, 64));
    }

    @KernelTest
    void heldBytesStayWhileOtherBuffersGoRoundInWholeBuffers(Kernel kernel) {
        heldBytesStay(kernel, BufferGroupOptions.classic(0, 8, 64));
    }

    /// A piece that is kept, and what it must show until the end.
    private record Kept(Hold hold, byte[] copy) {
        void check() {
            assertThat(hold.segment().toArray(JAVA_BYTE)).isEqualTo(copy);
        }
    }

    /// Random writes, some pieces kept for a random while: nothing changes under a hold, and the
    /// stream is complete.
    private static void heldBytesStay(Kernel kernel, BufferGroupOptions options) {
        Random random = Seeds.random("heldBytesStay");
        List<Kept> kept = new ArrayList<>();
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(), options)) {
            Pair pair = rig.unixStream();
            boolean armed = false;
            for (int step = 0; step < 5000 || received.size() < sent.size(); step++) {
                if (step < 5000 && sent.size() - received.size() < 1000) {
                    byte[] bytes = Rig.pattern(1 + random.nextInt(100), step);
                    rig.write(pair.right(), bytes);
                    sent.writeBytes(bytes);
                }
                if (!armed && group.lent() > 0) {
                    group.select(rig.sqe().prepRecvMultishot(pair.left()));
                    armed = true;
                }
                for (Cqe cqe : rig.poll()) {
                    group.received(cqe.res(), cqe.flags());
                    while (group.next()) {
                        received.writeBytes(group.part().toArray());
                        if (random.nextInt(3) == 0) {
                            kept.add(new Kept(group.part().hold(), group.part().toArray()));
                        }
                    }
                    armed &= (cqe.flags() & 0x2) != 0;
                }
                while (kept.size() > 12 || group.lent() == 0 && !kept.isEmpty()) {
                    Kept one = kept.remove(random.nextInt(kept.size()));
                    one.check();
                    one.hold.close();
                }
                group.publish();
            }
            kept.forEach(Kept::check);
            assertThat(received.toByteArray()).isEqualTo(sent.toByteArray());
            kept.forEach(one -> one.hold.close());
            group.publish();
            assertThat(group.lent()).isEqualTo(8);
            assertThat(group.held()).isZero();
        }
    }
}
