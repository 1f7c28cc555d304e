package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.RegisterOp;
import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Feature;
import dev.rill.ring.Hold;
import dev.rill.ring.Received;
import dev.rill.ring.UnreadBytes;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Needs;
import dev.rill.testing.OlderKernel;
import dev.rill.testing.Peer;
import dev.rill.testing.Recorder;
import dev.rill.testing.Rig;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Connections with receive memory of their own, and buffers of several sizes.
@Timeout(120)
class BufferLayoutTest {

    private static final int SIZE = 4096;
    private static final BufferGroupOptions FEW = BufferGroupOptions.incremental(0, 2, SIZE);
    private static final EventLoopOptions OWN = EventLoopOptions.defaults()
            .withLayout(BufferLayout.perConnection(2, FEW));

    private static BufferGroup groupOf(LoopThread loop, Recorder recorder) throws Exception {
        Connection connection = recorder.opened();
        return loop.call(connection::group);
    }

    private static LoopStatistics now(LoopThread loop) throws Exception {
        return loop.call(() -> loop.loop().statistics());
    }

    private static void expectEcho(Peer peer, int length) throws Exception {
        byte[] bytes = Rig.pattern(length, length);
        CompletableFuture<Peer> sent = peer.sendMeanwhile(bytes);
        Bytes.expectSame(peer.receive(length), bytes);
        sent.join();
    }

    // ---- a group for each connection ---------------------------------------------------------

    @KernelTest
    void connectionsHaveGroupsOfTheirOwnAsLongAsThereAreSome(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        List<BufferGroup> groups = new ArrayList<>();
        try (LoopThread loop = LoopThread.start(kernel, OWN)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, Connection::send));
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                peers.add(Peer.connect(address));
                expectEcho(peers.get(i), 10_000);
                groups.add(groupOf(loop, Recorder.next(recorders)));
            }
            BufferGroup shared = loop.loop().group();
            assertThat(groups).hasSize(4).doesNotContainNull();
            assertThat(groups.get(0)).isNotSameAs(shared);
            assertThat(groups.get(1)).isNotSameAs(shared).isNotSameAs(groups.get(0));
            assertThat(groups.subList(2, 4)).allMatch(group -> group == shared);
            LoopStatistics now = now(loop);
            assertThat(now.groups()).isEqualTo(3);
            assertThat(now.groupFallbacks()).isEqualTo(2);
            assertThat(now.bytesReceived()).isEqualTo(40_000);
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    @KernelTest
    void aGroupIsUsedAgainAndGoesWhenNobodyNeedsIt(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OWN)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, Connection::send));
            BufferGroup first = null;
            for (int i = 0; i < 5; i++) {
                Recorder recorder;
                try (Peer peer = Peer.connect(address)) {
                    expectEcho(peer, 100);
                    recorder = Recorder.next(recorders);
                    first = first == null ? groupOf(loop, recorder) : first;
                    assertThat(groupOf(loop, recorder)).isSameAs(first);
                    peer.reset();
                }
                recorder.closed();
            }
            loop.until("it is closed", () -> loop.loop().statistics().groups() == 1);
            LoopStatistics now = now(loop);
            assertThat(now.groupFallbacks()).isZero();
            assertThat(now.bytesReceived()).as("also what it had received").isEqualTo(500);
            try (Peer peer = Peer.connect(address)) {
                expectEcho(peer, 100);
                assertThat(now(loop).groups()).isEqualTo(2);
            }
        }
    }

    @KernelTest
    void aGroupStaysAwayWhileSomebodyHoldsBytesOfIt(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        List<Hold> holds = new ArrayList<>();
        EventLoopOptions one = OWN.withLayout(BufferLayout.perConnection(1, FEW));
        try (LoopThread loop = LoopThread.start(kernel, one)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, (from, data) -> {
                holds.add(data.hold());
                from.send(data);
            }));
            byte[] bytes = Rig.pattern(100, 1);
            try (Peer peer = Peer.connect(address)) {
                Bytes.expectSame(peer.send(bytes).receive(100), bytes);
                peer.reset();
            }
            Recorder.next(recorders).closed();
            try (Peer peer = Peer.connect(address)) {
                Bytes.expectSame(peer.send(bytes).receive(100), bytes);
                assertThat(groupOf(loop, Recorder.next(recorders)))
                        .isSameAs(loop.loop().group());
                peer.reset();
            }
            Bytes.expectSame(holds.getFirst().toArray(), bytes);
            holds.forEach(Hold::close); // on a thread that is not the loop's
            loop.until("it has come back", () -> loop.loop().statistics().holds() == 0);
            try (Peer peer = Peer.connect(address)) {
                Bytes.expectSame(peer.send(bytes).receive(100), bytes);
                assertThat(now(loop).groupFallbacks()).isEqualTo(1);
            }
        }
    }

    @KernelTest
    @Needs(Feature.INCREMENTAL_BUFFERS)
    void whatComesOnAConnectionIsContiguousWhateverComesOnOthers(Kernel kernel)
            throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        List<UnreadBytes> unread = new ArrayList<>();
        BufferGroupOptions large = BufferGroupOptions.incremental(0, 2, 64 * 1024);
        try (LoopThread loop = LoopThread.start(kernel,
                OWN.withLayout(BufferLayout.perConnection(2, large)))) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders,
                    new ConnectionHandler() {
                        @Override
                        public void opened(Connection connection) {
                            unread.add(new UnreadBytes(connection.group(), 100_000));
                            connection.attach(unread.getLast());
                        }

                        @Override
                        public void received(Connection connection, Received data) {
                            ((UnreadBytes) connection.attachment()).received(data, bytes -> {
                                connection.send(new byte[1]);
                                return bytes.length() < 20_000 ? 0 : bytes.length();
                            });
                        }
                    }));
            try (Peer one = Peer.connect(address); Peer other = Peer.connect(address)) {
                for (int i = 0; i < 20; i++) { // a message of 20 pieces on each, by turns
                    one.send(Rig.pattern(1000, i)).receive(1);
                    other.send(Rig.pattern(1000, -i)).receive(1);
                }
                loop.until("both are read", () -> unread.stream()
                        .allMatch(bytes -> bytes.length() == 0));
            }
            assertThat(unread).hasSize(2).allMatch(bytes -> bytes.bytesCopied() == 0);
        }
    }

    @KernelTest
    void whoSendsMuchBeforeItReadsIsServedFromFewBuffers(Kernel kernel) throws Exception {
        EventLoopOptions options = OWN.withUnsent(1 << 20, 64 << 20);
        try (LoopThread loop = LoopThread.start(kernel, options);
                Peer peer = Peer.connectNarrow(loop.listen(Connection::send))) {
            byte[] bytes = Rig.pattern(16 << 20, 9); // more than sockets take
            Bytes.expectSame(peer.send(bytes).receive(bytes.length), bytes);
        }
    }

    @KernelTest
    void whatOneConnectionReceivesIsSentOnAnother(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        List<Connection> both = new ArrayList<>();
        try (LoopThread loop = LoopThread.start(kernel, OWN)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders,
                    new ConnectionHandler() {
                        @Override
                        public void opened(Connection connection) {
                            both.add(connection);
                        }

                        @Override
                        public void received(Connection connection, Received data) {
                            both.get(both.getFirst() == connection ? 1 : 0).send(data);
                        }
                    }));
            try (Peer one = Peer.connect(address); Peer other = Peer.connect(address)) {
                Recorder.next(recorders).opened();
                Recorder.next(recorders).opened();
                byte[] bytes = Rig.pattern(3 << 20, 4);
                CompletableFuture<Peer> sent = one.sendMeanwhile(bytes);
                Bytes.expectSame(other.receive(bytes.length), bytes);
                sent.join();
            }
            loop.until("all is back", () -> loop.loop().statistics().buffersHeld() == 0);
        }
    }

    @KernelTest
    void whereTheKernelRefusesAnotherGroupTheSharedOneIsUsed(Kernel kernel) throws Exception {
        Set<Integer> refused = ConcurrentHashMap.newKeySet();
        Kernel refusing = new OlderKernel(kernel, kernel.release(), 0, refused, true, true);
        try (LoopThread loop = LoopThread.start(refusing, OWN)) {
            InetSocketAddress address = loop.listen(Connection::send);
            refused.add(RegisterOp.IORING_REGISTER_PBUF_RING);
            try (Peer one = Peer.connect(address); Peer other = Peer.connect(address)) {
                expectEcho(one, 10_000);
                expectEcho(other, 10_000);
                assertThat(now(loop).groupFallbacks()).isEqualTo(2);
                refused.clear();
                try (Peer third = Peer.connect(address)) {
                    expectEcho(third, 10_000);
                }
                assertThat(now(loop).groupFallbacks()).isEqualTo(2);
                assertThat(now(loop).groups()).isEqualTo(2);
            }
        }
    }

    // ---- size classes ------------------------------------------------------------------------

    @KernelTest
    void aConnectionGetsTheBuffersThatFitWhatItReceives(Kernel kernel) throws Exception {
        EventLoopOptions options = EventLoopOptions.defaults()
                .withBuffers(BufferGroupOptions.classic(0, 64, SIZE))
                .withLayout(BufferLayout.sizeClasses(BufferGroupOptions.classic(0, 16, 65_536),
                        BufferGroupOptions.classic(0, 64, 256)));
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, options)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, Connection::send));
            assertThat(now(loop).groups()).isEqualTo(3);
            try (Peer little = Peer.connect(address); Peer much = Peer.connect(address)) {
                Recorder chat = Recorder.next(recorders);
                for (int i = 0; i < 40; i++) {
                    expectEcho(little, 50);
                }
                assertThat(groupOf(loop, chat).options().bufferSize()).isEqualTo(256);
                Recorder flood = Recorder.next(recorders);
                expectEcho(much, 8 << 20);
                assertThat(groupOf(loop, flood).options().bufferSize()).isEqualTo(65_536);
                expectEcho(little, 50_000);
            }
            loop.until("all is back", () -> loop.loop().statistics().buffersHeld() == 0);
        }
    }

    // ---- options -----------------------------------------------------------------------------

    @Test
    void memoryIsBoundedByWhatTheOptionsSay() {
        long shared = EventLoopOptions.defaults().buffers().byteSize();
        assertThat(EventLoopOptions.defaults().receiveMemoryMax()).isEqualTo(shared);
        assertThat(OWN.receiveMemoryMax()).isEqualTo(shared + 2 * 2 * SIZE);
        assertThat(OWN.withLayout(BufferLayout.sizeClasses(FEW, FEW)).receiveMemoryMax())
                .isEqualTo(shared + 2 * 2 * SIZE);
    }

    @Test
    void sizesAndNumbersAreChecked() {
        assertThatThrownBy(() -> BufferLayout.perConnection(0, FEW))
                .hasMessageContaining("groupsMax=0");
        assertThatThrownBy(() -> BufferLayout.perConnection(65_536, FEW))
                .hasMessageContaining("groupsMax=65536");
        assertThatThrownBy(() -> BufferLayout.sizeClasses()).hasMessageContaining("others=0");
        assertThatThrownBy(() -> OWN.withLayout(null)).hasMessageContaining("layout");
    }
}
