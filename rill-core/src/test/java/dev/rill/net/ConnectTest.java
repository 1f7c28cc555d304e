package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.Errno;
import dev.rill.kernel.Kernel;
import dev.rill.testing.Bytes;
import dev.rill.testing.FullBacklog;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.OpenDescriptors;
import dev.rill.testing.Peer;
import dev.rill.testing.Recorder;
import dev.rill.testing.Rig;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Connecting to servers, and all the ways in which that does not work.
@Timeout(60)
class ConnectTest {

    private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);
    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults();

    @TempDir
    private Path folder;

    private static EventLoopOptions connectTimeout(Duration timeout) {
        return OPTIONS.withTimeouts(Duration.ZERO, timeout, Duration.ofSeconds(5));
    }

    /// Where nobody listens.
    private static SocketAddress closedPort() throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(ANY)) {
            return server.getLocalAddress();
        }
    }

    @KernelTest
    void whatIsSentBeforeTheConnectionIsThereLeavesWhenItIs(Kernel kernel) throws Exception {
        byte[] request = Rig.pattern(300_000, 1);
        byte[] answer = Rig.pattern(200_000, 2);
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                ServerSocketChannel server = ServerSocketChannel.open().bind(ANY)) {
            Recorder client = new Recorder();
            loop.call(() -> {
                Connection connection = loop.loop().connect(server.getLocalAddress(), client);
                assertThat(connection.isOpen()).isTrue();
                assertThat(connection.send(request)).isTrue();
                assertThat(connection.unsent()).isEqualTo(request.length);
                connection.finish();
                assertThat(connection.isOpen()).isFalse();
                assertThat(connection.send(request)).as("send after finish").isFalse();
                return connection;
            });
            try (Peer peer = Peer.accept(server)) {
                Bytes.expectSame(peer.receiveAll(), request);
                peer.send(answer).end();
            }
            assertThat(client.closed()).isEqualTo(CloseReason.of(CloseReason.Kind.ENDED));
            Bytes.expectSame(client.bytes(), answer);
            assertThat(client.calls())
                    .containsExactly("opened", "drained", "received", "ended", "closed");
        }
    }

    @KernelTest
    void aRefusedConnectionIsClosedWithTheErrorAndNeverOpened(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            SocketAddress nobody = closedPort();
            Recorder client = new Recorder();
            loop.call(() -> loop.loop().connect(nobody, client).send(new byte[100_000]));
            assertThat(client.closed()).isEqualTo(
                    new CloseReason(CloseReason.Kind.CONNECT_FAILED, Errno.ECONNREFUSED));
            assertThat(client.calls()).containsExactly("closed");
            assertThat(loop.stop().bytesSent()).isZero();
        }
    }

    @KernelTest
    void aServerThatDoesNotAnswerIsGivenUp(Kernel kernel) throws Exception {
        EventLoopOptions options = connectTimeout(Duration.ofMillis(50));
        try (LoopThread loop = LoopThread.start(kernel, options);
                FullBacklog server = FullBacklog.open(StandardProtocolFamily.INET, ANY)) {
            expectGivenUp(loop, server.address());
        }
    }

    @KernelTest
    void aUnixServerThatDoesNotAnswerIsGivenUp(Kernel kernel) throws Exception {
        EventLoopOptions options = connectTimeout(Duration.ofMillis(50));
        SocketAddress address = UnixDomainSocketAddress.of(folder.resolve("full"));
        try (LoopThread loop = LoopThread.start(kernel, options);
                FullBacklog server = FullBacklog.open(StandardProtocolFamily.UNIX, address)) {
            expectGivenUp(loop, server.address());
        }
    }

    private static void expectGivenUp(LoopThread loop, SocketAddress address) throws Exception {
        Recorder client = new Recorder();
        loop.call(() -> loop.loop().connect(address, client).send(new byte[10]));
        assertThat(client.closed()).isEqualTo(
                CloseReason.of(CloseReason.Kind.CONNECT_TIMED_OUT));
        assertThat(client.calls()).containsExactly("closed");
        assertThat(loop.stop().connections()).isZero();
    }

    @KernelTest
    void aConnectionMayBeClosedOrAbortedWhileConnecting(Kernel kernel) throws Exception {
        for (ProtocolFamily family : StandardProtocolFamily.values()) {
            SocketAddress address = switch (family.name()) {
                case "INET" -> ANY;
                case "UNIX" -> UnixDomainSocketAddress.of(folder.resolve("hang"));
                default -> null;
            };
            if (address == null) {
                continue;
            }
            try (LoopThread loop = LoopThread.start(kernel, connectTimeout(Duration.ZERO));
                    FullBacklog server = FullBacklog.open(family, address)) {
                for (boolean abort : new boolean[] {false, true}) {
                    Recorder client = new Recorder();
                    Connection connection = loop.call(() ->
                            loop.loop().connect(server.address(), client));
                    loop.call(() -> { // a turn later, when the kernel is at it
                        if (abort) {
                            connection.abort();
                        } else {
                            connection.close();
                        }
                        return connection.send(new byte[1]);
                    });
                    assertThat(client.closed()).as("%s %s", address, abort)
                            .isEqualTo(CloseReason.of(CloseReason.Kind.CLOSED));
                }
            }
        }
    }

    @KernelTest
    void aConnectionClosedInTheSameTurnIsClosedOnce(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                ServerSocketChannel server = ServerSocketChannel.open().bind(ANY)) {
            Recorder client = new Recorder();
            loop.call(() -> {
                Connection connection = loop.loop().connect(server.getLocalAddress(), client);
                connection.send(new byte[10]);
                connection.close();
                connection.abort();
                return null;
            });
            assertThat(client.closed()).isEqualTo(CloseReason.of(CloseReason.Kind.CLOSED));
            loop.stop();
            assertThat(client.calls()).containsOnlyOnce("closed").endsWith("closed");
        }
    }

    @KernelTest
    void stoppingEndsWhatIsStillConnecting(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, connectTimeout(Duration.ZERO));
                FullBacklog server = FullBacklog.open(StandardProtocolFamily.INET, ANY)) {
            Recorder client = new Recorder();
            loop.call(() -> loop.loop().connect(server.address(), client));
            loop.stop();
            assertThat(client.closed()).isEqualTo(CloseReason.of(CloseReason.Kind.STOPPED));
        }
    }

    @KernelTest
    void aUnixServerIsReachedByItsPath(Kernel kernel) throws Exception {
        SocketAddress address = UnixDomainSocketAddress.of(folder.resolve("server"));
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(address)) {
            Recorder client = new Recorder();
            loop.call(() -> loop.loop().connect(address, client)
                    .send(ByteBuffer.wrap(Rig.pattern(70_000, 1))));
            try (Peer peer = Peer.accept(server)) {
                Bytes.expectSame(peer.receive(70_000), Rig.pattern(70_000, 1));
                Connection connection = client.opened();
                assertThat(loop.call(connection::remoteAddress)).isEqualTo(address);
                peer.send(new byte[] {1, 2, 3}).end();
                assertThat(peer.receiveAll()).isEmpty();
            }
            assertThat(client.closed()).isEqualTo(CloseReason.of(CloseReason.Kind.ENDED));
            assertThat(client.bytes()).containsExactly(1, 2, 3);
        }
    }

    @KernelTest
    void aPathWhereNobodyListensIsAnError(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            Recorder client = new Recorder();
            loop.call(() -> loop.loop().connect(
                    UnixDomainSocketAddress.of(folder.resolve("nothing")), client));
            assertThat(client.closed()).isEqualTo(
                    new CloseReason(CloseReason.Kind.CONNECT_FAILED, Errno.ENOENT));
        }
    }

    /// The loop must not count a connection that it has never begun.
    @KernelTest
    void anAddressThatCannotBeWrittenLeavesNothingBehind(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            int before = OpenDescriptors.count();
            for (SocketAddress bad : List.of(
                    UnixDomainSocketAddress.of("/" + "x".repeat(200)),
                    UnixDomainSocketAddress.of(""),
                    InetSocketAddress.createUnresolved("no.such.host", 80))) {
                assertThatThrownBy(() -> loop.call(() ->
                        loop.loop().connect(bad, new Recorder())))
                        .hasCauseInstanceOf(IllegalArgumentException.class);
            }
            assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(before);
            assertThat(loop.stop().connections()).isZero();
        }
    }

    @KernelTest
    void aThousandFailuresLeaveNoDescriptorOpen(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            SocketAddress nobody = closedPort();
            int before = OpenDescriptors.count();
            for (int i = 0; i < 1000; i++) {
                Recorder client = new Recorder();
                loop.call(() -> loop.loop().connect(nobody, client).send(new byte[10]));
                assertThat(client.closed().errno()).isEqualTo(Errno.ECONNREFUSED);
            }
            assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(before);
        }
    }
}
