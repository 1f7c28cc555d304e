package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.net.CloseReason.Kind;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Received;
import dev.rill.testing.Bytes;
import dev.rill.testing.FullBacklog;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Peer;
import dev.rill.testing.Recorder;
import dev.rill.testing.Rig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/// The end of a loop: what was accepted is delivered first, unless somebody insists.
@Timeout(60)
class StopTest {

    private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);
    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults()
            .withTimeouts(Duration.ZERO, Duration.ZERO, Duration.ofMinutes(5));
    private static final int MUCH = 12 << 20;

    @KernelTest
    void whatWasReceivedBeforeTheStopIsDeliveredToASlowReader(Kernel kernel) throws Exception {
        byte[] bytes = Rig.pattern(MUCH, 1);
        BlockingQueue<Recorder> recorders = Recorder.queue();
        // Everything may be unsent, so that the peer can hand over all before it reads.
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS.withUnsent(MUCH, MUCH))) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, Connection::send));
            try (Peer peer = Peer.connect(address)) {
                peer.send(bytes);
                Recorder recorder = Recorder.next(recorders);
                loop.until("all was received", () -> recorder.size() == MUCH);
                loop.loop().stop();
                Connection connection = recorder.opened();
                loop.until("the loop is stopping", () -> !connection.isOpen());
                assertThat(loop.call(connection::unsent)).isPositive();
                Bytes.expectSame(peer.receiveAll(), bytes);
                peer.end();
                LoopStatistics last = loop.stop();
                assertThat(last.bytesSent()).isEqualTo(MUCH);
                assertThat(recorder.closed()).isEqualTo(CloseReason.of(Kind.STOPPED));
            }
        }
    }

    @KernelTest
    void theSecondStopDropsWhatIsLeft(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, Connection::send));
            try (Peer peer = Peer.connect(address)) {
                peer.sendMeanwhile(Rig.pattern(MUCH, 1));
                Recorder recorder = Recorder.next(recorders);
                Connection connection = recorder.opened();
                loop.until("much is unsent", () -> connection.unsent() > OPTIONS.unsentLow());
                loop.loop().stop();
                loop.until("the loop is stopping", () -> !connection.isOpen());
                assertThat(recorder.isClosed()).isFalse();
                loop.loop().stop();
                assertThat(recorder.closed()).isEqualTo(CloseReason.of(Kind.STOPPED));
                LoopStatistics last = loop.stop();
                assertThat(last.connections()).isZero();
                assertThat(last.buffersHeld()).isZero();
            }
        }
    }

    @KernelTest
    void aLingeringConnectionDoesNotHoldTheStopUpForEver(Kernel kernel) throws Exception {
        EventLoopOptions options = OPTIONS.withTimeouts(
                Duration.ZERO, Duration.ZERO, Duration.ofMillis(50));
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, options);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders, (_, _) -> { })))) {
            Recorder recorder = Recorder.next(recorders);
            assertThat(loop.stop().connections()).isZero();
            assertThat(recorder.closed()).isEqualTo(CloseReason.of(Kind.STOPPED));
            assertThat(peer.receiveAll()).isEmpty();
        }
    }

    @KernelTest
    void nobodyIsAcceptedAfterTheStop(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, Connection::send));
            try (Peer peer = Peer.connect(address)) {
                Connection connection = Recorder.next(recorders).opened();
                loop.loop().stop();
                loop.until("the loop is stopping", () -> !connection.isOpen());
                try (Peer late = Peer.connect(address)) {
                    assertThat(late.receiveAll()).as("not served").isEmpty();
                } catch (IOException e) {
                    assertThat(e).hasMessageMatching(".*(refused|reset).*");
                }
                peer.end();
                assertThat(peer.receiveAll()).isEmpty();
            }
            assertThat(loop.stop().accepted()).isEqualTo(1);
        }
    }

    @KernelTest
    void aLoopWithoutConnectionsEndsAtOnceAndWithoutListenersToo(Kernel kernel)
            throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            assertThat(loop.stop().connections()).isZero();
        }
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            loop.listen(Connection::send);
            assertThat(loop.stop().connections()).isZero();
        }
    }

    /// Paused, slowed down, waiting for memory, half closed, connecting, closing: all at once.
    @KernelTest
    @SuppressWarnings("try") // ends before its resources do, on purpose
    void everyKindOfConnectionEndsOnClosing(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        List<Recorder> all = new ArrayList<>();
        List<Peer> peers = new ArrayList<>();
        EventLoopOptions options = OPTIONS.withBuffers(BufferGroupOptions.incremental(0, 2, 4096));
        try (LoopThread loop = LoopThread.start(kernel, options);
                FullBacklog full = FullBacklog.open(StandardProtocolFamily.INET, ANY)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, new Moody()));
            for (int mood = 0; mood < Moody.MOODS; mood++) {
                for (int i = 0; i < 3; i++) {
                    Peer peer = Peer.connectNarrow(address);
                    peers.add(peer);
                    byte[] bytes = new byte[2 << 20];
                    bytes[0] = (byte) mood;
                    peer.sendMeanwhile(bytes);
                    all.add(Recorder.next(recorders));
                }
            }
            Recorder connecting = new Recorder();
            loop.call(() -> loop.loop().connect(full.address(), connecting));
            all.add(connecting);
            for (Recorder recorder : all) {
                if (recorder != connecting) {
                    loop.until("everyone has had a turn", () -> recorder.size() > 0);
                }
            }
            loop.close();
            for (Recorder recorder : all) {
                assertThat(recorder.closed().kind()).isIn(Kind.STOPPED, Kind.CLOSED);
                assertThat(recorder.calls()).containsOnlyOnce("closed").endsWith("closed");
            }
        } finally {
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    /// The first byte of a peer says how its connection is treated.
    private static final class Moody implements ConnectionHandler {
        private static final int MOODS = 5;

        @Override
        public void received(Connection connection, Received data) {
            if (connection.attachment() == null) {
                connection.attach(data.get(0));
                switch (data.get(0)) {
                    case 0 -> connection.pause();
                    case 1 -> connection.finish();
                    case 2 -> connection.close();
                    default -> {
                        // echoes: stuck, slowed down, or without memory
                    }
                }
            }
            connection.send(data);
        }
    }

    @KernelTest
    void theLoopEndsWhenAHandlerStopsIt(Kernel kernel) throws Exception {
        CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress address = loop.listen(new ConnectionHandler() {
                @Override
                public void received(Connection connection, Received data) {
                    connection.send(data);
                    connection.loop().stop();
                }

                @Override
                public void closed(Connection connection, CloseReason reason) {
                    closed.complete(reason);
                }
            });
            try (Peer peer = Peer.connect(address)) {
                peer.send(new byte[] {4});
                assertThat(peer.receiveAll()).containsExactly(4);
                peer.end();
                assertThat(closed.get(30, TimeUnit.SECONDS))
                        .isEqualTo(CloseReason.of(Kind.STOPPED));
            }
            assertThat(loop.stop().connections()).isZero();
        }
    }
}
