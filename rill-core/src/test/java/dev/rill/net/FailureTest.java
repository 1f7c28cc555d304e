package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.Errno;
import dev.rill.kernel.Kernel;
import dev.rill.net.CloseReason.Kind;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Received;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Peer;
import dev.rill.testing.Recorder;
import dev.rill.testing.Rig;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/// What happens to a connection when its peer or its handler fails, and that nobody else notices.
@Timeout(60)
class FailureTest {

    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults();

    private static void expectEcho(Peer peer) throws Exception {
        byte[] bytes = Rig.pattern(5000, 3);
        Bytes.expectSame(peer.send(bytes).receive(5000), bytes);
    }

    @KernelTest
    void aPeersResetIsAFailureOfThatConnectionAlone(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress address =
                    loop.listen(Recorder.each(recorders, Connection::send));
            try (Peer bad = Peer.connect(address); Peer good = Peer.connect(address)) {
                expectEcho(bad);
                expectEcho(good);
                bad.reset();
                Recorder recorder = Recorder.next(recorders);
                assertThat(recorder.closed())
                        .isEqualTo(new CloseReason(Kind.FAILED, Errno.ECONNRESET));
                assertThat(recorder.calls()).containsExactly("opened", "received", "closed");
                expectEcho(good);
            }
        }
    }

    /// Q34: who is armed with so many pieces before the end is not told of it.
    @KernelTest
    void anEndBehindMoreThanIsReceivedAtOnceIsNoticed(Kernel kernel) throws Exception {
        Path path = Path.of(System.getProperty("java.io.tmpdir"),
                "rill-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
        BlockingQueue<Recorder> recorders = Recorder.queue();
        BufferGroupOptions buffers = BufferGroupOptions.classic(0, 64, 16);
        byte[] bytes = Rig.pattern(40 * 16, 7);
        try (LoopThread loop = LoopThread.start(kernel,
                OPTIONS.withBuffers(buffers).withHeldMax(Long.MAX_VALUE))) {
            ConnectionHandler paused = Recorder.each(recorders, new ConnectionHandler() {
                @Override
                public void opened(Connection connection) {
                    connection.pause();
                }

                @Override
                public void received(Connection connection, Received data) {
                }

                @Override
                public void ended(Connection connection) {
                    connection.finish();
                }
            });
            SocketAddress tcp = loop.listen(paused);
            SocketAddress unix = loop.call(() -> loop.loop()
                    .listen(UnixDomainSocketAddress.of(path), paused).address());
            for (SocketAddress address : List.of(tcp, unix)) {
                Peer peer = Peer.connect(address).send(bytes);
                Recorder recorder = Recorder.next(recorders);
                Connection connection = recorder.opened();
                if (address == tcp) {
                    peer.reset();
                } else {
                    peer.leave();
                }
                loop.call(() -> {
                    connection.resume();
                    return null;
                });
                recorder.closed();
                Bytes.expectSame(recorder.bytes(), bytes);
            }
        } finally {
            Files.deleteIfExists(path);
        }
    }

    @KernelTest
    void aResetWhileMuchIsUnsentGivesEverythingBack(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress address =
                    loop.listen(Recorder.each(recorders, Connection::send));
            try (Peer good = Peer.connect(address)) {
                Recorder.next(recorders);
                for (int i = 0; i < 20; i++) {
                    Peer bad = Peer.connectNarrow(address);
                    bad.sendMeanwhile(Rig.pattern(8 << 20, i)); // and reads nothing of it
                    Connection connection = Recorder.next(recorders).opened();
                    loop.until("the echo is stuck",
                            () -> connection.unsent() > OPTIONS.unsentLow());
                    expectEcho(good);
                    bad.reset();
                }
                loop.until("all of them are gone",
                        () -> loop.loop().statistics().connections() == 1);
                expectEcho(good);
                LoopStatistics now = loop.call(() -> loop.loop().statistics());
                assertThat(now.buffersHeld()).isZero();
                assertThat(now.parked()).isZero();
            }
        }
    }

    /// The peer ends its own direction, so the error comes from sending.
    @KernelTest
    @SuppressWarnings("try") // closing the peer early is what is tested
    void aPeerThatTakesNoMoreIsAFailureAfterItsLastByte(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders,
                        new ConnectionHandler() {
                            @Override
                            public void received(Connection connection, Received data) {
                            }

                            @Override
                            public void ended(Connection connection) {
                                connection.send(new byte[1]); // is answered with a reset
                            }
                        })))) {
            peer.send(Rig.pattern(3000, 1));
            peer.close();
            Recorder recorder = Recorder.next(recorders);
            recorder.ended();
            Connection connection = recorder.opened();
            loop.until("sending fails", () ->
                    recorder.isClosed() || connection.send(new byte[1]) && recorder.isClosed());
            CloseReason reason = recorder.closed();
            assertThat(reason.kind()).isEqualTo(Kind.FAILED);
            assertThat(reason.errno()).isIn(Errno.EPIPE, Errno.ECONNRESET);
            Bytes.expectSame(recorder.bytes(), Rig.pattern(3000, 1));
        }
    }

    @KernelTest
    void aHandlerThatFailsLosesItsConnectionAndNobodyElses(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            try (Peer good = Peer.connect(loop.listen(Connection::send))) {
                for (String when : List.of("opened", "received", "ended", "drained", "closed")) {
                    BlockingQueue<Recorder> recorders = Recorder.queue();
                    InetSocketAddress address =
                            loop.listen(Recorder.each(recorders, new Failing(when)));
                    try (Peer bad = Peer.connect(address)) {
                        bad.sendMeanwhile(new byte[1_000_000]).thenAccept(Peer::end);
                        bad.receiveMeanwhile();
                        Recorder recorder = Recorder.next(recorders);
                        assertThat(recorder.closed().kind()).as(when).isEqualTo(
                                when.equals("closed") ? Kind.ENDED : Kind.HANDLER_FAILED);
                        assertThat(recorder.calls()).as(when).contains(when)
                                .containsOnlyOnce("closed").endsWith("closed");
                    }
                    expectEcho(good);
                }
            }
            assertThat(loop.stop().buffersHeld()).isZero();
        }
    }

    /// Fails in one of its methods; until then it echoes.
    private record Failing(String when) implements ConnectionHandler {
        private void maybe(String now) {
            if (now.equals(when)) {
                throw new IllegalStateException("thrown by a test's handler on purpose: " + when);
            }
        }

        @Override
        public void opened(Connection connection) {
            if (when.equals("drained")) {
                connection.pause();
                connection.send(new byte[1_000_000]);
            }
            maybe("opened");
        }

        @Override
        public void received(Connection connection, Received data) {
            connection.send(data);
            maybe("received");
        }

        @Override
        public void ended(Connection connection) {
            maybe("ended");
            connection.finish();
        }

        @Override
        public void drained(Connection connection) {
            maybe("drained");
        }

        @Override
        public void closed(Connection connection, CloseReason reason) {
            maybe("closed");
        }
    }

    @KernelTest
    void aConnectionAbortedByAnotherInTheSameTurnTakesNothing(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, Connection::send));
            try (Peer one = Peer.connect(address)) {
                Recorder first = Recorder.next(recorders);
                try (Peer two = Peer.connect(address)) {
                    Connection second = Recorder.next(recorders).opened();
                    CompletableFuture<Boolean> taken = new CompletableFuture<>();
                    loop.call(() -> {
                        first.opened().handler((_, data) -> {
                            second.send(data);
                            second.abort();
                            taken.complete(second.send(data));
                        });
                        return null;
                    });
                    one.send(new byte[10_000]);
                    assertThat(taken.get(30, TimeUnit.SECONDS)).isFalse();
                    two.receiveAll();
                    loop.until("it is gone", () -> loop.loop().statistics().connections() == 1);
                    LoopStatistics now = loop.call(() -> loop.loop().statistics());
                    assertThat(now.buffersHeld()).isZero();
                }
            }
        }
    }

    @KernelTest
    void aConnectionOnWhichNothingMovesIsClosedAsIdle(Kernel kernel) throws Exception {
        EventLoopOptions options = OPTIONS.withTimeouts(
                Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofSeconds(5));
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, options)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, Connection::send));
            try (Peer busy = Peer.connect(address); Peer quiet = Peer.connect(address)) {
                Recorder busyRecorder = Recorder.next(recorders);
                Recorder quietRecorder = Recorder.next(recorders);
                while (!quietRecorder.isClosed()) {
                    busy.send(new byte[] {1}).receive(1);
                }
                assertThat(quietRecorder.closed()).isEqualTo(CloseReason.of(Kind.IDLE));
                assertThat(quiet.receiveAll()).isEmpty();
                assertThat(busyRecorder.isClosed()).as("activity postpones it").isFalse();
                assertThat(busyRecorder.closed()).isEqualTo(CloseReason.of(Kind.IDLE));
            }
        }
    }

    /// Sending counts as much as receiving.
    @KernelTest
    void aConnectionThatOnlySendsIsNotIdle(Kernel kernel) throws Exception {
        EventLoopOptions options = OPTIONS.withTimeouts(
                Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofSeconds(5));
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, options)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, (_, _) -> { }));
            try (Peer listening = Peer.connect(address); Peer quiet = Peer.connect(address)) {
                Recorder sender = Recorder.next(recorders);
                Recorder other = Recorder.next(recorders);
                Connection connection = sender.opened();
                while (!other.isClosed()) {
                    assertThat(loop.call(() -> connection.send(new byte[] {5}))).isTrue();
                    assertThat(listening.receive(1)).containsExactly(5);
                }
                assertThat(other.closed()).isEqualTo(CloseReason.of(Kind.IDLE));
                assertThat(sender.isClosed()).isFalse();
                assertThat(quiet.receiveAll()).isEmpty();
            }
        }
    }
}
