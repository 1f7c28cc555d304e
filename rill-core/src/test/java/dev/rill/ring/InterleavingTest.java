package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.Inbox;
import dev.rill.testing.Inbox.Piece;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LentBuffers;
import dev.rill.testing.LentBuffers.Slot;
import dev.rill.testing.Needs;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import dev.rill.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Several sockets share a buffer: each completion's bytes lie where the one before ended,
/// whosever it was (C-046, C-047, C-145).
class InterleavingTest {

    @KernelTest
    @Needs(without = Quirk.NO_UNIX_HINT)
    void twoSocketsTakeTurnsInOneBuffer(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(2, 100, 40)) {
            Pair a = rig.unixStream();
            Pair b = rig.unixStream();
            lent.recvMultishot(a.left()).userData(1);
            lent.recvMultishot(b.left()).userData(2);
            assertThat(rig.poll()).isEmpty();
            rig.write(a.right(), Rig.pattern(30, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(1, 30, 0x280013));
            rig.write(b.right(), Rig.pattern(20, 2));
            assertThat(rig.await()).isEqualTo(new Cqe(2, 20, 0x280013));
            byte[] crossing = Rig.pattern(70, 3);
            rig.write(a.right(), crossing);
            assertThat(rig.await(2)).containsExactly(
                    new Cqe(1, 50, 0x280007), new Cqe(1, 20, 0x290013));
            rig.write(b.right(), Rig.pattern(10, 4));
            assertThat(rig.await()).isEqualTo(new Cqe(2, 10, 0x290013));
            assertThat(lent.head()).isEqualTo(1);
            assertThat(lent.slot(1)).isEqualTo(new Slot(30, 70));
            assertThat(lent.bytes(40, 0, 30)).isEqualTo(Rig.pattern(30, 1));
            assertThat(lent.bytes(40, 30, 20)).isEqualTo(Rig.pattern(20, 2));
            assertThat(lent.bytes(40, 50, 50)).isEqualTo(
                    Arrays.copyOf(crossing, 50));
            assertThat(lent.bytes(41, 20, 10)).isEqualTo(Rig.pattern(10, 4));
        }
    }

    @KernelTest
    void completionsOfOneBatchLieInTheOrderOfTheQueue(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 1, 100))) {
            Pair a = rig.unixStream();
            Pair b = rig.unixStream();
            rig.write(a.right(), Rig.pattern(10, 1));
            rig.write(b.right(), Rig.pattern(20, 2));
            group.select(rig.sqe().prepRecv(a.left(), 0, 0, 0)).userData(1);
            group.select(rig.sqe().prepRecvMultishot(b.left())).userData(2);
            group.select(rig.sqe().prepRecv(a.left(), 0, 0, 0)).userData(3);
            List<Cqe> first = rig.await(2);
            assertThat(first).containsExactly(
                    new Cqe(1, 10, 0x11), new Cqe(2, 20, 0x13));
            rig.write(a.right(), Rig.pattern(5, 3));
            Cqe third = rig.await();
            assertThat(third).isEqualTo(new Cqe(3, 5, 0x11));
            Inbox inbox = new Inbox(group);
            assertThat(inbox.take(first.get(0))).containsExactly(new Piece(0, 0, 10));
            assertThat(inbox.bytes()).isEqualTo(Rig.pattern(10, 1));
            assertThat(inbox.take(first.get(1))).containsExactly(new Piece(0, 10, 20));
            assertThat(inbox.bytes()).endsWith(Rig.pattern(20, 2));
            assertThat(inbox.take(third)).containsExactly(new Piece(0, 30, 5));
            assertThat(inbox.bytes()).endsWith(Rig.pattern(5, 3));
        }
    }

    @KernelTest
    void twoGroupsOfOneRingDoNotKnowOfEachOther(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup seven = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(7, 1, 100));
                BufferGroup nine = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.classic(9, 1, 100))) {
            Pair a = rig.unixStream();
            Pair b = rig.unixStream();
            seven.select(rig.sqe().prepRecvMultishot(a.left())).userData(7);
            nine.select(rig.sqe().prepRecvMultishot(b.left())).userData(9);
            rig.write(a.right(), Rig.pattern(10, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(7, 10, 0x13));
            rig.write(b.right(), Rig.pattern(10, 2));
            assertThat(rig.await()).isEqualTo(new Cqe(9, 10, 0x3));
            rig.write(b.right(), Rig.pattern(10, 3));
            assertThat(rig.await()).isEqualTo(new Cqe(9, -105, 0));
        }
    }

    /// Forty sockets, random writes, one small group: every socket gets exactly its own bytes.
    @KernelTest
    void manySocketsGetTheirOwnBytesInOrder(Kernel kernel) {
        Random random = Seeds.random("manySocketsGetTheirOwnBytesInOrder");
        int sockets = 40;
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 4, 1000))) {
            List<Pair> pairs = new ArrayList<>();
            List<ByteArrayOutputStream> sent = new ArrayList<>();
            List<ByteArrayOutputStream> got = new ArrayList<>();
            for (int i = 0; i < sockets; i++) {
                pairs.add(rig.unixStream());
                sent.add(new ByteArrayOutputStream());
                got.add(new ByteArrayOutputStream());
                group.select(rig.sqe().prepRecvMultishot(pairs.get(i).left())).userData(i);
            }
            int missing = 0;
            for (int step = 0; step < 5000 || missing > 0; step++) {
                for (int n = random.nextInt(8); n > 0 && step < 5000; n--) {
                    int i = random.nextInt(sockets);
                    byte[] bytes = Rig.pattern(1 + random.nextInt(200), step * sockets + i);
                    rig.write(pairs.get(i).right(), bytes);
                    sent.get(i).writeBytes(bytes);
                    missing += bytes.length;
                }
                List<Cqe> cqes = rig.poll();
                for (Cqe cqe : cqes) {
                    group.received(cqe.res(), cqe.flags());
                    while (group.next()) {
                        got.get((int) cqe.userData()).writeBytes(group.part().toArray());
                        missing -= group.part().length();
                    }
                }
                group.publish();
                for (Cqe cqe : cqes) {
                    if ((cqe.flags() & 0x2) == 0) {
                        int i = (int) cqe.userData();
                        group.select(rig.sqe().prepRecvMultishot(pairs.get(i).left()))
                                .userData(i);
                    }
                }
            }
            for (int i = 0; i < sockets; i++) {
                assertThat(got.get(i).toByteArray()).isEqualTo(sent.get(i).toByteArray());
            }
        }
    }
}
