package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.Kernels;
import dev.rill.kernel.Kernel;
import dev.rill.ring.Received;
import dev.rill.ring.Feature;
import dev.rill.ring.Probe;
import dev.rill.ring.StepDown;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Peer;
import dev.rill.testing.Recorder;
import dev.rill.testing.Rig;
import dev.rill.testing.Seeds;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Demand in bytes: nothing comes that was not asked for, nothing is lost, and what comes too much
/// is counted and made up for.
@Timeout(60)
class CreditTest {

    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults();

    /// Asks for nothing at first.
    private static final class Patient implements ConnectionHandler {
        @Override
        public void opened(Connection connection) {
            connection.request(0);
        }

        @Override
        public void received(Connection connection, Received data) {
        }
    }

    private static void on(LoopThread loop, Runnable action) throws Exception {
        loop.call(() -> {
            action.run();
            return null;
        });
    }

    @KernelTest
    void onlyWhatWasAskedForComes(Kernel kernel) throws Exception {
        expectOnlyWhatWasAskedFor(kernel,
                Probe.run(kernel).has(Feature.MULTISHOT_LIMIT));
    }

    @Test
    void whereTheKernelTakesNoLimitItIsTheSameAndNeverTooMuch() throws Exception {
        try (Kernel old = Kernels.inProcess("6.12.107")) {
            expectOnlyWhatWasAskedFor(old, false);
        }
    }

    private static void expectOnlyWhatWasAskedFor(Kernel kernel, boolean capped)
            throws Exception {
        Random random = Seeds.random("CreditTest");
        byte[] bytes = Rig.pattern(300_000, 1);
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders, new Patient())))) {
            CompletableFuture<Peer> sent = peer.sendMeanwhile(bytes);
            Recorder recorder = Recorder.next(recorders);
            Connection connection = recorder.opened();
            for (int turn = 0; turn < 20; turn++) {
                assertThat(loop.call(recorder::size)).isZero();
            }
            long asked = 0;
            int most = 0;
            while (loop.call(recorder::size) < bytes.length - 10_000) {
                int more = 1 + random.nextInt(1 << random.nextInt(14));
                asked += more;
                most = Math.max(most, more);
                on(loop, () -> connection.request(more));
                long wanted = Math.min(asked, bytes.length);
                loop.until("what was asked for is there", () -> recorder.size() >= wanted);
                long left = asked - loop.call(recorder::size);
                assertThat(loop.call(connection::requested)).isEqualTo(left);
                assertThat(-left).isLessThan(capped ? most : 1);
            }
            assertThat(loop.call(() -> loop.loop().statistics().bytesOvershot()) > 0)
                    .as("the limit is the kernel's").isIn(capped, false);
            assertThat(loop.call(() -> loop.loop().stepDowns()))
                    .extracting(StepDown::what).filteredOn("io_uring_sqe.optlen"::equals)
                    .hasSize(capped ? 0 : 1);
            on(loop, () -> connection.request(Long.MAX_VALUE));
            sent.get(30, TimeUnit.SECONDS).end();
            recorder.ended();
            Bytes.expectSame(recorder.bytes(), bytes);
        }
    }

    @KernelTest
    void aLimitMayComeLaterAndGoAgain(Kernel kernel) throws Exception {
        byte[] bytes = Rig.pattern(200_000, 2);
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders,
                        (_, _) -> { })))) {
            peer.send(Bytes.cut(bytes, 0, 100));
            Recorder recorder = Recorder.next(recorders);
            Connection connection = recorder.opened();
            loop.until("it comes by itself", () -> recorder.size() == 100);
            assertThat(loop.call(connection::requested)).isEqualTo(Long.MAX_VALUE);
            on(loop, () -> connection.request(50));
            CompletableFuture<Peer> sent =
                    peer.sendMeanwhile(Bytes.cut(bytes, 100, bytes.length - 100));
            loop.until("the next fifty are there", () -> connection.requested() <= 0);
            int before = loop.call(() -> {
                connection.request(1000 - connection.requested());
                assertThat(connection.requested()).isEqualTo(1000);
                connection.pause();
                return recorder.size();
            });
            on(loop, connection::resume);
            loop.until("a thousand more", () -> connection.requested() <= 0);
            assertThat(loop.call(recorder::size)).isBetween(before + 1000, before + 1999);
            on(loop, () -> connection.request(Long.MAX_VALUE));
            sent.get(30, TimeUnit.SECONDS).end();
            recorder.ended();
            Bytes.expectSame(recorder.bytes(), bytes);
        }
    }

    @KernelTest
    void whatWasAskedForCannotBeTakenBack(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders, new Patient())))) {
            Connection connection = Recorder.next(recorders).opened();
            on(loop, () -> {
                assertThatThrownBy(() -> connection.request(-1))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("bytes=-1").hasMessageContaining("pause()");
                connection.request(Long.MAX_VALUE - 1);
                connection.request(Long.MAX_VALUE - 1);
                assertThat(connection.requested()).isEqualTo(Long.MAX_VALUE);
            });
            assertThatThrownBy(() -> connection.request(1))
                    .isInstanceOf(WrongThreadException.class);
            assertThat(peer.localAddress()).isNotNull();
        }
    }

    @Test
    void creditIsArithmetic() {
        Credit credit = new Credit();
        assertThat(credit.any()).isTrue();
        assertThat(credit.received(100)).isZero();
        credit.request(0);
        assertThat(credit.any()).isFalse();
        credit.request(10);
        assertThat(credit.limit()).isEqualTo(10);
        assertThat(credit.received(7)).isZero();
        assertThat(credit.received(5)).isEqualTo(2);
        assertThat(credit.received(5)).isEqualTo(5);
        assertThat(credit.left()).isEqualTo(-7);
        credit.request(7);
        assertThat(credit.any()).isFalse();
        credit.request(1);
        assertThat(credit.limit()).isEqualTo(1);
        credit.request(1L << 40);
        assertThat(credit.limit()).isEqualTo(Integer.MAX_VALUE);
    }
}
