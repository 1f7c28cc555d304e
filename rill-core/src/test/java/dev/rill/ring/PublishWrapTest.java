package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.Inbox;
import dev.rill.testing.Inbox.Piece;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LentBuffers;
import dev.rill.testing.Needs;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import dev.rill.testing.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Head and tail of a buffer ring are sixteen bits: more than 65,536 buffers are published and
/// nothing is noticed of it (C-028, C-042).
class PublishWrapTest {

    private static final int BUFFERS = 16;
    private static final int SIZE = 4;
    private static final int ROUNDS = 4500;

    @KernelTest
    @Needs(without = Quirk.NO_UNIX_HINT)
    void aClassicGroupOutlivesTheWrapOfItsTail(Kernel kernel) {
        outliveTheWrap(kernel, BufferGroupOptions.classic(0, BUFFERS, SIZE));
    }

    @KernelTest
    @Needs(without = Quirk.NO_UNIX_HINT)
    void anIncrementalGroupOutlivesTheWrapOfItsTail(Kernel kernel) {
        outliveTheWrap(kernel, BufferGroupOptions.incremental(0, BUFFERS, SIZE));
    }

    /// Every round uses all buffers up and gives them back in a new order.
    private static void outliveTheWrap(Kernel kernel, BufferGroupOptions options) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(), options)) {
            Pair pair = rig.unixStream();
            Random random = Seeds.random("outliveTheWrap");
            List<Integer> order = new ArrayList<>();
            for (int bid = 0; bid < BUFFERS; bid++) {
                order.add(bid);
            }
            group.select(rig.sqe().prepRecvMultishot(pair.left()));
            for (int round = 0; round < ROUNDS; round++) {
                byte[] sent = Rig.pattern(BUFFERS * SIZE, round);
                rig.write(pair.right(), sent);
                Inbox inbox = new Inbox(group);
                for (int i = 0; i < BUFFERS; i++) {
                    int flags = order.get(i) << 16 | (i < BUFFERS - 1 ? 0x7 : 0x3);
                    Cqe cqe = rig.await();
                    assertThat(cqe).isEqualTo(new Cqe(0, SIZE, flags));
                    assertThat(inbox.keep(cqe)).containsExactly(
                            new Piece(order.get(i), 0, SIZE));
                }
                assertThat(inbox.bytes()).isEqualTo(sent);
                List<Integer> back = new ArrayList<>();
                Integer[] shuffled = shuffledIndexes(random);
                for (int i : shuffled) {
                    back.add(order.get(i));
                    inbox.holds().get(i).close();
                }
                order = back;
                assertThat(group.publish()).isEqualTo(BUFFERS);
            }
            int used = ROUNDS * BUFFERS;
            assertThat(used).isGreaterThan(65_536);
            assertThat(group.bufferRing().head()).isEqualTo(used & 0xffff);
            assertThat(group.bufferRing().tail()).isEqualTo(used + BUFFERS & 0xffff);
            assertThat(group.bytesReceived()).isEqualTo((long) used * SIZE);
            assertThat(group.bytesUsedUp()).isEqualTo((long) used * SIZE);
        }
    }

    private static Integer[] shuffledIndexes(Random random) {
        Integer[] indexes = new Integer[BUFFERS];
        Arrays.setAll(indexes, i -> i);
        Collections.shuffle(Arrays.asList(indexes), random);
        return indexes;
    }

    /// Three buffers in four entries: the ring's size and the number of buffers never meet.
    @KernelTest
    void bidsGoRoundAndRoundPastTheWrap(Kernel kernel) {
        for (boolean incremental : new boolean[] {false, true}) {
            BufferRingOptions ring = new BufferRingOptions(0, 4, incremental, false, 0);
            try (Rig rig = new Rig(kernel);
                    BufferGroup group = BufferGroup.open(rig.ring(),
                            new BufferGroupOptions(ring, 3, 2, false))) {
                Pair pair = rig.unixStream();
                Inbox inbox = new Inbox(group);
                group.select(rig.sqe().prepRecvMultishot(pair.left()));
                for (int i = 0; i < 70_000; i++) {
                    rig.write(pair.right(), new byte[] {(byte) i, (byte) (i >> 8)});
                    Cqe cqe = rig.await();
                    if (cqe.flags() != (i % 3 << 16 | 0x3) || cqe.res() != 2) {
                        assertThat(cqe).as("receive %d", i)
                                .isEqualTo(new Cqe(0, 2, i % 3 << 16 | 0x3));
                    }
                    inbox.take(cqe);
                    group.publish();
                }
                byte[] bytes = inbox.bytes();
                for (int i = 0; i < 70_000; i++) {
                    if (bytes[2 * i] != (byte) i || bytes[2 * i + 1] != (byte) (i >> 8)) {
                        throw new AssertionError("receive " + i + " brought other bytes");
                    }
                }
                assertThat(group.bufferRing().head()).isEqualTo(4464);
                assertThat(group.bufferRing().tail()).isEqualTo(4467);
            }
        }
    }

    @KernelTest
    void theLargestRingCanBeFullyLent(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.classic(rig, 32768).lend(32768, 16, 0)) {
            assertThat(lent.head()).isZero();
            assertThat(lent.ring().tail()).isEqualTo(32768);
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(16, 1));
            lent.recv(pair.left());
            assertThat(rig.await()).isEqualTo(new Cqe(0, 16, 0x1));
            assertThat(lent.head()).isEqualTo(1);
        }
    }
}
