package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.Errno;
import dev.rill.abi.SocketConstants;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.ring.Received;
import dev.rill.testing.Bytes;
import dev.rill.testing.Interposed;
import dev.rill.testing.KernelTest;
import dev.rill.testing.OpenDescriptors;
import dev.rill.testing.Peer;
import dev.rill.testing.Rig;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Several loops at one address: who gets which connection, and how they end.
@Timeout(60)
class EventLoopsTest {

    private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);
    private static final int COUNT = 3;
    private static final EventLoopsOptions OPTIONS =
            EventLoopsOptions.defaults().withCount(COUNT).withThreadName("tested-");

    @TempDir
    private Path folder;

    /// Echoes, and says first which loop it is.
    private static ConnectionHandler naming(EventLoops loops, EventLoop loop) {
        byte index = (byte) loops.loops().indexOf(loop);
        return new ConnectionHandler() {
            @Override
            public void opened(Connection connection) {
                connection.send(new byte[] {index});
            }

            @Override
            public void received(Connection connection, Received data) {
                connection.send(data);
            }
        };
    }

    private static SharedListener listen(EventLoops loops, SocketAddress address) {
        return loops.listen(address, loop -> naming(loops, loop));
    }

    private static int nameOf(Peer peer) throws IOException {
        return peer.receive(1)[0];
    }

    private static void expectEcho(Peer peer, byte[] bytes) throws IOException {
        peer.sendMeanwhile(bytes).thenAccept(Peer::end);
        Bytes.expectSame(peer.receiveAll(), bytes);
    }

    private static void expectTurns(SocketAddress address) throws IOException {
        for (int i = 0; i < 4 * COUNT; i++) {
            try (Peer peer = Peer.connect(address)) {
                assertThat(nameOf(peer)).as("connection " + i).isEqualTo(i % COUNT);
                expectEcho(peer, Rig.pattern(50_000, i));
            }
        }
    }

    @KernelTest
    void everyLoopGetsSomeOfManyConnectionsAndAllBytesAreRight(Kernel kernel) throws Exception {
        int connections = 90;
        List<Peer> peers = new ArrayList<>();
        try (EventLoops loops = EventLoops.open(kernel, OPTIONS)) {
            SharedListener listener = listen(loops, ANY);
            assertThat(listener.acceptors()).isEqualTo(COUNT);
            int[] each = new int[COUNT];
            for (int i = 0; i < connections; i++) {
                peers.add(Peer.connect(listener.address()));
                each[nameOf(peers.get(i))]++;
            }
            assertThat(each).doesNotContain(0);
            List<CompletableFuture<byte[]>> received = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                peers.get(i).sendMeanwhile(Rig.pattern(100_000, i)).thenAccept(Peer::end);
                received.add(peers.get(i).receiveMeanwhile());
            }
            for (int i = 0; i < connections; i++) {
                Bytes.expectSame(received.get(i).get(30, TimeUnit.SECONDS),
                        Rig.pattern(100_000, i));
            }
            loops.stop();
            EventLoopsStatistics last = loops.join();
            for (int i = 0; i < COUNT; i++) {
                assertThat(last.loops().get(i).accepted()).isEqualTo(each[i]);
            }
            assertThat(last.total().bytesReceived()).isEqualTo(100_000L * connections);
            assertThat(last.total().connections()).isZero();
        } finally {
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    @KernelTest
    void roundRobinGivesEachLoopExactlyEveryOtherConnection(Kernel kernel) throws Exception {
        try (EventLoops loops = EventLoops.open(kernel, OPTIONS.withRoundRobin(true))) {
            SharedListener listener = listen(loops, ANY);
            assertThat(listener.acceptors()).isEqualTo(1);
            expectTurns(listener.address());
            assertThat(loops.statistics().loops()).extracting(LoopStatistics::accepted)
                    .containsOnly(4L);
            assertThat(loops.stepDowns()).noneMatch(missing -> missing.what().contains("PORT"));
        }
    }

    @KernelTest
    void aUnixAddressHasOneAcceptorThatHandsOver(Kernel kernel) throws Exception {
        SocketAddress address = UnixDomainSocketAddress.of(folder.resolve("loops"));
        try (EventLoops loops = EventLoops.open(kernel, OPTIONS)) {
            assertThat(listen(loops, address).acceptors()).isEqualTo(1);
            expectTurns(address);
            assertThatThrownBy(() -> listen(loops, address))
                    .isInstanceOf(KernelException.class).hasMessageContaining("remove it");
        }
    }

    @KernelTest
    void whereTheKernelDoesNotSpreadOneLoopHandsOverAndThatIsSaid(Kernel kernel)
            throws Exception {
        Kernel without = Interposed.on(kernel, (call, arguments) -> call.equals("setsockopt")
                && arguments[2].equals(SocketConstants.SO_REUSEPORT) ? -Errno.ENOPROTOOPT : null);
        try (EventLoops loops = EventLoops.open(without, OPTIONS)) {
            SharedListener listener = listen(loops, ANY);
            assertThat(listener.acceptors()).isEqualTo(1);
            expectTurns(listener.address());
            assertThat(loops.stepDowns()).anySatisfy(missing -> assertThat(missing.toString())
                    .isEqualTo("SO_REUSEPORT (Linux 3.9) is missing: one event loop accepts"
                            + " connections for all"));
        }
    }

    @KernelTest
    void aFullLoopIsLeftOutAndWhenAllAreFullTheNextWaitsForWhoLeaves(Kernel kernel)
            throws Exception {
        EventLoopOptions one = EventLoopOptions.defaults().withConnectionsMax(1);
        try (EventLoops loops = EventLoops.open(kernel,
                OPTIONS.withRoundRobin(true).withLoop(one))) {
            SocketAddress address = listen(loops, ANY).address();
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                peers.add(Peer.connect(address));
                assertThat(nameOf(peers.get(i))).isEqualTo(i);
            }
            for (int i = 4 * COUNT; i > 0; i--) {
                int leaves = i * 7 % COUNT;
                try (Peer waiting = Peer.connect(address)) {
                    CompletableFuture<byte[]> name = waiting.receiveMeanwhile();
                    assertThat(loops.statistics().total().connections()).isEqualTo(COUNT);
                    assertThat(name).isNotDone();
                    expectEcho(peers.get(leaves), new byte[] {9});
                    peers.get(leaves).close();
                    waiting.end();
                    assertThat(name.get(30, TimeUnit.SECONDS)).containsExactly(leaves);
                }
                peers.set(leaves, Peer.connect(address));
                assertThat(nameOf(peers.get(leaves))).isEqualTo(leaves);
            }
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    @KernelTest
    void aPortInUseIsNamedAlsoWhenItCouldBeShared(Kernel kernel) throws Exception {
        try (EventLoops loops = EventLoops.open(kernel, OPTIONS);
                EventLoops others = EventLoops.open(kernel, OPTIONS);
                ServerSocketChannel server = ServerSocketChannel.open().bind(ANY)) {
            SocketAddress shared = listen(others, ANY).address();
            for (SocketAddress taken : List.of(server.getLocalAddress(), shared)) {
                assertThatThrownBy(() -> listen(loops, taken))
                        .isInstanceOf(KernelException.class).hasMessageContaining("EADDRINUSE")
                        .hasMessageContaining("127.0.0.1:"
                                + ((InetSocketAddress) taken).getPort())
                        .hasMessageContaining("stop it or choose another one");
            }
            try (Peer peer = Peer.connect(listen(loops, ANY).address())) {
                nameOf(peer);
                expectEcho(peer, Rig.pattern(1000, 1));
            }
        }
    }

    @KernelTest
    void aPortThatIsFreeIsTakenByAllLoopsAndFreeAgainAfterwards(Kernel kernel) throws Exception {
        InetSocketAddress address;
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(ANY)) {
            address = (InetSocketAddress) server.getLocalAddress();
        }
        for (int round = 0; round < 2; round++) {
            try (EventLoops loops = EventLoops.open(kernel, OPTIONS)) {
                SharedListener listener = listen(loops, address);
                assertThat(listener.address()).isEqualTo(address);
                assertThat(listener.acceptors()).isEqualTo(COUNT);
            }
        }
    }

    @KernelTest
    void aHandlerThatFailsOnOneLoopHurtsNoOther(Kernel kernel) throws Exception {
        try (EventLoops loops = EventLoops.open(kernel, OPTIONS.withRoundRobin(true))) {
            EventLoop bad = loops.loops().get(1);
            BlockingQueue<CloseReason> reasons = new LinkedBlockingQueue<>();
            SocketAddress address = loops.listen(ANY, loop -> loop != bad ? naming(loops, loop)
                    : new ConnectionHandler() {
                        @Override
                        public void received(Connection connection, Received data) {
                            throw new IllegalStateException("on purpose");
                        }

                        @Override
                        public void closed(Connection connection, CloseReason reason) {
                            reasons.add(reason);
                        }
                    }).address();
            for (int i = 0; i < 4 * COUNT; i++) {
                try (Peer peer = Peer.connect(address)) {
                    if (i % COUNT == 1) {
                        peer.send(new byte[] {1});
                        assertThat(reasons.poll(30, TimeUnit.SECONDS).kind())
                                .isEqualTo(CloseReason.Kind.HANDLER_FAILED);
                    } else {
                        assertThat(nameOf(peer)).isEqualTo(i % COUNT);
                        expectEcho(peer, Rig.pattern(10_000, i));
                    }
                }
            }
            assertThat(loops.ended()).isNotDone();
        }
    }

    @KernelTest
    void aClosedListenerLeavesItsConnectionsAndFreesItsPort(Kernel kernel) throws Exception {
        for (boolean inTurn : new boolean[] {false, true}) {
            try (EventLoops loops = EventLoops.open(kernel, OPTIONS.withRoundRobin(inTurn))) {
                SharedListener listener = listen(loops, ANY);
                try (Peer peer = Peer.connect(listener.address())) {
                    nameOf(peer);
                    listener.close();
                    listener.close();
                    expectRefused(listener.address());
                    expectEcho(peer, Rig.pattern(10_000, 3));
                }
            }
        }
    }

    /// Who comes while it closes is still served, or reset in the backlog.
    private static void expectRefused(SocketAddress address) {
        while (true) {
            try (Peer peer = Peer.connect(address)) {
                peer.end().receiveAll();
            } catch (IOException e) {
                if (e instanceof ConnectException) {
                    return;
                }
            }
        }
    }

    @KernelTest
    void stopDeliversWhatWasReceivedOnEveryLoopAndThenAllEnd(Kernel kernel) throws Exception {
        List<Peer> peers = new ArrayList<>();
        try (EventLoops loops = EventLoops.open(kernel, OPTIONS.withRoundRobin(true))) {
            SocketAddress address = listen(loops, ANY).address();
            for (int i = 0; i < 2 * COUNT; i++) {
                Peer peer = Peer.connect(address);
                peers.add(peer);
                nameOf(peer);
                peer.send(Rig.pattern(1000, i));
                assertThat(peer.receive(1000)).isEqualTo(Rig.pattern(1000, i));
            }
            loops.stop();
            for (Peer peer : peers) {
                assertThat(peer.receiveAll()).isEmpty();
                peer.close();
            }
            assertThat(loops.join().total().bytesSent()).isEqualTo(2 * COUNT * 1001L);
            assertThat(loops.ended()).isCompleted();
            assertThat(loops.statistics()).isEqualTo(loops.join());
            assertThatThrownBy(() -> listen(loops, ANY))
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        }
    }

    @KernelTest
    void closingWhileConnectionsComeEndsAllAndLeaksNone(Kernel kernel) throws Exception {
        for (boolean inTurn : new boolean[] {false, true}) {
            int before = OpenDescriptors.count();
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> crowd = new CompletableFuture<>();
            try (EventLoops loops = EventLoops.open(kernel, OPTIONS.withRoundRobin(inTurn))) {
                SocketAddress address = listen(loops, ANY).address();
                CompletableFuture<Void> many = new CompletableFuture<>();
                Thread.ofPlatform().daemon().start(() -> {
                    for (int i = 0; !over.get(); i++) {
                        try (Peer peer = Peer.connect(address)) {
                            peer.send(new byte[] {1});
                        } catch (IOException e) {
                            // refused or reset: the loops are closing
                        }
                        if (i == 200) {
                            many.complete(null);
                        }
                    }
                    crowd.complete(null);
                });
                many.get(30, TimeUnit.SECONDS);
            } finally {
                over.set(true);
            }
            crowd.get(30, TimeUnit.SECONDS);
            assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(before);
        }
    }

    @KernelTest
    void aLoopWhoseThreadFailsIsNamedAndTheOthersStop(Kernel kernel) throws Exception {
        AtomicInteger failures = new AtomicInteger();
        Kernel failing = Interposed.on(kernel, (call, _) -> call.equals("enter")
                && Thread.currentThread().getName().equals("tested-2")
                && failures.getAndDecrement() > 0 ? -Errno.EIO : null);
        EventLoopsOptions options = OPTIONS.withThreadName("tested-").withRoundRobin(true)
                .withLoop(EventLoopOptions.defaults().withTimeouts(Duration.ZERO, Duration.ZERO,
                        Duration.ofMillis(20)));
        EventLoops loops = EventLoops.open(failing, options);
        SocketAddress address = listen(loops, ANY).address();
        try (Peer peer = Peer.connect(address)) {
            nameOf(peer);
            failures.set(1);
            loops.loops().get(1).execute(() -> { });
            assertThatThrownBy(loops::join).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("event loop 2 of 3 (thread tested-2)")
                    .cause().isInstanceOf(KernelException.class).hasMessageContaining("EIO");
            assertThat(peer.receiveAll()).isEmpty();
        }
        assertThat(loops.ended()).isCompletedExceptionally();
        assertThatThrownBy(loops::close).hasMessageContaining("event loop 2 of 3");
        assertThatThrownBy(() -> listen(loops, ANY)).isInstanceOf(IllegalStateException.class);
    }

    @KernelTest
    void whenOneLoopCannotBeOpenedNoneIs(Kernel kernel) {
        int before = OpenDescriptors.count();
        Kernel failing = Interposed.on(kernel, (call, _) -> call.equals("setup")
                && Thread.currentThread().getName().equals("tested-3") ? -Errno.ENOMEM : null);
        assertThatThrownBy(() -> EventLoops.open(failing, OPTIONS.withThreadName("tested-")))
                .isInstanceOf(KernelException.class).hasMessageContaining("ENOMEM");
        assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(before);
        assertThatThrownBy(() -> EventLoops.open(kernel, OPTIONS.withThreads(
                Thread.ofVirtual().factory())))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("virtual");
    }

    @KernelTest
    void whatWouldWaitForItselfIsRefused(Kernel kernel) throws Exception {
        try (EventLoops loops = EventLoops.open(kernel, OPTIONS)) {
            for (Runnable waits : List.<Runnable>of(() -> listen(loops, ANY), loops::statistics,
                    loops::join, loops::close)) {
                CompletableFuture<Void> done = new CompletableFuture<>();
                loops.loops().getFirst().execute(() -> {
                    try {
                        waits.run();
                        done.complete(null);
                    } catch (IllegalStateException e) {
                        done.completeExceptionally(e);
                    }
                });
                assertThatThrownBy(() -> done.get(30, TimeUnit.SECONDS)).cause()
                        .hasMessageContaining("event loop 1 of 3")
                        .hasMessageContaining("wait for itself");
            }
        }
    }

    @KernelTest
    void aSampleIsTheSumOfItsLoops(Kernel kernel) throws Exception {
        try (EventLoops loops = EventLoops.open(kernel, OPTIONS.withRoundRobin(true))) {
            SocketAddress address = listen(loops, ANY).address();
            try (Peer one = Peer.connect(address); Peer two = Peer.connect(address)) {
                nameOf(one);
                nameOf(two);
                EventLoopsStatistics now = loops.sample().get(30, TimeUnit.SECONDS);
                assertThat(now.loops()).extracting(LoopStatistics::connections)
                        .containsExactly(1, 1, 0);
                assertThat(now.total().connections()).isEqualTo(2);
                assertThat(now.total().bytesSent()).isEqualTo(2);
                assertThat(now.total().group().buffers()).isEqualTo(COUNT
                        * now.loops().getFirst().group().buffers());
            }
        }
    }

    @Test
    void anImpossibleNumberOfLoopsIsNamed() {
        for (int count : new int[] {0, -1, 4097}) {
            assertThatThrownBy(() -> OPTIONS.withCount(count))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("count=" + count);
        }
        assertThat(EventLoopsOptions.defaults().count())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
    }
}
