package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Feature;
import dev.rill.ring.Hold;
import dev.rill.ring.Received;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Needs;
import dev.rill.testing.Peer;
import dev.rill.testing.Rig;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A program that holds all of one connection's bytes does not take the buffers from the others.
@Timeout(120)
class BudgetTest {

    private static final int SIZE = 4096;
    private static final int BUFFERS = 16;
    private static final int QUARTER = BUFFERS * SIZE / 4;

    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults().withBuffers(
            BufferGroupOptions.incremental(0, BUFFERS, SIZE).withRescueMax(0));

    private final List<Hold> holds = new ArrayList<>();
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

    private void keep(Connection connection, Received data) {
        holds.add(data.hold());
        seen.writeBytes(data.toArray());
    }

    private int letGo() {
        holds.forEach(Hold::close);
        holds.clear();
        return seen.size();
    }

    @KernelTest
    @Needs(Feature.MULTISHOT_LIMIT)
    void whoHoldsTooMuchOfOneLeavesTheOthersTheirShare(Kernel kernel) throws Exception {
        byte[] much = Rig.pattern(1_000_000, 1);
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer greedy = Peer.connect(loop.listen(this::keep));
                Peer other = Peer.connect(loop.listen(Connection::send))) {
            CompletableFuture<Peer> sent = greedy.sendMeanwhile(much);
            loop.until("it has its share", () -> loop.loop().statistics().overBudget() == 1);
            assertThat(loop.call(() -> holds.stream().mapToInt(Hold::length).sum()))
                    .isBetween(QUARTER, QUARTER + SIZE);
            for (int i = 0; i < 50; i++) {
                byte[] bytes = Rig.pattern(5000, i);
                other.sendMeanwhile(bytes);
                Bytes.expectSame(other.receive(bytes.length), bytes);
            }
            assertThat(loop.call(() -> loop.loop().statistics().exhaustions())).isZero();
            while (loop.call(this::letGo) < much.length) {
                Thread.onSpinWait();
            }
            sent.get(60, TimeUnit.SECONDS);
            Bytes.expectSame(loop.call(seen::toByteArray), much);
            assertThat(loop.call(() -> loop.loop().statistics().overBudget())).isPositive();
        }
    }

    @KernelTest
    @Needs(Feature.INCREMENTAL_BUFFERS)
    void withoutALimitOneMayTakeEverything(Kernel kernel) throws Exception {
        byte[] much = Rig.pattern(1_000_000, 1);
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS.withHeldMax(Long.MAX_VALUE));
                Peer greedy = Peer.connect(loop.listen(this::keep))) {
            CompletableFuture<Peer> sent = greedy.sendMeanwhile(much);
            loop.until("it waits for memory", () -> loop.loop().statistics().parked() == 1);
            assertThat(loop.call(() -> holds.stream().mapToInt(Hold::length).sum()))
                    .isEqualTo(BUFFERS * SIZE);
            while (loop.call(this::letGo) < much.length) {
                Thread.onSpinWait();
            }
            sent.get(60, TimeUnit.SECONDS);
            Bytes.expectSame(loop.call(seen::toByteArray), much);
        }
    }

    @Test
    void itIsExceededOnceAndOverAtHalf() {
        Budget budget = new Budget(100);
        assertThat(budget.held(99)).isFalse();
        assertThat(budget.left()).isEqualTo(1);
        assertThat(budget.held(50)).isTrue();
        assertThat(budget.held(50)).as("told once").isFalse();
        assertThat(budget.left()).as("never nothing: that would be no limit").isEqualTo(1);
        assertThat(budget.letGo(148)).isFalse();
        assertThat(budget.isExceeded()).isTrue();
        assertThat(budget.letGo(1)).isTrue();
        assertThat(budget.isExceeded()).isFalse();
        assertThat(budget.letGo(50)).isFalse();
        assertThat(budget.held(100)).isTrue();
        assertThat(budget.letGo(49)).isFalse();
        assertThat(budget.letGo(1)).isTrue();
    }
}
