package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LentBuffers;
import dev.rill.testing.LentBuffers.Slot;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.util.function.BiFunction;

/// A receive takes its bytes from the current buffer, and the shared entry says where the next
/// one will land (C-029 to C-031, C-034 to C-041).
class IncrementalConsumptionTest {

    private static final int SIZE = 32 * 1024;

    @KernelTest
    void receivesFromUnixSocketsFollowTheWorkedExample(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            workedExample(rig, rig.unixStream(), (lent, fd) -> lent.recv(fd));
        }
    }

    @KernelTest
    void receivesFromTcpFollowTheWorkedExample(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            workedExample(rig, rig.tcp(), (lent, fd) -> lent.recv(fd));
        }
    }

    @KernelTest
    void readsFromPipesFollowTheWorkedExample(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            workedExample(rig, rig.pipe(), (lent, fd) -> lent.read(fd, 0));
        }
    }

    private static void workedExample(Rig rig, Pair pair,
            BiFunction<LentBuffers, Integer, Sqe> receive) {
        int[] lengths = {0x1000, 0x2000, 0x5000, 0x1000};
        int[] flags = {0x11, 0x11, 0x1, 0x10011};
        int[] bids = {0, 0, 0, 1};
        int[] offsets = {0, 0x1000, 0x3000, 0};
        Slot[] first = {new Slot(0x1000, 28672), new Slot(0x3000, 20480),
            new Slot(0x3000, 0), new Slot(0x3000, 0)};
        Slot[] second = {new Slot(0, SIZE), new Slot(0, SIZE), new Slot(0, SIZE),
            new Slot(0x1000, 28672)};
        int[] heads = {0, 0, 1, 1};
        try (LentBuffers lent = LentBuffers.incremental(rig, 2).lend(2, SIZE, 0)) {
            for (int i = 0; i < lengths.length; i++) {
                byte[] sent = Rig.pattern(lengths[i], i);
                rig.write(pair.right(), sent);
                receive.apply(lent, pair.left()).userData(i);
                assertThat(rig.await()).isEqualTo(new Cqe(i, lengths[i], flags[i]));
                assertThat(lent.bytes(bids[i], offsets[i], lengths[i])).isEqualTo(sent);
                assertThat(lent.slot(0)).isEqualTo(first[i]);
                assertThat(lent.slot(1)).isEqualTo(second[i]);
                assertThat(lent.head()).isEqualTo(heads[i]);
            }
        }
    }

    @KernelTest
    void aReceiveIsCutAtTheEndOfItsBufferAndTheRestFollowsInTheNext(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 2).lend(2, SIZE, 0)) {
            Pair pair = rig.unixStream();
            int[] written = {0x1000, 0x2010, 0x5000, 0x1000};
            int[] received = {4096, 8208, 20464, 4112};
            int[] flags = {0x11, 0x11, 0x5, 0x10011};
            for (int i = 0; i < written.length; i++) {
                rig.write(pair.right(), Rig.pattern(written[i], i));
                lent.recv(pair.left());
                assertThat(rig.await()).isEqualTo(new Cqe(0, received[i], flags[i]));
            }
            assertThat(lent.slot(1)).isEqualTo(new Slot(4112, 28656));
            byte[] third = Rig.pattern(0x5000, 2);
            assertThat(lent.bytes(0, 12304, 20464)).isEqualTo(Bytes.cut(third, 0, 20464));
            assertThat(lent.bytes(1, 0, 4112)).isEqualTo(
                    Bytes.join(Bytes.cut(third, 20464, 16), Rig.pattern(0x1000, 3)));
        }
    }

    @KernelTest
    void aShortRequestTakesWhatItAskedForAndTheBufferStays(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(3, 1000, 10)) {
            Pair pair = rig.unixStream();
            byte[] sent = Rig.pattern(500, 1);
            rig.write(pair.right(), sent);
            lent.recv(pair.left(), 100);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 100, 0xa0015));
            lent.recv(pair.left(), 100);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 100, 0xa0015));
            lent.recv(pair.left(), 5000);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 300, 0xa0011));
            assertThat(lent.head()).isZero();
            assertThat(lent.slot(0)).isEqualTo(new Slot(500, 500));
            assertThat(lent.bytes(10, 0, 500)).isEqualTo(sent);
        }
    }

    @KernelTest
    void theLastByteFinishesABufferAndItsEntryKeepsTheLastAddress(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(100, 1)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(99, 1));
            lent.recv(pair.left());
            assertThat(rig.await()).isEqualTo(new Cqe(0, 99, 0x10011));
            assertThat(lent.head()).isZero();
            assertThat(lent.slot(0)).isEqualTo(new Slot(99, 1));
            rig.write(pair.right(), Rig.pattern(1, 2));
            lent.recv(pair.left());
            assertThat(rig.await()).isEqualTo(new Cqe(0, 1, 0x10001));
            assertThat(lent.head()).isEqualTo(1);
            assertThat(lent.slot(0)).isEqualTo(new Slot(99, 0));
        }
    }

    @KernelTest
    void aSingleReceiveNeverContinuesInTheNextBuffer(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(2, 10, 1)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(11, 1));
            lent.recv(pair.left(), 11);
            assertThat(rig.await()).isEqualTo(new Cqe(0, 10, 0x10005));
            assertThat(lent.head()).isEqualTo(1);
            assertThat(lent.slot(1)).isEqualTo(new Slot(0, 10));
        }
    }

    @KernelTest
    void receivesAndReadsShareOneReceivePointAndIgnoreTheAddressOfTheRequest(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(100, 1234)) {
            Pair pair = rig.unixStream();
            byte[] sent = Rig.pattern(20, 1);
            rig.write(pair.right(), sent);
            long garbage = 0xdeadbeef0L;
            lent.select(rig.sqe().prepRecv(pair.left(), garbage, 10, 0));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 10, 0x4d20015));
            lent.select(rig.sqe().prepRead(pair.left(), garbage, 10, -1));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 10, 0x4d20011));
            assertThat(lent.slot(0)).isEqualTo(new Slot(20, 80));
            assertThat(lent.bytes(1234, 0, 20)).isEqualTo(sent);
        }
    }

    @KernelTest
    void everySixteenBitBufferIdComesBackUnchanged(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4)
                        .lend(100, 65535).lend(100, 32768)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(150, 1));
            lent.recvMultishot(pair.left());
            assertThat(rig.await(2)).containsExactly(
                    new Cqe(0, 100, 0xffff0007), new Cqe(0, 50, 0x80000013));
            assertThat(lent.ring().entryBid(0)).isEqualTo(65535);
            assertThat(lent.ring().entryBid(1)).isEqualTo(32768);
        }
    }

    @KernelTest
    void aRingOfOneEntryIsUsedAgainAndAgain(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 1).lend(20, 1)) {
            Pair pair = rig.unixStream();
            lent.recvMultishot(pair.left());
            rig.write(pair.right(), Rig.pattern(10, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 10, 0x10013));
            rig.write(pair.right(), Rig.pattern(10, 2));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 10, 0x10003));
            lent.lend(20, 2);
            rig.write(pair.right(), Rig.pattern(1, 3));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 1, 0x20013));
            assertThat(lent.head()).isEqualTo(1);
            assertThat(lent.slot(1)).isEqualTo(new Slot(1, 19));
        }
    }
}
