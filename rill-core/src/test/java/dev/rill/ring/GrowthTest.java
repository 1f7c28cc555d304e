package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.Errno;
import dev.rill.kernel.FailingKernel;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/// A group begins with little memory, takes more when all of it is held, never more than it may,
/// and gives it back.
class GrowthTest {

    private static final int SIZE = 1000;

    private static BufferGroup open(Rig rig, int buffers, int area, int lent) {
        return BufferGroup.open(rig.ring(), BufferGroupOptions.incremental(0, buffers, SIZE)
                .growing(area, lent));
    }

    /// Receives so many bytes and holds them.
    private static List<Hold> receive(Rig rig, BufferGroup group, Pair pair, byte[] bytes) {
        rig.write(pair.right(), bytes);
        List<Hold> holds = new ArrayList<>();
        int seen = 0;
        while (seen < bytes.length) {
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            Cqe cqe = rig.await();
            assertThat(cqe.res()).as("%s", cqe).isPositive();
            group.received(cqe.res(), cqe.flags());
            while (group.next()) {
                seen += group.part().length();
                holds.add(group.part().hold());
            }
            group.publish();
        }
        return holds;
    }

    private static byte[] contents(List<Hold> holds) {
        byte[] all = new byte[holds.stream().mapToInt(Hold::length).sum()];
        int at = 0;
        for (Hold hold : holds) {
            hold.copyTo(0, all, at, hold.length());
            at += hold.length();
        }
        return all;
    }

    @KernelTest
    void itGrowsWhileAllIsHeldUpToItsBoundAndShrinksAgain(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, 16, 4, 2)) {
            Pair pair = rig.unixStream();
            assertThat(group.buffersAllocated()).isEqualTo(4);
            assertThat(group.lent()).isEqualTo(2);
            assertThat(group.available()).isEqualTo(16);
            assertThat(group.isEnlarged()).isFalse();
            List<Hold> holds = receive(rig, group, pair, Rig.pattern(16 * SIZE, 1));
            assertThat(group.buffersAllocated()).isEqualTo(16);
            assertThat(group.snapshot().growths()).isEqualTo(3);
            assertThat(group.available()).isZero();
            rig.write(pair.right(), Rig.pattern(1, 2));
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            assertThat(rig.await().res()).as("the bound").isEqualTo(-Errno.ENOBUFS);
            assertThat(contents(holds)).isEqualTo(Rig.pattern(16 * SIZE, 1));

            holds.forEach(Hold::close);
            group.publish();
            assertThat(group.available()).isEqualTo(16);
            useUp(rig, group, pair);
            for (int looks = 0; group.isEnlarged(); looks++) {
                assertThat(looks).as("looks until it is small again").isLessThan(20);
                group.trim();
                useUp(rig, group, pair);
            }
            assertThat(group.buffersAllocated()).isEqualTo(4);
            assertThat(group.snapshot().shrinks()).isEqualTo(3);
            assertThat(group.lent()).isEqualTo(2);
            assertThat(contents(receive(rig, group, pair, Rig.pattern(SIZE / 2, 3))))
                    .isEqualTo(Rig.pattern(SIZE / 2, 3));
        }
    }

    /// Receives until all buffers that are lent now have gone through.
    private static void useUp(Rig rig, BufferGroup group, Pair pair) {
        for (int left = group.lent() * SIZE; left > 0; left -= SIZE / 2) {
            receive(rig, group, pair, Rig.pattern(SIZE / 2, left)).forEach(Hold::close);
            group.publish();
        }
    }

    @KernelTest
    void aPromptReaderIsLentFewAndNeedsNoMore(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, 16, 4, 4)) {
            Pair pair = rig.unixStream();
            for (int i = 0; i < 100; i++) {
                byte[] bytes = Rig.pattern(SIZE / 2, i);
                List<Hold> holds = receive(rig, group, pair, bytes);
                assertThat(contents(holds)).isEqualTo(bytes);
                holds.forEach(Hold::close);
                assertThat(group.publish() + group.lent()).isPositive();
                assertThat(group.lent()).isLessThanOrEqualTo(4);
            }
            assertThat(group.buffersAllocated()).isEqualTo(4);
            assertThat(group.snapshot().growths()).isZero();
        }
    }

    /// An area with a held buffer stays, and what is held in it.
    @KernelTest
    void heldMemoryIsNotGivenBack(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, 12, 4, 2)) {
            Pair pair = rig.unixStream();
            List<Hold> holds = receive(rig, group, pair, Rig.pattern(12 * SIZE, 1));
            assertThat(group.buffersAllocated()).isEqualTo(12);
            Hold last = holds.removeLast();
            holds.forEach(Hold::close);
            group.publish();
            for (int i = 0; i < 20; i++) {
                group.trim();
                useUp(rig, group, pair);
            }
            byte[] expected = Rig.pattern(12 * SIZE, 1);
            assertThat(last.get(last.length() - 1)).isEqualTo(expected[expected.length - 1]);
            assertThat(group.buffersAllocated()).isGreaterThan(4);
            MemorySegment view = last.segment();
            last.close();
            for (int i = 0; i < 20; i++) {
                group.publish();
                group.trim();
                useUp(rig, group, pair);
            }
            assertThat(group.buffersAllocated()).isEqualTo(4);
            assertThatThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, 0))
                    .as("a view that outlived its hold").isInstanceOf(IllegalStateException.class);
        }
    }

    /// No memory for another area: what there is must do, and the next look tries again.
    @KernelTest
    void whatTheKernelRefusesIsAskedForAgain(Kernel kernel) {
        FailingKernel failing = new FailingKernel(kernel);
        try (Rig rig = new Rig(failing); BufferGroup group = open(rig, 4, 2, 1)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(3 * SIZE, 1));
            List<Hold> holds = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
                Cqe cqe = rig.await();
                failing.failFrom(1, Errno.ENOMEM);
                group.received(cqe.res(), cqe.flags());
                while (group.next()) {
                    holds.add(group.part().hold());
                }
                group.publish();
                failing.heal();
            }
            assertThat(group.lent()).isZero();
            assertThat(group.available()).as("refused until the next look").isZero();
            group.publish();
            assertThat(group.lent()).isZero();
            group.trim();
            assertThat(group.available()).isEqualTo(2);
            assertThat(group.publish()).isPositive();
            assertThat(contents(holds)).isEqualTo(Arrays.copyOf(
                    Rig.pattern(3 * SIZE, 1), 2 * SIZE));
            holds.forEach(Hold::close);
        }
    }

    @KernelTest
    void withoutMemoryForTheFirstAreaThereIsNoGroup(Kernel kernel) {
        FailingKernel failing = new FailingKernel(kernel);
        try (Rig rig = new Rig(failing)) {
            boolean refused = false;
            for (int n = 1; n < 10; n++) {
                failing.failOnce(n, Errno.ENOMEM);
                try {
                    BufferGroup group = open(rig, 4, 2, 1);
                    failing.heal();
                    group.close();
                } catch (KernelException e) {
                    refused |= e.getMessage().contains("receive memory of 2 buffers of 1000 bytes");
                }
                failing.heal();
            }
            assertThat(refused).isTrue();
            try (BufferGroup group = open(rig, 4, 2, 1)) {
                assertThat(group.lent()).isEqualTo(1);
            }
        }
    }

    /// Random holds, releases and looks: every byte is right, and the memory never exceeds the
    /// bound.
    @KernelTest
    void whateverIsHeldTheBytesAreRightAndTheBoundHolds(Kernel kernel) {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            int buffers = 2 + random.nextInt(12);
            int area = 1 + random.nextInt(buffers);
            int lent = 1 + random.nextInt(area);
            try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, buffers, area, lent)) {
                Pair pair = rig.unixStream();
                Deque<Hold> held = new ArrayDeque<>();
                Deque<byte[]> expected = new ArrayDeque<>();
                for (int i = 0; i < 200; i++) {
                    while (!held.isEmpty() && (group.available() < 2 || random.nextInt(3) == 0)) {
                        assertThat(held.peek().toArray()).as("seed %d", seed)
                                .isEqualTo(expected.poll());
                        held.poll().close();
                        group.publish();
                    }
                    if (random.nextInt(10) == 0) {
                        group.trim();
                    }
                    byte[] bytes = Rig.pattern(1 + random.nextInt(SIZE / 2), i);
                    int at = 0;
                    for (Hold hold : receive(rig, group, pair, bytes)) {
                        held.add(hold);
                        expected.add(Arrays.copyOfRange(bytes, at,
                                at += hold.length()));
                    }
                    assertThat(group.buffersAllocated()).isBetween(area, buffers);
                    assertThat(group.lent() + group.held()).isLessThanOrEqualTo(
                            group.buffersAllocated());
                }
                held.forEach(Hold::close);
            }
        }
    }
}
