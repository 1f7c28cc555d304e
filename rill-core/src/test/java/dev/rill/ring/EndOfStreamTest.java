package dev.rill.ring;

import static dev.rill.abi.SocketConstants.SHUT_RD;
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
import dev.rill.testing.TestKernels;

/// The end of a stream takes nothing from an incremental ring: the buffer stays current
/// (C-062 to C-067, C-070, C-078, C-079).
class EndOfStreamTest {

    @KernelTest
    void receivesAtTheEndNameNoBuffer(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(2, 512, 40)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(100, 1));
            rig.end(pair.right());
            lent.recv(pair.left());
            assertThat(rig.await()).isEqualTo(new Cqe(0, 100, 0x280011));
            for (int i = 0; i < 2; i++) {
                lent.recv(pair.left());
                assertThat(rig.await()).isEqualTo(new Cqe(0, 0, 0));
            }
            assertThat(lent.slot(0)).isEqualTo(new Slot(100, 412));
        }
    }

    @KernelTest
    void onTcpTheEndShowsAsSomethingLeftToRead(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(2, 512, 40)) {
            Pair pair = rig.tcp();
            rig.write(pair.right(), Rig.pattern(100, 1));
            rig.end(pair.right());
            lent.recvMultishot(pair.left());
            int left = TestKernels.tellsWhatIsLeft(kernel) ? 0x4 : 0;
            assertThat(rig.await(2)).containsExactly(
                    new Cqe(0, 100, 0x280013 | left), new Cqe(0, 0, 0x4));
            assertThat(lent.slot(0)).isEqualTo(new Slot(100, 412));
        }
    }

    @KernelTest
    void theEndIsTheLastCompletionOfAMultishot(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(2, 512, 40)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(100, 1));
            rig.end(pair.right());
            lent.recvMultishot(pair.left());
            assertThat(rig.await(2)).containsExactly(
                    new Cqe(0, 100, 0x280013), new Cqe(0, 0, 0));
            assertThat(lent.slot(0)).isEqualTo(new Slot(100, 412));
        }
    }

    @KernelTest
    @Needs(without = Quirk.END_FINISHES_BUFFER)
    void readsAtTheEndNameTheBufferAndLeaveItCurrent(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(2, 1000, 10)) {
            Pair pipe = rig.pipe();
            rig.write(pipe.right(), Rig.pattern(12, 1));
            lent.read(pipe.left(), 32);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 12, 0xa0011));
            rig.closeNow(pipe.right());
            lent.read(pipe.left(), 32);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 0, 0xa0011));
            lent.read(pipe.left(), 0);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 0, 0xa0011));
            lent.select(rig.sqe().prepReadMultishot(pipe.left()));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 0, 0));
            assertThat(lent.slot(0)).isEqualTo(new Slot(12, 988));
            assertThat(lent.head()).isZero();
        }
    }

    @KernelTest
    void readsAtTheEndUseUpAClassicBufferEach(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.classic(rig, 4).lend(3, 1000, 10)) {
            Pair pipe = rig.pipe();
            rig.write(pipe.right(), Rig.pattern(12, 1));
            lent.read(pipe.left(), 32);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 12, 0xa0001));
            rig.closeNow(pipe.right());
            lent.read(pipe.left(), 32);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 0, 0xb0001));
            lent.read(pipe.left(), 0);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 0, 0xc0001));
            lent.select(rig.sqe().prepReadMultishot(pipe.left()));
            assertThat(rig.await()).isEqualTo(new Cqe(0, -105, 0));
            assertThat(lent.head()).isEqualTo(3);
        }
    }

    @KernelTest
    @Needs(without = Quirk.END_FINISHES_BUFFER)
    void aPartlyUsedBufferIsUnchangedByTheEnd(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(1000, 10)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(500, 1));
            lent.recv(pair.left());
            assertThat(rig.await()).isEqualTo(new Cqe(0, 500, 0xa0011));
            rig.closeNow(pair.right());
            lent.recv(pair.left());
            assertThat(rig.await()).isEqualTo(new Cqe(0, 0, 0));
            lent.read(pair.left(), 0);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 0, 0xa0011));
            lent.read(pair.left(), 64);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 0, 0xa0011));
            assertThat(lent.slot(0)).isEqualTo(new Slot(500, 500));
        }
    }

    @KernelTest
    void theNextConnectionGoesOnInTheBufferOfTheOneThatEnded(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 2, 512))) {
            Pair first = rig.pipe();
            Pair second = rig.unixStream();
            Inbox inbox = new Inbox(group);
            rig.write(first.right(), Rig.pattern(100, 1));
            group.select(rig.sqe().prepRead(first.left(), 0, 0, -1));
            assertThat(inbox.take(rig.await())).containsExactly(new Piece(0, 0, 100));
            rig.closeNow(first.right());
            group.select(rig.sqe().prepRead(first.left(), 0, 0, -1));
            Cqe end = rig.await();
            assertThat(end.res()).isZero();
            assertThat(end.flags()).isIn(0x11, 0x1); // seems to be finished before 6.18.20 (Q9)
            assertThat(inbox.take(end)).isEmpty();
            rig.write(second.right(), Rig.pattern(50, 2));
            group.select(rig.sqe().prepRecv(second.left(), 0, 0, 0));
            assertThat(inbox.take(rig.await())).containsExactly(new Piece(0, 100, 50));
            assertThat(inbox.bytes()).endsWith(Rig.pattern(50, 2));
            assertThat(group.lent()).isEqualTo(2);
        }
    }

    @KernelTest
    void theBufferOfAReadAtTheEndComesBackToAClassicGroup(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.classic(0, 2, 512))) {
            Pair pipe = rig.pipe();
            Inbox inbox = new Inbox(group);
            rig.closeNow(pipe.right());
            for (int i = 0; i < 5; i++) {
                group.select(rig.sqe().prepRead(pipe.left(), 0, 0, -1));
                Cqe cqe = rig.await();
                assertThat(cqe).isEqualTo(new Cqe(0, 0, i % 2 << 16 | 1));
                assertThat(inbox.take(cqe)).isEmpty();
                assertThat(group.publish()).isEqualTo(1);
            }
            assertThat(group.lent()).isEqualTo(2);
        }
    }

    @KernelTest
    void shuttingTheReadingSideDownEndsAMultishot(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(512, 40)) {
            Pair pair = rig.unixStream();
            lent.recvMultishot(pair.left());
            assertThat(rig.poll()).isEmpty();
            assertThat(kernel.descriptors().shutdown(pair.left(), SHUT_RD)).isZero();
            assertThat(rig.await()).isEqualTo(new Cqe(0, 0, 0));
        }
    }

    @KernelTest
    void closingTheDescriptorDoesNotEndAMultishot(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(512, 40)) {
            Pair pair = rig.unixStream();
            lent.recvMultishot(pair.left());
            assertThat(rig.poll()).isEmpty();
            rig.closeNow(pair.left());
            assertThat(rig.poll()).isEmpty();
            rig.write(pair.right(), Rig.pattern(1, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 1, 0x280013));
            rig.closeNow(pair.right());
            assertThat(rig.await()).isEqualTo(new Cqe(0, 0, 0));
        }
    }
}
