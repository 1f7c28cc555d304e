package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Received;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.OlderKernel;
import dev.rill.testing.Peer;
import dev.rill.testing.Rig;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/// What comes in goes out again, in order, whatever its size and however many do it at once; ends
/// are passed on.
@Timeout(120)
class EchoTest {

    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults();
    private static final int CROWD = 200;

    private static void expectEcho(InetSocketAddress address, int length) throws Exception {
        byte[] sent = Rig.pattern(length, length);
        try (Peer peer = Peer.connect(address)) {
            peer.sendMeanwhile(sent).thenAccept(Peer::end);
            Bytes.expectSame(peer.receiveAll(), sent);
        }
    }

    @KernelTest
    void everyByteComesBackInOrderAndThenTheEnd(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress address = loop.listen(Connection::send);
            for (int length : new int[] {0, 1, 100, 4095, 4096, 4097, 65_535, 65_536,
                262_143, 262_144, 262_145, 1 << 20, 20 << 20}) {
                expectEcho(address, length);
            }
        }
    }

    @KernelTest
    void copiesOfAllKindsComeBackAsWell(Kernel kernel) throws Exception {
        List<ConnectionHandler> kinds = List.of(
                (connection, data) -> connection.send(data.toArray()),
                (connection, data) -> connection.send(data.segment()),
                (connection, data) -> connection.send(data.asByteBuffer()),
                (connection, data) -> {
                    ByteBuffer direct = ByteBuffer.allocateDirect(data.length() + 5).position(5);
                    direct.put(data.asByteBuffer()).position(5);
                    connection.send(direct);
                    assertThat(direct.hasRemaining()).isFalse();
                },
                EchoTest::sendHalfAndHalf);
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            for (ConnectionHandler kind : kinds) {
                InetSocketAddress address = loop.listen(kind);
                for (int length : new int[] {1, 16_384, 300_000, 4 << 20}) {
                    expectEcho(address, length);
                }
            }
        }
    }

    /// In-place bytes between two copies must not overtake them.
    private static void sendHalfAndHalf(Connection connection, Received data) {
        if (data.get(0) % 2 == 0 || data.length() < 2) {
            connection.send(data);
        } else {
            byte[] all = data.toArray();
            int half = all.length / 2;
            connection.send(Bytes.cut(all, 0, half));
            connection.send(ByteBuffer.wrap(all, half, all.length - half));
        }
    }

    @KernelTest
    void twoHundredAtOnceEachGetTheirOwn(Kernel kernel) throws Exception {
        for (BufferGroupOptions buffers : new BufferGroupOptions[] {
            BufferGroupOptions.incremental(0), BufferGroupOptions.classic(0, 256, 4096)}) {
            try (LoopThread loop = LoopThread.start(kernel, OPTIONS.withBuffers(buffers))) {
                expectCrowdServed(loop);
                LoopStatistics last = loop.stop();
                assertThat(last.accepted()).isEqualTo(CROWD);
                assertThat(last.bytesReceived()).isEqualTo(last.bytesSent());
                assertThat(last.buffersHeld()).isZero();
                // Where there are no incremental rings the group has more and smaller ones.
                assertThat(last.buffersLent())
                        .isBetween(buffers.lentMin(), last.group().buffers());
            }
        }
    }

    private static void expectCrowdServed(LoopThread loop) throws Exception {
        InetSocketAddress address = loop.listen(Connection::send);
        List<Peer> peers = new ArrayList<>();
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                peers.add(Peer.connect(address));
            }
            for (int i = 0; i < CROWD; i++) {
                peers.get(i).sendMeanwhile(Rig.pattern(length(i), i)).thenAccept(Peer::end);
                answers.add(peers.get(i).receiveMeanwhile());
            }
            for (int i = 0; i < CROWD; i++) {
                Bytes.expectSame(answers.get(i).get(60, TimeUnit.SECONDS),
                        Rig.pattern(length(i), i));
            }
        } finally {
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    private static int length(int peer) {
        return 1 + peer * peer * 7;
    }

    /// What a loop does without: deferred task work, a single issuer, incremental buffers.
    @KernelTest
    void olderKernelsServeAsWell(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(OlderKernel.v5_17(kernel), OPTIONS)) {
            assertThat(loop.call(() -> loop.loop().stepDowns())).isNotEmpty();
            expectCrowdServed(loop);
            expectEcho(loop.listen(Connection::send), 8 << 20);
        }
    }
}
