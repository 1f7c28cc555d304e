package dev.rill.ring;

import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.Bytes;
import dev.rill.testing.Inbox;
import dev.rill.testing.Inbox.Piece;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LentBuffers;
import dev.rill.testing.LentBuffers.Slot;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;

/// A classic ring gives a whole buffer to each completion, however little it brought
/// (C-033, C-061, C-105, C-118).
class ClassicConsumptionTest {

    @KernelTest
    void everyReceiveTakesAWholeBufferAndTheEntriesStayAsTheyAre(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.classic(rig, 4).lend(3, 1000, 10)) {
            Pair pair = rig.unixStream();
            byte[] sent = Rig.pattern(500, 1);
            rig.write(pair.right(), sent);
            lent.recv(pair.left(), 100);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 100, 0xa0005));
            lent.recv(pair.left(), 100);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 100, 0xb0005));
            lent.recv(pair.left(), 5000);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 300, 0xc0001));
            assertThat(lent.head()).isEqualTo(3);
            for (int slot = 0; slot < 3; slot++) {
                assertThat(lent.slot(slot)).isEqualTo(new Slot(0, 1000));
            }
            assertThat(Bytes.join(lent.bytes(10, 0, 100), lent.bytes(11, 0, 100),
                    lent.bytes(12, 0, 300))).isEqualTo(sent);
        }
    }

    @KernelTest
    void aMultishotReceiveTakesOneBufferForEachPiece(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.classic(rig, 4).lend(4, 512, 40)) {
            Pair pair = rig.unixStream();
            lent.recvMultishot(pair.left());
            rig.write(pair.right(), Rig.pattern(100, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 100, 0x280003));
            rig.write(pair.right(), Rig.pattern(700, 2));
            assertThat(rig.await(2)).containsExactly(
                    new Cqe(0, 512, 0x290007), new Cqe(0, 188, 0x2a0003));
            rig.write(pair.right(), Rig.pattern(10, 3));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 10, 0x2b0003));
            rig.write(pair.right(), Rig.pattern(10, 4));
            assertThat(rig.await()).isEqualTo(new Cqe(0, -105, 0));
            assertThat(Bytes.join(lent.bytes(41, 0, 512), lent.bytes(42, 0, 188)))
                    .isEqualTo(Rig.pattern(700, 2));
        }
    }

    @KernelTest
    void oneEntryServesOneReadAfterTheOther(Kernel kernel) {
        try (Rig rig = new Rig(kernel); LentBuffers lent = LentBuffers.classic(rig, 1)) {
            Pair pipe = rig.pipe();
            lent.read(pipe.left(), 0);
            assertThat(rig.await()).isEqualTo(new Cqe(0, -105, 0));
            lent.lend(32, 9);
            rig.write(pipe.right(), Rig.pattern(3, 1));
            lent.read(pipe.left(), 0);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 3, 0x90001));
            lent.lend(32, 9);
            rig.write(pipe.right(), Rig.pattern(4, 2));
            lent.read(pipe.left(), 0);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 4, 0x90001));
            assertThat(lent.head()).isEqualTo(2);
            assertThat(lent.bytes(9, 0, 4)).isEqualTo(Rig.pattern(4, 2));
        }
    }

    @KernelTest
    void aRequestThatWaitsForMoreKeepsItsBufferWhileOthersGoRound(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.classic(0, 2, 1000))) {
            Pair patient = rig.unixStream();
            Pair busy = rig.unixStream();
            Inbox inbox = new Inbox(group);
            rig.write(patient.right(), Rig.pattern(100, 1));
            group.select(rig.sqe().prepRecv(patient.left(), 0, 300, MSG_WAITALL)).userData(1);
            assertThat(rig.poll()).isEmpty();
            assertThat(group.bufferRing().head()).isEqualTo(1);
            for (int i = 0; i < 10; i++) {
                rig.write(busy.right(), Rig.pattern(10, i));
                group.select(rig.sqe().prepRecv(busy.left(), 0, 0, 0)).userData(2);
                Cqe cqe = rig.await();
                assertThat(cqe).isEqualTo(new Cqe(2, 10, 0x10001));
                assertThat(inbox.take(cqe)).containsExactly(new Piece(1, 0, 10));
                assertThat(inbox.bytes()).endsWith(Rig.pattern(10, i));
                assertThat(group.publish()).isEqualTo(1);
                assertThat(group.lent()).isEqualTo(1);
            }
            rig.write(patient.right(), Rig.pattern(200, 2));
            Cqe late = rig.await();
            assertThat(late).isEqualTo(new Cqe(1, 300, 0x1));
            assertThat(inbox.take(late)).containsExactly(new Piece(0, 0, 300));
            assertThat(inbox.bytes()).endsWith(
                    Bytes.join(Rig.pattern(100, 1), Rig.pattern(200, 2)));
            assertThat(group.publish()).isEqualTo(1);
            assertThat(group.lent()).isEqualTo(2);
        }
    }
}
