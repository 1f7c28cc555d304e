package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rill.abi.Errno;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.ring.Received;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.OpenDescriptors;
import dev.rill.testing.Peer;
import dev.rill.testing.Recorder;
import dev.rill.testing.Rig;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Accepting: where, how many, until when.
@Timeout(60)
class ListenerTest {

    private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);
    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults();

    @TempDir
    private Path folder;

    /// Answers with what it gets and knows how many there were at once.
    private static final class Counting implements ConnectionHandler {
        private final AtomicInteger open = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        @Override
        public void opened(Connection connection) {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
        }

        @Override
        public void received(Connection connection, Received data) {
            connection.send(data);
        }

        @Override
        public void closed(Connection connection, CloseReason reason) {
            open.decrementAndGet();
        }
    }

    private static Listener listen(LoopThread loop, SocketAddress address,
            ConnectionHandler handler) throws Exception {
        return loop.call(() -> loop.loop().listen(address, handler));
    }

    private static void expectEcho(SocketAddress address) throws Exception {
        byte[] bytes = Rig.pattern(100_000, 1);
        try (Peer peer = Peer.connect(address)) {
            peer.sendMeanwhile(bytes).thenAccept(Peer::end);
            Bytes.expectSame(peer.receiveAll(), bytes);
        }
    }

    @KernelTest
    void portZeroIsAnyFreeOneAndTheListenerKnowsWhich(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress one = (InetSocketAddress)
                    listen(loop, ANY, Connection::send).address();
            InetSocketAddress two = (InetSocketAddress)
                    listen(loop, ANY, Connection::send).address();
            assertThat(one.getPort()).isPositive().isNotEqualTo(two.getPort());
            expectEcho(one);
            expectEcho(two);
        }
    }

    @KernelTest
    void aPortInUseIsNamedWithWhatToDo(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                ServerSocketChannel other = ServerSocketChannel.open().bind(ANY)) {
            int before = OpenDescriptors.count();
            InetSocketAddress taken = (InetSocketAddress) other.getLocalAddress();
            assertThatThrownBy(() -> listen(loop, taken, Connection::send))
                    .cause().isInstanceOf(KernelException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getPort())
                    .hasMessageContaining("EADDRINUSE")
                    .hasMessageContaining("stop it or choose another one")
                    .extracting(e -> ((KernelException) e).errno()).isEqualTo(Errno.EADDRINUSE);
            assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(before);
            expectEcho(listen(loop, ANY, Connection::send).address());
        }
    }

    @KernelTest
    void anAddressOfAnotherMachineIsRefused(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            assertThatThrownBy(() -> listen(loop,
                    new InetSocketAddress("192.0.2.1", 0), Connection::send))
                    .cause().hasMessageContaining("This machine has no such address");
        }
    }

    @KernelTest
    void aUnixListenerIsReachedByItsPath(Kernel kernel) throws Exception {
        SocketAddress address = UnixDomainSocketAddress.of(folder.resolve("listener"));
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            assertThat(listen(loop, address, Connection::send).address()).isEqualTo(address);
            expectEcho(address);
            assertThatThrownBy(() -> listen(loop, address, Connection::send))
                    .cause().hasMessageContaining("remove it");
        }
    }

    @KernelTest
    void ipv6IsServedLikeIpv4(Kernel kernel) throws Exception {
        assumeTrue(NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .anyMatch(address -> address.getHostAddress().startsWith("0:0:0:0:0:0:0:1")),
                "no ::1 here");
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            BlockingQueue<Recorder> recorders = Recorder.queue();
            SocketAddress address = listen(loop, new InetSocketAddress("::1", 0),
                    Recorder.each(recorders, Connection::send)).address();
            expectEcho(address);
            try (Peer peer = Peer.connect(address)) {
                Recorder.next(recorders);
                Connection connection = Recorder.next(recorders).opened();
                assertThat(loop.call(connection::localAddress)).isEqualTo(address);
                assertThat(loop.call(connection::remoteAddress)).isEqualTo(peer.localAddress());
            }
        }
    }

    @KernelTest
    void aClosedListenerAcceptsNobodyAndKeepsWhomItHas(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            Listener listener = listen(loop, ANY, Connection::send);
            try (Peer peer = Peer.connect(listener.address())) {
                assertThat(peer.send(new byte[] {1}).receive(1)).containsExactly(1);
                int before = OpenDescriptors.count();
                loop.call(() -> {
                    listener.close();
                    listener.close();
                    return null;
                });
                loop.until("the listener's socket is closed",
                        () -> OpenDescriptors.count() == before - 1);
                assertThatThrownBy(() -> Peer.connect(listener.address()))
                        .isInstanceOf(ConnectException.class);
                assertThat(peer.send(new byte[] {2}).receive(1)).containsExactly(2);
            }
        }
    }

    @KernelTest
    void theThirdIsServedWhenOneOfTwoLeaves(Kernel kernel) throws Exception {
        Counting counting = new Counting();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS.withConnectionsMax(2))) {
            SocketAddress address = listen(loop, ANY, counting).address();
            try (Peer one = Peer.connect(address); Peer two = Peer.connect(address);
                    Peer three = Peer.connect(address)) { // the kernel takes it, the loop does not
                assertThat(one.send(new byte[] {1}).receive(1)).containsExactly(1);
                assertThat(two.send(new byte[] {2}).receive(1)).containsExactly(2);
                three.send(new byte[] {3});
                assertThat(loop.call(() -> loop.loop().statistics()).accepted()).isEqualTo(2);
                one.end();
                assertThat(one.receiveAll()).isEmpty();
                assertThat(three.receive(1)).containsExactly(3);
                assertThat(two.send(new byte[] {4}).receive(1)).containsExactly(4);
            }
        }
        assertThat(counting.most).hasValue(2);
    }

    /// Many wait in the backlogs of two listeners when the loop looks: one accept would take all.
    @KernelTest
    void aCrowdIsServedByAndByAndNeverMoreThanTheLimit(Kernel kernel) throws Exception {
        Counting counting = new Counting();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS.withConnectionsMax(3))) {
            SocketAddress left = listen(loop, ANY, counting).address();
            SocketAddress right = listen(loop, ANY, counting).address();
            CountDownLatch crowd = new CountDownLatch(1);
            loop.loop().execute(() -> {
                try {
                    crowd.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                Peer peer = Peer.connect(i % 2 == 0 ? left : right);
                peers.add(peer.send(Rig.pattern(1000, i)).end());
            }
            crowd.countDown();
            for (int i = 0; i < 40; i++) {
                try (Peer peer = peers.get(i)) {
                    Bytes.expectSame(peer.receiveAll(), Rig.pattern(1000, i));
                }
            }
        }
        assertThat(counting.most.get()).as("one more for each further listener")
                .isBetween(3, 4);
    }

    @KernelTest
    void connectionsThatTheProgramMakesCountToo(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS.withConnectionsMax(1));
                ServerSocketChannel server = ServerSocketChannel.open().bind(ANY)) {
            SocketAddress address = listen(loop, ANY, Connection::send).address();
            Recorder client = new Recorder();
            loop.call(() -> loop.loop().connect(server.getLocalAddress(), client));
            Connection connection = client.opened();
            try (Peer waiting = Peer.connect(address)) {
                waiting.send(new byte[] {1});
                loop.call(() -> 0);
                assertThat(loop.call(() -> loop.loop().statistics()).accepted()).isZero();
                loop.call(() -> {
                    connection.abort();
                    return null;
                });
                assertThat(waiting.receive(1)).containsExactly(1);
            }
        }
    }

    @KernelTest
    void aListenerMayBeClosedByItsOwnHandler(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            List<Listener> listener = new ArrayList<>();
            listener.add(listen(loop, ANY, new ConnectionHandler() {
                @Override
                public void opened(Connection connection) {
                    listener.getFirst().close();
                }

                @Override
                public void received(Connection connection, Received data) {
                    connection.send(data);
                }
            }));
            try (Peer peer = Peer.connect(listener.getFirst().address())) {
                assertThat(peer.send(new byte[] {1}).receive(1)).containsExactly(1);
            }
            assertThat(loop.stop().connections()).isZero();
        }
    }
}
