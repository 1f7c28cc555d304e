package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.kernel.Kernel;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Peer;
import dev.rill.testing.Recorder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Timeout;

/// What other threads, and time, make the loop do.
@Timeout(60)
class LoopTasksTest {

    private static final int THREADS = 4;
    private static final int TASKS = 20_000;
    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults();
    private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);

    @KernelTest
    void tasksOfManyThreadsAllRunAndEachThreadsInItsOrder(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            int[] next = new int[THREADS];
            AtomicInteger outOfOrder = new AtomicInteger();
            CountDownLatch done = new CountDownLatch(THREADS * TASKS);
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int thread = t;
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < TASKS; i++) {
                        int task = i;
                        executeInsistently(loop.loop(), () -> {
                            if (next[thread]++ != task) {
                                outOfOrder.incrementAndGet();
                            }
                            done.countDown();
                        });
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(outOfOrder).hasValue(0);
            loop.stop();
            assertThat(Arrays.stream(next).sum()).isEqualTo(THREADS * TASKS);
        }
    }

    /// The mailbox is bounded: who is faster than the loop tries again.
    private static void executeInsistently(EventLoop loop, Runnable task) {
        while (true) {
            try {
                loop.execute(task);
                return;
            } catch (RejectedExecutionException e) {
                Thread.yield();
            }
        }
    }

    /// One task at a time, the loop asleep before each: every one needs its own wake-up.
    @KernelTest
    void everyTaskWakesASleepingLoop(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            for (int i = 0; i < 5000; i++) {
                assertThat(loop.<Integer>call(() -> 1)).isEqualTo(1);
            }
        }
    }

    @KernelTest
    void aTaskMayPutInAnotherAndFail(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            CompletableFuture<Thread> inner = new CompletableFuture<>();
            loop.loop().execute(() -> {
                loop.loop().execute(() -> inner.complete(Thread.currentThread()));
                throw new IllegalStateException("thrown by a test's task on purpose");
            });
            assertThat(inner.get(30, TimeUnit.SECONDS))
                    .isEqualTo(loop.call(Thread::currentThread));
        }
    }

    @KernelTest
    void aLoopThatIsFarBehindRejectsTasks(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            CountDownLatch blocked = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            AtomicInteger ran = new AtomicInteger();
            loop.loop().execute(() -> {
                blocked.countDown();
                awaitUninterruptibly(release);
            });
            blocked.await();
            int taken = 0;
            try {
                while (taken < 1_000_000) {
                    loop.loop().execute(ran::incrementAndGet);
                    taken++;
                }
            } catch (RejectedExecutionException e) {
                assertThat(e).hasMessageContaining("behind");
            }
            assertThat(taken).isPositive().isLessThan(1_000_000);
            release.countDown();
            CountDownLatch last = new CountDownLatch(1);
            executeInsistently(loop.loop(), last::countDown);
            assertThat(last.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(ran).as("what was taken runs").hasValue(taken);
        }
    }

    @KernelTest
    void aClosedLoopTakesNoTasksAndCanBeStoppedAgain(Kernel kernel) throws Exception {
        LoopThread loop = LoopThread.start(kernel, OPTIONS);
        EventLoop stopped = loop.loop();
        loop.close();
        assertThatThrownBy(() -> stopped.execute(() -> { }))
                .isInstanceOf(RejectedExecutionException.class).hasMessageContaining("closed");
        assertThatThrownBy(stopped::sample).isInstanceOf(RejectedExecutionException.class);
        stopped.stop();
        stopped.close();
    }

    /// Whatever was taken runs, also when the loop is closed at that moment; and a loop is stopped
    /// however many others want something of it.
    @KernelTest
    void everySampleThatWasTakenIsAnswered(Kernel kernel) throws Exception {
        for (int round = 0; round < 50; round++) {
            LoopThread loop = LoopThread.start(kernel, OPTIONS);
            List<CompletableFuture<LoopStatistics>> samples = new ArrayList<>();
            Thread asking = Thread.ofPlatform().start(() -> {
                while (true) {
                    try {
                        samples.add(loop.loop().sample());
                    } catch (RejectedExecutionException e) {
                        if (e.getMessage().contains("closed")) {
                            return;
                        }
                    }
                }
            });
            loop.stop();
            asking.join();
            for (CompletableFuture<LoopStatistics> sample : samples) {
                assertThat(sample.get(30, TimeUnit.SECONDS)).isNotNull();
            }
        }
    }

    @KernelTest
    void aScheduledTaskRunsAfterOthersThatAreDueBefore(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            List<String> order = new ArrayList<>();
            CountDownLatch done = new CountDownLatch(3);
            loop.call(() -> {
                for (int delay : new int[] {150, 0, 60}) {
                    loop.loop().schedule(Duration.ofMillis(delay), () -> {
                        order.add("after " + delay);
                        done.countDown();
                    });
                }
                return null;
            });
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            loop.stop();
            assertThat(order).containsExactly("after 0", "after 60", "after 150");
        }
    }

    @KernelTest
    void aScheduledTaskThatFailsHarmsNobody(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            CountDownLatch done = new CountDownLatch(2);
            loop.call(() -> {
                for (int i = 0; i < 2; i++) {
                    loop.loop().schedule(Duration.ofMillis(20), () -> {
                        done.countDown();
                        throw new IllegalStateException("thrown by a test's task on purpose");
                    });
                }
                return null;
            });
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(loop.<Integer>call(() -> 1)).isEqualTo(1);
        }
    }

    /// As some write "never".
    @KernelTest
    void anEndlessDelayNeitherFailsNorFires(Kernel kernel) throws Exception {
        Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
        EventLoopOptions options = OPTIONS.withTimeouts(forever, forever, forever);
        try (LoopThread loop = LoopThread.start(kernel, options)) {
            AtomicInteger fired = new AtomicInteger();
            loop.call(() -> {
                loop.loop().schedule(forever, fired::incrementAndGet);
                loop.loop().schedule(Duration.ofNanos(Long.MAX_VALUE), fired::incrementAndGet);
                return null;
            });
            CountDownLatch later = new CountDownLatch(1);
            loop.call(() -> {
                loop.loop().schedule(Duration.ofMillis(50), later::countDown);
                return null;
            });
            try (Peer peer = Peer.connect(loop.listen(Connection::send))) {
                assertThat(later.await(30, TimeUnit.SECONDS)).isTrue();
                assertThat(peer.send(new byte[] {7}).receive(1)).containsExactly(7);
            }
            assertThat(fired).hasValue(0);
        }
    }

    @KernelTest
    void aStoppingLoopBeginsNothingNew(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        Recorder late = new Recorder();
        CompletableFuture<Throwable> refused = new CompletableFuture<>();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, (_, _) -> { }));
            try (Peer peer = Peer.connect(address)) {
                Connection connection = Recorder.next(recorders).opened();
                loop.loop().stop();
                loop.until("the loop is stopping", () -> !connection.isOpen());
                loop.loop().execute(() -> {
                    loop.loop().connect(address, late);
                    try {
                        loop.loop().listen(ANY, late);
                    } catch (IllegalStateException e) {
                        refused.complete(e);
                    }
                    connection.abort();
                });
                assertThat(late.closed()).isEqualTo(CloseReason.of(CloseReason.Kind.STOPPED));
                assertThat(refused.get(30, TimeUnit.SECONDS)).hasMessageContaining("stop");
                assertThat(peer.receiveAll()).isEmpty();
            }
            loop.stop();
            assertThat(late.calls()).containsExactly("closed");
        }
    }

    @KernelTest
    void closingInsideACallbackIsRefusedWithWhatToDo(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            assertThatThrownBy(() -> loop.call(() -> {
                loop.loop().close();
                return null;
            })).hasCauseInstanceOf(IllegalStateException.class).hasMessageContaining("stop()");
            assertThatThrownBy(() -> loop.call(() -> {
                loop.loop().run();
                return null;
            })).hasCauseInstanceOf(IllegalStateException.class);
            assertThat(loop.<Integer>call(() -> 1)).isEqualTo(1);
        }
    }

    @KernelTest
    void anotherThreadIsRefusedBeforeAnythingHasChanged(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            EventLoop other = loop.loop();
            Listener listener =
                    loop.call(() -> other.listen(ANY, Recorder.each(recorders, Connection::send)));
            try (Peer peer = Peer.connect(listener.address())) {
                Connection connection = Recorder.next(recorders).opened();
                for (ThrowingCallable call : List.<ThrowingCallable>of(
                        other::run, other::close, listener::close,
                        () -> other.listen(ANY, Connection::send),
                        () -> other.connect(listener.address(), Connection::send),
                        () -> other.schedule(Duration.ZERO, () -> { }),
                        () -> connection.send(new byte[1]),
                        () -> connection.send(ByteBuffer.allocate(1)),
                        connection::pause, connection::resume, connection::finish,
                        connection::close, connection::abort)) {
                    assertThatThrownBy(call).isInstanceOf(WrongThreadException.class)
                            .hasMessageContaining("use execute()");
                }
                assertThat(peer.send(new byte[] {3}).receive(1)).containsExactly(3);
            }
        }
    }

    @KernelTest
    void memoryThatIsClosedIsRefusedBeforeAnythingIsSent(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(
                        Recorder.each(recorders, Connection::send)))) {
            Connection connection = Recorder.next(recorders).opened();
            Arena arena = Arena.ofShared();
            MemorySegment bytes = arena.allocate(100_000);
            arena.close();
            assertThatThrownBy(() -> loop.call(() -> connection.send(bytes)))
                    .hasCauseInstanceOf(IllegalStateException.class);
            assertThat(loop.call(connection::unsent)).isZero();
            assertThat(loop.call(() -> connection.send(MemorySegment.NULL))).isTrue();
            assertThat(peer.send(new byte[] {3}).receive(1)).containsExactly(3);
            assertThat(loop.stop().copyMemory()).isZero();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
