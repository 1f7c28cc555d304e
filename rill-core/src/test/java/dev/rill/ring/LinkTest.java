package dev.rill.ring;

import static dev.rill.abi.SqeFlags.IOSQE_IO_DRAIN;
import static dev.rill.abi.SqeFlags.IOSQE_IO_HARDLINK;
import static dev.rill.abi.SqeFlags.IOSQE_IO_LINK;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.KernelTimespec;
import dev.rill.kernel.Kernel;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LentBuffers;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Linked requests run one after the other, and a failure cancels the rest of the chain
/// (C-059, C-159).
class LinkTest {

    private static MemorySegment timespec(Rig rig, long nanos) {
        MemorySegment time = rig.memory(KernelTimespec.SIZE);
        time.set(JAVA_LONG, KernelTimespec.TV_SEC, nanos / TimeUnit.SECONDS.toNanos(1));
        time.set(JAVA_LONG, KernelTimespec.TV_NSEC, nanos % TimeUnit.SECONDS.toNanos(1));
        return time;
    }

    @KernelTest
    void aReceiveThatFindsNoBufferCancelsWhatIsLinkedToIt(Kernel kernel) {
        try (Rig rig = new Rig(kernel); LentBuffers lent = LentBuffers.incremental(rig, 4)) {
            lent.recv(rig.unixStream().left()).flags(IOSQE_IO_LINK).userData(1);
            rig.sqe().prepNop().userData(2);
            assertThat(rig.await(2)).containsExactly(new Cqe(1, -105, 0), new Cqe(2, -125, 0));
        }
    }

    @KernelTest
    void aShortReceiveDoesNotBreakItsChain(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(1000, 1)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(10, 1));
            lent.recv(pair.left(), 100).flags(IOSQE_IO_LINK).userData(1);
            rig.sqe().prepNop().userData(2);
            assertThat(rig.await(2)).containsExactly(new Cqe(1, 10, 0x10011), new Cqe(2, 0, 0));
        }
    }

    @KernelTest
    void aLinkedRequestWaitsForTheOneBefore(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(1000, 1)) {
            Pair pair = rig.unixStream();
            lent.recv(pair.left()).flags(IOSQE_IO_LINK).userData(1);
            rig.sqe().prepNop().userData(2);
            assertThat(rig.poll()).isEmpty();
            rig.write(pair.right(), Rig.pattern(10, 1));
            assertThat(rig.await(2)).containsExactly(new Cqe(1, 10, 0x10011), new Cqe(2, 0, 0));
        }
    }

    @KernelTest
    void aHardLinkSurvivesAFailure(Kernel kernel) {
        try (Rig rig = new Rig(kernel); LentBuffers lent = LentBuffers.incremental(rig, 4)) {
            lent.recv(rig.unixStream().left()).flags(IOSQE_IO_HARDLINK).userData(1);
            rig.sqe().prepNop().userData(2);
            assertThat(rig.await(2)).containsExactly(new Cqe(1, -105, 0), new Cqe(2, 0, 0));
        }
    }

    @KernelTest
    void aChainEndsWithTheFirstEntryThatIsNotLinked(Kernel kernel) {
        try (Rig rig = new Rig(kernel); LentBuffers lent = LentBuffers.incremental(rig, 4)) {
            lent.recv(rig.unixStream().left()).flags(IOSQE_IO_LINK).userData(1);
            rig.sqe().prepNop().flags(IOSQE_IO_LINK).userData(2);
            rig.sqe().prepNop().userData(3);
            rig.sqe().prepNop().userData(4);
            assertThat(rig.await(4)).containsExactlyInAnyOrder(new Cqe(1, -105, 0),
                    new Cqe(2, -125, 0), new Cqe(3, -125, 0), new Cqe(4, 0, 0));
        }
    }

    @KernelTest
    void aLinkTimeoutCancelsAReceiveThatTakesTooLong(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(1000, 1)) {
            MemorySegment time = timespec(rig, TimeUnit.MILLISECONDS.toNanos(1));
            lent.recv(rig.unixStream().left()).flags(IOSQE_IO_LINK).userData(1);
            rig.sqe().prepLinkTimeout(time.address(), 0).userData(2);
            assertThat(rig.await(2)).containsExactlyInAnyOrder(
                    new Cqe(1, -125, 0), new Cqe(2, -62, 0));
            assertThat(lent.slot(0)).isEqualTo(new LentBuffers.Slot(0, 1000));
        }
    }

    @KernelTest
    void aLinkTimeoutIsCancelledByAReceiveThatIsInTime(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(1000, 1)) {
            Pair pair = rig.unixStream();
            MemorySegment time = timespec(rig, TimeUnit.HOURS.toNanos(1));
            lent.recv(pair.left()).flags(IOSQE_IO_LINK).userData(1);
            rig.sqe().prepLinkTimeout(time.address(), 0).userData(2);
            assertThat(rig.poll()).isEmpty();
            rig.write(pair.right(), Rig.pattern(10, 1));
            assertThat(rig.await(2)).containsExactlyInAnyOrder(
                    new Cqe(1, 10, 0x10011), new Cqe(2, -125, 0));
        }
    }

    @KernelTest
    void aDrainingRequestWaitsForAllBeforeIt(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(1000, 1)) {
            Pair pair = rig.unixStream();
            lent.recv(pair.left()).userData(1);
            rig.sqe().prepNop().userData(2);
            rig.sqe().prepNop().flags(IOSQE_IO_DRAIN).userData(3);
            assertThat(rig.await()).isEqualTo(new Cqe(2, 0, 0));
            assertThat(rig.poll()).isEmpty();
            rig.write(pair.right(), Rig.pattern(10, 1));
            List<Cqe> rest = rig.await(2);
            assertThat(rest).containsExactly(new Cqe(1, 10, 0x10011), new Cqe(3, 0, 0));
        }
    }
}
