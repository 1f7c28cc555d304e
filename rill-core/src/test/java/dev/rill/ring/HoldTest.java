package dev.rill.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.kernel.Kernel;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Reports;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Timeout;

/// Holds are closed once, on any thread, in any order; what is done wrong with one says whose it
/// was.
@Timeout(60)
class HoldTest {

    private static final int SIZE = 8;

    /// Receives messages that fill a buffer each, and holds them.
    private static List<Hold> receive(Rig rig, BufferGroup group, Pair pair, int count) {
        List<Hold> holds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rig.write(pair.right(), Rig.pattern(SIZE, i));
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            Cqe cqe = rig.await();
            group.received(cqe.res(), cqe.flags(), "client 7");
            assertThat(group.next()).isTrue();
            holds.add(group.part().hold());
            assertThat(group.next()).isFalse();
        }
        return holds;
    }

    private static BufferGroup open(Rig rig, int buffers) {
        return BufferGroup.open(rig.ring(), BufferGroupOptions.incremental(0, buffers, SIZE)
                .withWatchedHolds(1));
    }

    @KernelTest
    void aHoldMayBeClosedOnAnotherThread(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, 4)) {
            Pair pair = rig.unixStream();
            AtomicInteger wakeUps = new AtomicInteger();
            group.holds().onReturn(wakeUps::incrementAndGet);
            List<Hold> holds = receive(rig, group, pair, 3);
            assertThat(group.holds().open()).isEqualTo(3);
            assertThat(group.held()).isEqualTo(3);
            assertThat(Rig.onAnotherThread(holds.get(1)::close)).isNull();
            assertThat(Rig.onAnotherThread(holds.get(0)::close)).isNull();
            assertThat(wakeUps).as("one until the owner has looked").hasValue(1);
            assertThat(group.lent()).isEqualTo(1);
            assertThat(group.publish()).isEqualTo(2);
            assertThat(group.lent()).isEqualTo(3);
            assertThat(holds.get(2).segment().toArray(JAVA_BYTE)).isEqualTo(Rig.pattern(SIZE, 2));
            assertThat(Rig.onAnotherThread(holds.get(2)::close)).isNull();
            assertThat(wakeUps).hasValue(2);
            assertThat(group.publish()).isEqualTo(1);
            assertThat(group.holds().open()).isZero();
            assertThat(group.holds().oldestNanos()).isZero();
            assertThat(receive(rig, group, pair, 4)).hasSize(4).allSatisfy(Hold::close);
        }
    }

    @KernelTest
    void ofManyThreadsThatCloseAHoldOneSucceeds(Kernel kernel) throws Exception {
        Random order = new Random(5);
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, 16);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            Pair pair = rig.unixStream();
            for (int round = 0; round < 100; round++) {
                List<Hold> holds = receive(rig, group, pair, 16);
                Collections.shuffle(holds, order);
                CountDownLatch start = new CountDownLatch(1);
                List<Future<Integer>> closers = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    closers.add(threads.submit(() -> {
                        start.await();
                        return closeAll(holds);
                    }));
                }
                start.countDown();
                int closed = closeAll(holds);
                for (Future<Integer> closer : closers) {
                    closed += closer.get(30, TimeUnit.SECONDS);
                }
                assertThat(closed).isEqualTo(16);
                group.publish();
                assertThat(group.lent()).isEqualTo(16);
                assertThat(group.holds().open()).isZero();
            }
        }
    }

    /// @return how many this thread was the one to close
    private static int closeAll(List<Hold> holds) {
        int closed = 0;
        for (Hold hold : holds) {
            try {
                hold.close();
                closed++;
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("another's claim");
            }
        }
        return closed;
    }

    @KernelTest
    void whatIsDoneWrongSaysWhoseBytesTheyWere(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.unixStream();
            BufferGroup group = open(rig, 2);
            List<Hold> holds = receive(rig, group, pair, 2);
            Hold closed = holds.get(1);
            closed.close();
            String who = "hold on bid=1 \\[0, 8\\) of client 7, taken \\d+ ms ago,"
                    + " closed \\d+ ms ago by thread " + Thread.currentThread().getName() + ": ";
            assertThatThrownBy(closed::segment).isInstanceOf(IllegalStateException.class)
                    .message().matches(who + "its bytes may be overwritten already");
            assertThatThrownBy(closed::close).isInstanceOf(IllegalStateException.class)
                    .message().matches(who + "closing it again would take another's claim away");
            group.close();
            assertThatThrownBy(holds.getFirst()::segment)
                    .isInstanceOf(IllegalStateException.class)
                    .message().matches("hold on bid=0 \\[0, 8\\) of client 7, taken \\d+ ms ago:"
                            + " its group is closed, the memory is gone");
            assertThat(Rig.onAnotherThread(holds.getFirst()::close)).isNull();
        }
    }

    @KernelTest
    void theOldestIsKnown(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, 4)) {
            Pair pair = rig.unixStream();
            List<Hold> holds = receive(rig, group, pair, 4);
            long first = group.holds().oldestNanos();
            assertThat(first).isPositive();
            holds.get(2).close();
            holds.get(0).close();
            holds.get(3).close();
            assertThat(group.holds().open()).isEqualTo(1);
            assertThat(group.holds().oldestNanos()).isPositive();
            holds.get(1).close();
            assertThat(group.holds().oldestNanos()).isZero();
        }
    }

    /// Its buffer stays away from the kernel: a view of the bytes may still be in use.
    @KernelTest
    void aLostHoldIsReportedWithThePlaceWhereItWasTaken(Kernel kernel) throws Exception {
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, 2);
                Reports reports = new Reports(Hold.class)) {
            Pair pair = rig.unixStream();
            receive(rig, group, pair, 1).clear();
            LogRecord report = reports.awaitWithGarbageCollections();
            assertThat(report.getMessage()).contains("hold on bid=0 [0, 8) of client 7",
                    "lost without having been closed", "its buffer of 8 bytes");
            assertThat(report.getThrown().getStackTrace()).anySatisfy(frame ->
                    assertThat(frame.getMethodName()).isEqualTo("receive"));
            assertThat(group.holds().lost()).isEqualTo(1);
            assertThat(group.publish()).isZero();
            assertThat(group.holds().open()).isEqualTo(1);
            Hold closed = receive(rig, group, pair, 1).getFirst();
            closed.close();
            assertThat(group.publish()).isEqualTo(1);
        }
    }
}
