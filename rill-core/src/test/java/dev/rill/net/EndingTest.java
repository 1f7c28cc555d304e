package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.net.CloseReason.Kind;
import dev.rill.ring.Received;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Peer;
import dev.rill.testing.Recorder;
import dev.rill.testing.Rig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/// The ways a connection ends when everybody behaves: half-close in both orders, close, abort.
@Timeout(60)
class EndingTest {

    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults();
    private static final int MUCH = 6 << 20; // more than sockets take for one who does not read

    private static EventLoopOptions linger(Duration linger) {
        return OPTIONS.withTimeouts(Duration.ZERO, Duration.ofSeconds(10), linger);
    }

    /// Does something with each new connection and lets the rest be.
    private interface OnOpen extends ConnectionHandler {
        @Override
        void opened(Connection connection);

        @Override
        default void received(Connection connection, Received data) {
        }
    }

    private static void on(LoopThread loop, Runnable action) throws Exception {
        loop.call(() -> {
            action.run();
            return null;
        });
    }

    @KernelTest
    void whenThePeerEndsFirstTheAnswerStillArrives(Kernel kernel) throws Exception {
        byte[] answer = Rig.pattern(MUCH, 1);
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders,
                        new ConnectionHandler() {
                            @Override
                            public void received(Connection connection, Received data) {
                            }

                            @Override
                            public void ended(Connection connection) {
                                connection.send(answer);
                                connection.finish();
                            }
                        })))) {
            peer.send(Rig.pattern(1000, 2)).end();
            Bytes.expectSame(peer.receiveAll(), answer);
            Recorder recorder = Recorder.next(recorders);
            assertThat(recorder.closed()).isEqualTo(CloseReason.of(Kind.ENDED));
            Bytes.expectSame(recorder.bytes(), Rig.pattern(1000, 2));
        }
    }

    @KernelTest
    void whoFinishesFirstStillReceives(Kernel kernel) throws Exception {
        byte[] greeting = Rig.pattern(50_000, 1);
        byte[] answer = Rig.pattern(MUCH, 2);
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders,
                        (OnOpen) connection -> {
                            connection.send(greeting);
                            connection.finish();
                            connection.finish();
                        })))) {
            Bytes.expectSame(peer.receiveAll(), greeting);
            peer.send(answer).end();
            Recorder recorder = Recorder.next(recorders);
            assertThat(recorder.closed()).isEqualTo(CloseReason.of(Kind.ENDED));
            Bytes.expectSame(recorder.bytes(), answer);
            assertThat(recorder.calls()).containsExactly("opened", "received", "ended", "closed");
        }
    }

    @KernelTest
    void aConnectionWhosePeerHasEndedStaysUntilTheProgramFinishes(Kernel kernel)
            throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders,
                        new ConnectionHandler() {
                            @Override
                            public void received(Connection connection, Received data) {
                            }

                            @Override
                            public void ended(Connection connection) {
                                // later
                            }
                        })))) {
            peer.end();
            Recorder recorder = Recorder.next(recorders);
            recorder.ended();
            Connection connection = recorder.opened();
            assertThat(loop.call(connection::isOpen)).isTrue();
            assertThat(loop.call(() -> connection.send(new byte[] {9}))).isTrue();
            assertThat(peer.receive(1)).containsExactly(9);
            assertThat(recorder.isClosed()).isFalse();
            on(loop, connection::finish);
            assertThat(peer.receiveAll()).isEmpty();
            assertThat(recorder.closed()).isEqualTo(CloseReason.of(Kind.ENDED));
        }
    }

    @KernelTest
    void closingDeliversWhatIsUnsentAndDiscardsWhatComes(Kernel kernel) throws Exception {
        byte[] bytes = Rig.pattern(MUCH, 1);
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, linger(Duration.ofSeconds(30)));
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders,
                        (OnOpen) connection -> {
                            connection.send(bytes);
                            connection.close();
                            connection.close();
                        })))) {
            Recorder recorder = Recorder.next(recorders);
            Connection connection = recorder.opened();
            assertThat(loop.call(() -> connection.send(new byte[1]))).isFalse();
            peer.send(new byte[300_000]); // nobody wants it, and nobody is stopped by it
            loop.until("what came was discarded",
                    () -> loop.loop().statistics().bytesDiscarded() == 300_000);
            assertThat(recorder.isClosed()).isFalse();
            Bytes.expectSame(peer.receiveAll(), bytes);
            peer.end();
            assertThat(recorder.closed()).isEqualTo(CloseReason.of(Kind.CLOSED));
            assertThat(recorder.calls()).containsExactly("opened", "closed");
        }
    }

    @KernelTest
    void aPausedConnectionThatIsClosedStillSeesThePeersEnd(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, linger(Duration.ZERO));
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders,
                        (OnOpen) Connection::pause)))) {
            Recorder recorder = Recorder.next(recorders);
            peer.send(new byte[100]);
            on(loop, recorder.opened()::close);
            assertThat(peer.receiveAll()).isEmpty();
            peer.end();
            assertThat(recorder.closed()).isEqualTo(CloseReason.of(Kind.CLOSED));
            assertThat(recorder.size()).isZero();
        }
    }

    @KernelTest
    void aPeerThatNeverEndsIsWaitedForAsLongAsTheLingerTimeoutSays(Kernel kernel)
            throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, linger(Duration.ofMillis(50)));
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders,
                        (OnOpen) connection -> {
                            connection.send(new byte[MUCH]); // and never takes all of this
                            connection.close();
                        })))) {
            assertThat(Recorder.next(recorders).closed()).isEqualTo(CloseReason.of(Kind.CLOSED));
            assertThat(peer.receive(1)).containsExactly(0);
        }
    }

    @KernelTest
    void abortingDropsEverythingAtOnce(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, linger(Duration.ZERO));
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders,
                        (OnOpen) connection -> connection.send(new byte[MUCH]))))) {
            Recorder recorder = Recorder.next(recorders);
            on(loop, recorder.opened()::abort);
            on(loop, recorder.opened()::abort);
            assertThat(recorder.closed()).isEqualTo(CloseReason.of(Kind.CLOSED));
            assertThat(recorder.calls()).containsExactly("opened", "closed");
            assertThat(peer.receive(1)).containsExactly(0);
            assertThat(loop.stop().bytesSent()).isLessThan(MUCH);
        }
    }

    /// What a handler does to its own connection inside its own callback.
    @KernelTest
    void aConnectionMayEndItselfInAnyCallback(Kernel kernel) throws Exception {
        for (String when : List.of("opened", "received", "ended", "drained")) {
            for (boolean abort : new boolean[] {false, true}) {
                BlockingQueue<Recorder> recorders = Recorder.queue();
                try (LoopThread loop = LoopThread.start(kernel, linger(Duration.ofSeconds(30)));
                        Peer peer = Peer.connect(loop.listen(Recorder.each(recorders,
                                new Ending(when, abort))))) {
                    peer.sendMeanwhile(Rig.pattern(1_000_000, 1)).thenAccept(Peer::end);
                    peer.receiveMeanwhile();
                    Recorder recorder = Recorder.next(recorders);
                    assertThat(recorder.closed()).as("%s, abort: %s", when, abort)
                            .isEqualTo(CloseReason.of(Kind.CLOSED));
                    assertThat(recorder.calls()).as("%s, abort: %s", when, abort)
                            .containsOnlyOnce("closed").endsWith(when, "closed");
                    LoopStatistics last = loop.stop();
                    assertThat(last.connections()).isZero();
                    assertThat(last.buffersHeld()).isZero();
                }
            }
        }
    }

    /// Ends its connection at some point; until then it echoes.
    private record Ending(String when, boolean abort) implements ConnectionHandler {
        private void maybe(String now, Connection connection) {
            if (now.equals(when)) {
                if (abort) {
                    connection.abort();
                } else {
                    connection.close();
                }
            }
        }

        @Override
        public void opened(Connection connection) {
            if (when.equals("drained")) {
                connection.pause();
                connection.send(new byte[1_000_000]);
            }
            maybe("opened", connection);
        }

        @Override
        public void received(Connection connection, Received data) {
            if (!when.equals("ended")) {
                connection.send(data);
            }
            maybe("received", connection);
            assertThat(connection.send(data)).isEqualTo(when.equals("ended"));
        }

        @Override
        public void ended(Connection connection) {
            maybe("ended", connection);
        }

        @Override
        public void drained(Connection connection) {
            maybe("drained", connection);
        }
    }

    @KernelTest
    void whatIsGoneTakesNothingAndHasNoAddress(Kernel kernel) throws Exception {
        CompletableFuture<Connection> gone = new CompletableFuture<>();
        CompletableFuture<Boolean> sent = new CompletableFuture<>();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress address = loop.listen(new ConnectionHandler() {
                @Override
                public void received(Connection connection, Received data) {
                    connection.send(data);
                }

                @Override
                public void closed(Connection connection, CloseReason reason) {
                    sent.complete(connection.send(new byte[1]) || connection.isOpen());
                    connection.pause();
                    connection.resume();
                    connection.finish();
                    connection.close();
                    connection.abort();
                    gone.complete(connection);
                }
            });
            try (Peer peer = Peer.connect(address)) {
                peer.end();
                assertThat(peer.receiveAll()).isEmpty();
            }
            Connection connection = gone.get(30, TimeUnit.SECONDS);
            assertThat(sent.get(30, TimeUnit.SECONDS)).isFalse();
            try (Peer next = Peer.connect(address)) { // likely with the same descriptor
                assertThat(next.send(new byte[] {1}).receive(1)).containsExactly(1);
                assertThatThrownBy(() -> loop.call(connection::remoteAddress))
                        .hasCauseInstanceOf(KernelException.class);
                assertThatThrownBy(() -> loop.call(connection::localAddress))
                        .hasCauseInstanceOf(KernelException.class);
                assertThat(loop.call(connection::unsent)).isZero();
            }
        }
    }
}
