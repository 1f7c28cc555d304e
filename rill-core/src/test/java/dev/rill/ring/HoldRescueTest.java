package dev.rill.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.util.Arrays;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// A few held bytes do not keep a large buffer: they move, their hold follows, and what is read
/// through it is what was received.
class HoldRescueTest {

    private static final int SIZE = 1000;

    /// Receives a message that fills the next buffer, and holds the first bytes of it.
    private static Hold receive(Rig rig, BufferGroup group, Pair pair, int held, int seed) {
        Hold hold = null;
        byte[] sent = Rig.pattern(SIZE, seed);
        for (byte[] piece : new byte[][] {
            Arrays.copyOf(sent, held), Arrays.copyOfRange(sent, held, SIZE)}) {
            if (piece.length > 0) {
                rig.write(pair.right(), piece);
                group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
                Cqe cqe = rig.await();
                group.received(cqe.res(), cqe.flags());
                while (group.next()) {
                    hold = hold == null ? group.part().hold() : hold;
                }
            }
        }
        return hold;
    }

    private static BufferGroup open(Rig rig, int buffers, long rescueMax) {
        return BufferGroup.open(rig.ring(), BufferGroupOptions.incremental(0, buffers, SIZE)
                .withRescueMax(rescueMax));
    }

    @KernelTest
    void aHoldFollowsItsBytes(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, 2, 100)) {
            Pair pair = rig.unixStream();
            Hold first = receive(rig, group, pair, 10, 1);
            Hold second = receive(rig, group, pair, 20, 2);
            assertThat(group.publish()).isZero();
            assertThat(group.lent()).isZero();
            assertThat(group.holds().rescue(2)).isEqualTo(2);
            assertThat(group.publish()).isEqualTo(2);
            assertThat(group.holds().bytesMoved()).isEqualTo(30);
            receive(rig, group, pair, SIZE, 3).close(); // over where they were
            receive(rig, group, pair, SIZE, 4).close();
            assertThat(first.toArray()).isEqualTo(Arrays.copyOf(Rig.pattern(SIZE, 1), 10));
            assertThat(second.get(19)).isEqualTo(Rig.pattern(SIZE, 2)[19]);
            assertThat(second.segment().toArray(JAVA_BYTE))
                    .isEqualTo(Arrays.copyOf(Rig.pattern(SIZE, 2), 20));
            first.close();
            assertThat(Rig.onAnotherThread(second::close)).isNull();
            assertThat(group.publish()).isEqualTo(2);
            assertThat(group.holds().bytesMoved()).isZero();
            assertThat(group.holds().buffersRescued()).isEqualTo(2);
            assertThat(group.holds().open()).isZero();
            assertThat(group.lent()).isEqualTo(2);
        }
    }

    @KernelTest
    void whereALittleIsHeldIsRescuedFirstAndNeverMoreThanAllowed(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, 4, 60)) {
            Pair pair = rig.unixStream();
            Hold large = receive(rig, group, pair, 500, 1);
            Hold middle = receive(rig, group, pair, 50, 2);
            Hold small = receive(rig, group, pair, 7, 3);
            assertThat(group.holds().rescue(1)).isEqualTo(1);
            assertThat(group.holds().bytesMoved()).isEqualTo(7);
            assertThat(group.holds().rescue(3)).isEqualTo(1);
            assertThat(group.holds().bytesMoved()).isEqualTo(57);
            assertThat(group.holds().rescue(1)).isZero();
            small.close();
            middle.close();
            assertThat(group.holds().bytesMoved()).isZero();
            assertThat(group.holds().rescue(1)).as("500 bytes are more than 60").isZero();
            assertThat(large.toArray()).isEqualTo(Arrays.copyOf(Rig.pattern(SIZE, 1), 500));
            large.close();
            assertThat(group.publish()).isEqualTo(3);
        }
    }

    @KernelTest
    void whatSomebodyLooksAtStaysWhereItIs(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, 4, 1000)) {
            Pair pair = rig.unixStream();
            Hold viewed = receive(rig, group, pair, 10, 1);
            assertThat(viewed.segment().byteSize()).isEqualTo(10);
            Hold plain = receive(rig, group, pair, 10, 2);
            group.retain(1); // by somebody who sends from there
            assertThat(group.holds().rescue(4)).isZero();
            group.release(1);
            assertThat(group.holds().rescue(4)).isEqualTo(1);
            plain.close();
            viewed.close();
            assertThat(group.publish()).isEqualTo(2);
            assertThat(group.lent()).isEqualTo(4);
        }
    }

    @KernelTest
    void theBufferTheKernelIsFillingIsLeftAlone(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, 2, 1000)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(10, 1));
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            Cqe cqe = rig.await();
            group.received(cqe.res(), cqe.flags());
            group.next();
            try (Hold hold = group.part().hold()) {
                group.next();
                assertThat(group.holds().rescue(1)).isZero();
                assertThat(hold.toArray()).isEqualTo(Rig.pattern(10, 1));
            }
        }
    }

    /// A reader on another thread sees the same bytes before, while and after they move.
    @KernelTest
    void readersDoNotNotice(Kernel kernel) throws Exception {
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, 2, 2000)) {
            Pair pair = rig.unixStream();
            for (int round = 0; round < 300; round++) {
                int seed = round;
                Hold hold = receive(rig, group, pair, 400, seed);
                byte[] expected = Arrays.copyOf(Rig.pattern(SIZE, seed), 400);
                AtomicBoolean stop = new AtomicBoolean();
                FutureTask<Integer> reader = new FutureTask<>(() -> {
                    int reads = 0;
                    do {
                        assertThat(hold.toArray()).isEqualTo(expected);
                        reads++;
                    } while (!stop.get());
                    hold.close();
                    return reads;
                });
                Thread.ofPlatform().start(reader);
                assertThat(group.holds().rescue(1)).isEqualTo(1);
                group.publish();
                receive(rig, group, pair, SIZE, seed + 1).close();
                receive(rig, group, pair, SIZE, seed + 2).close();
                group.publish();
                stop.set(true);
                assertThat(reader.get(30, TimeUnit.SECONDS)).isPositive();
                group.publish();
                assertThat(group.lent()).isEqualTo(2);
                assertThat(group.holds().bytesMoved()).isZero();
            }
        }
    }
}
