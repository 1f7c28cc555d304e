package dev.rill.ring;

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
import java.util.List;

/// A cancelled receive takes nothing, and what came before the cancel is data
/// (C-099, C-136, C-137).
class CancelTest {

    @KernelTest
    void aWaitingReceiveIsCancelledWithoutUsingItsBuffer(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(1000, 21)) {
            Pair pair = rig.unixStream();
            lent.recv(pair.left(), 100).userData(1);
            assertThat(rig.poll()).isEmpty();
            assertThat(lent.slot(0)).isEqualTo(new Slot(0, 1000));
            rig.sqe().prepCancel(1).userData(2);
            assertThat(rig.await(2)).containsExactlyInAnyOrder(
                    new Cqe(2, 0, 0), new Cqe(1, -125, 0));
            assertThat(lent.slot(0)).isEqualTo(new Slot(0, 1000));
        }
    }

    @KernelTest
    void theReceivePointSurvivesTheCancelOfAMultishot(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 1, 100))) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            group.select(rig.sqe().prepRecvMultishot(pair.left())).userData(1);
            rig.write(pair.right(), Rig.pattern(10, 1));
            Cqe data = rig.await();
            assertThat(data).isEqualTo(new Cqe(1, 10, 0x13));
            inbox.take(data);
            rig.sqe().prepCancel(1).userData(2);
            assertThat(rig.await(2)).containsExactlyInAnyOrder(
                    new Cqe(2, 0, 0), new Cqe(1, -125, 0));
            rig.write(pair.right(), Rig.pattern(5, 2));
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0)).userData(3);
            Cqe next = rig.await();
            assertThat(next).isEqualTo(new Cqe(3, 5, 0x11));
            assertThat(inbox.take(next)).containsExactly(new Piece(0, 10, 5));
            assertThat(inbox.bytes()).endsWith(Rig.pattern(5, 2));
            assertThat(group.bufferRing().entryLength(0)).isEqualTo(85);
        }
    }

    @KernelTest
    void dataPostedBeforeTheCancelIsReapedBeforeItsEnd(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 1, 100))) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            group.select(rig.sqe().prepRecvMultishot(pair.left())).userData(1);
            rig.ring().submit();
            rig.write(pair.right(), Rig.pattern(40, 1));
            rig.ring().submitAndWait(1); // posted, not reaped
            rig.sqe().prepCancel(1).userData(2);
            List<Cqe> cqes = rig.await(3);
            assertThat(cqes.getFirst()).isEqualTo(new Cqe(1, 40, 0x13));
            assertThat(cqes.subList(1, 3)).containsExactlyInAnyOrder(
                    new Cqe(2, 0, 0), new Cqe(1, -125, 0));
            inbox.take(cqes.getFirst());
            assertThat(inbox.bytes()).isEqualTo(Rig.pattern(40, 1));
        }
    }

    /// Whether the data or the cancel wins is the kernel's choice; that nothing is lost is not.
    @KernelTest
    void dataThatRacesWithACancelIsEitherReceivedOrStillInTheSocket(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 4, 1000))) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            byte[] sent = new byte[0];
            for (int round = 0; round < 200; round++) {
                group.select(rig.sqe().prepRecvMultishot(pair.left())).userData(1);
                rig.poll().forEach(inbox::take);
                byte[] more = Rig.pattern(30, round);
                rig.write(pair.right(), more);
                sent = Bytes.join(sent, more);
                rig.sqe().prepCancel(1).userData(2);
                boolean ended = false;
                boolean answered = false;
                while (!ended || !answered) {
                    Cqe cqe = rig.await();
                    if (cqe.userData() == 2) {
                        assertThat(cqe.res()).isIn(0, -2);
                        answered = true;
                        continue;
                    }
                    inbox.take(cqe);
                    if ((cqe.flags() & 0x2) == 0) {
                        assertThat(cqe).isEqualTo(new Cqe(1, -125, 0));
                        ended = true;
                    }
                }
                group.publish();
            }
            while (inbox.size() < sent.length) {
                group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0)).userData(3);
                inbox.take(rig.await());
                group.publish();
            }
            assertThat(inbox.bytes()).isEqualTo(sent);
        }
    }

    @KernelTest
    void cancellingWhatIsNotThereSaysSo(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            rig.sqe().prepCancel(12345).userData(2);
            assertThat(rig.await()).isEqualTo(new Cqe(2, -2, 0));
        }
    }

    @KernelTest
    void cancellingADescriptorCountsItsRequests(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(1000, 21)) {
            Pair pair = rig.unixStream();
            Pair other = rig.unixStream();
            lent.recvMultishot(pair.left()).userData(1);
            lent.recv(pair.left()).userData(2);
            lent.recv(other.left()).userData(3);
            assertThat(rig.poll()).isEmpty();
            rig.sqe().prepCancelFd(pair.left()).userData(4);
            assertThat(rig.await(3)).containsExactlyInAnyOrder(new Cqe(4, 2, 0),
                    new Cqe(1, -125, 0), new Cqe(2, -125, 0));
            rig.write(other.right(), Rig.pattern(5, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(3, 5, 0x150011));
        }
    }

    @KernelTest
    void cancellingEverythingEndsEveryRequestOfTheRing(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(1000, 21)) {
            for (int i = 0; i < 20; i++) {
                lent.recvMultishot(rig.unixStream().left()).userData(i);
            }
            assertThat(rig.poll()).isEmpty();
            assertThat(rig.ring().inFlight()).isEqualTo(20);
            rig.sqe().prepCancelAny().userData(99);
            List<Cqe> cqes = rig.await(21);
            assertThat(cqes).contains(new Cqe(99, 20, 0));
            for (int i = 0; i < 20; i++) {
                assertThat(cqes).contains(new Cqe(i, -125, 0));
            }
            assertThat(rig.ring().inFlight()).isZero();
        }
    }
}
