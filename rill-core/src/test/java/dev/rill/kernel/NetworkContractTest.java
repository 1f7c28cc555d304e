package dev.rill.kernel;

import static dev.rill.abi.MsgFlags.MSG_DONTWAIT;
import static dev.rill.abi.MsgFlags.MSG_NOSIGNAL;
import static dev.rill.abi.PollFlags.POLLERR;
import static dev.rill.abi.PollFlags.POLLHUP;
import static dev.rill.abi.PollFlags.POLLIN;
import static dev.rill.abi.PollFlags.POLLOUT;
import static dev.rill.abi.PollFlags.POLLRDHUP;
import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.SHUT_RD;
import static dev.rill.abi.SocketConstants.SHUT_RDWR;
import static dev.rill.abi.SocketConstants.SHUT_WR;
import static dev.rill.abi.SocketConstants.SOCK_DGRAM;
import static dev.rill.abi.SocketConstants.SOCK_SEQPACKET;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static dev.rill.abi.SocketConstants.SOL_SOCKET;
import static dev.rill.abi.SocketConstants.SO_ERROR;
import static dev.rill.abi.SocketConstants.SO_LINGER;
import static dev.rill.abi.SocketConstants.SO_REUSEADDR;
import static dev.rill.abi.SocketConstants.SO_REUSEPORT;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.Errno;
import dev.rill.abi.Linger;
import dev.rill.abi.SockaddrIn;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Pair;
import dev.rill.testing.TestKernels;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What Linux's network does at the edges, and the one in memory as well: resets, half-closed
/// connections, full backlogs, disconnects, shared ports. Java's own sockets hide some of it.
class NetworkContractTest {

    private static final int LOOPBACK = 0x0100007f;
    private static final int GONE = POLLIN | POLLOUT | POLLHUP | POLLRDHUP;

    static Stream<Kernel> kernels(TestInfo test) {
        return TestKernels.all(test).filter(TestKernels::tellsWhatIsLeft);
    }

    /// Verbs of one test.
    private static final class Net implements AutoCloseable {
        final Rig rig;
        final Descriptors calls;
        private final MemorySegment scratch;

        Net(Kernel kernel) {
            rig = new Rig(kernel);
            calls = kernel.descriptors();
            scratch = rig.memory(4096);
        }

        int socket(int domain, int type) {
            return KernelException.check("socket", calls.socket(domain, type, 0));
        }

        MemorySegment inet(int host, int port) {
            MemorySegment address = rig.memory(SockaddrIn.SIZE).asSlice(0, SockaddrIn.SIZE);
            address.set(JAVA_SHORT, SockaddrIn.FAMILY, (short) AF_INET);
            address.set(JAVA_INT, SockaddrIn.ADDR, host);
            address.set(JAVA_SHORT, SockaddrIn.PORT, Short.reverseBytes((short) port));
            return address;
        }

        MemorySegment loopback() {
            return inet(LOOPBACK, 0);
        }

        /// An abstract name: no file is left behind.
        MemorySegment unix(String name) {
            byte[] bytes = ("\1\0\0" + name + ProcessHandle.current().pid())
                    .getBytes(StandardCharsets.US_ASCII);
            MemorySegment address = rig.memory(bytes.length).asSlice(0, bytes.length);
            MemorySegment.copy(bytes, 0, address, JAVA_BYTE, 0, bytes.length);
            return address;
        }

        /// A listening TCP socket, and where: `address` is filled in.
        int listener(MemorySegment address, int backlog) {
            int fd = socket(AF_INET, SOCK_STREAM);
            KernelException.check("bind", calls.bind(fd, address));
            KernelException.check("listen", calls.listen(fd, backlog));
            KernelException.check("getsockname", calls.getsockname(fd, address));
            return fd;
        }

        int connect(int fd, MemorySegment address) {
            rig.sqe().prepConnect(fd, address.address(), (int) address.byteSize()).userData(1);
            return rig.await().res();
        }

        int accept(int fd) {
            rig.sqe().prepAccept(fd, 0).userData(1);
            return rig.await().res();
        }

        int send(int fd, int count) {
            rig.sqe().prepSend(fd, scratch.address(), count,
                    MSG_DONTWAIT | MSG_NOSIGNAL)
                    .userData(1);
            return rig.await().res();
        }

        int receive(int fd) {
            rig.sqe().prepRecv(fd, scratch.address(), 4096, MSG_DONTWAIT)
                    .userData(1);
            return rig.await().res();
        }

        /// What is true of a descriptor now; all that is asked for is waited for.
        int poll(int fd) {
            int asked = POLLIN | POLLOUT | POLLRDHUP;
            rig.sqe().prepPollAdd(fd, asked).userData(1);
            rig.sqe().prepCancelFd(fd).userData(2);
            int events = 0;
            for (Rig.Cqe cqe : rig.await(2)) {
                events = cqe.userData() == 1 ? cqe.res() : events;
            }
            return events == -Errno.ECANCELED ? 0 : events;
        }

        /// Waits until the peer's doings have arrived.
        int await(int fd, int events) {
            rig.sqe().prepPollAdd(fd, events).userData(1);
            return rig.await().res();
        }

        int error(int fd) {
            MemorySegment value = rig.memory(4).asSlice(0, 4);
            KernelException.check("getsockopt", calls.getsockopt(fd, SOL_SOCKET, SO_ERROR, value));
            return value.get(JAVA_INT, 0);
        }

        int peer(int fd) {
            return calls.getpeername(fd, rig.memory(128).asSlice(0, 128));
        }

        int name(int fd, MemorySegment address) {
            return calls.getsockname(fd, address);
        }

        void resetOnClose(int fd) {
            MemorySegment linger = rig.memory(Linger.SIZE).asSlice(0, Linger.SIZE);
            linger.set(JAVA_INT, Linger.ONOFF, 1);
            KernelException.check("setsockopt",
                    calls.setsockopt(fd, SOL_SOCKET, SO_LINGER, linger));
        }

        void close(int fd) {
            KernelException.check("close", calls.close(fd));
        }

        @Override
        public void close() {
            rig.close();
        }
    }

    // ---- resets ---------------------------------------------------------------------------

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void closingWithBytesUnreadResetsAfterWhatWasSent(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            Pair pair = net.rig.tcp();
            net.send(pair.right(), 6);
            net.await(pair.left(), POLLIN);
            net.send(pair.left(), 4);
            net.rig.closeNow(pair.left());
            assertThat(net.await(pair.right(), POLLHUP)).isEqualTo(POLLHUP | POLLERR | POLLRDHUP);
            assertThat(net.poll(pair.right())).isEqualTo(GONE | POLLERR);
            assertThat(net.receive(pair.right())).as("what arrived").isEqualTo(4);
            assertThat(net.receive(pair.right())).isEqualTo(-Errno.ECONNRESET);
            assertThat(net.receive(pair.right())).as("told once").isZero();
            assertThat(net.send(pair.right(), 1)).isEqualTo(-Errno.EPIPE);
            assertThat(net.peer(pair.right())).isEqualTo(-Errno.ENOTCONN);
            assertThat(net.calls.shutdown(pair.right(), SHUT_WR)).isEqualTo(-Errno.ENOTCONN);
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void whoAsksFirstIsToldOfTheReset(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            Pair pair = net.rig.tcp();
            net.send(pair.right(), 6);
            net.await(pair.left(), POLLIN);
            net.rig.closeNow(pair.left());
            net.await(pair.right(), POLLHUP);
            assertThat(net.error(pair.right())).isEqualTo(Errno.ECONNRESET);
            assertThat(net.error(pair.right())).isZero();
            assertThat(net.receive(pair.right())).isZero();
            assertThat(net.send(pair.right(), 1)).isEqualTo(-Errno.EPIPE);
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void lingeringForNoTimeResets(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            Pair pair = net.rig.tcp();
            net.resetOnClose(pair.left());
            net.send(pair.left(), 4);
            net.rig.closeNow(pair.left());
            net.await(pair.right(), POLLHUP);
            assertThat(net.receive(pair.right())).isEqualTo(4);
            assertThat(net.receive(pair.right())).isEqualTo(-Errno.ECONNRESET);
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void aResetAfterTheEndIsABrokenPipe(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            Pair pair = net.rig.tcp();
            net.send(pair.right(), 6);
            net.await(pair.left(), POLLIN);
            net.rig.end(pair.left());
            net.await(pair.right(), POLLRDHUP);
            net.rig.closeNow(pair.left());
            net.await(pair.right(), POLLHUP);
            assertThat(net.error(pair.right())).isEqualTo(Errno.EPIPE);
            assertThat(net.receive(pair.right())).isZero();
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void bytesForNobodyAreAnsweredWithAReset(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            Pair pair = net.rig.tcp();
            net.rig.closeNow(pair.left());
            net.await(pair.right(), POLLRDHUP);
            assertThat(net.poll(pair.right())).isEqualTo(POLLIN | POLLOUT | POLLRDHUP);
            assertThat(net.send(pair.right(), 1)).isEqualTo(1);
            assertThat(net.await(pair.right(), POLLHUP)).isEqualTo(POLLHUP | POLLERR | POLLRDHUP);
            assertThat(net.send(pair.right(), 1)).isEqualTo(-Errno.EPIPE);
            assertThat(net.receive(pair.right())).isZero();
            assertThat(net.peer(pair.right())).isEqualTo(-Errno.ENOTCONN);
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void aConnectionThatIsResetBeforeItIsAcceptedCanBeAccepted(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            MemorySegment address = net.loopback();
            int listener = net.listener(address, 3);
            int client = net.socket(AF_INET, SOCK_STREAM);
            assertThat(net.connect(client, address)).isZero();
            net.send(client, 3);
            net.resetOnClose(client);
            net.close(client);
            int server = net.accept(listener);
            net.await(server, POLLHUP);
            assertThat(net.peer(server)).isEqualTo(-Errno.ENOTCONN);
            assertThat(net.receive(server)).isEqualTo(3);
            assertThat(net.receive(server)).isEqualTo(-Errno.ECONNRESET);
            net.close(server);
            net.close(listener);
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void aListenerThatClosesResetsWhoWaits(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            MemorySegment address = net.loopback();
            int listener = net.listener(address, 3);
            int client = net.socket(AF_INET, SOCK_STREAM);
            assertThat(net.connect(client, address)).isZero();
            net.close(listener);
            net.await(client, POLLHUP);
            assertThat(net.receive(client)).isEqualTo(-Errno.ECONNRESET);
            assertThat(net.send(client, 1)).isEqualTo(-Errno.EPIPE);
            net.close(client);
        }
    }

    // ---- directions -----------------------------------------------------------------------

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void aConnectionEndsWhenBothDirectionsHave(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            Pair pair = net.rig.tcp();
            net.rig.end(pair.right());
            net.await(pair.left(), POLLRDHUP);
            net.send(pair.left(), 5);
            net.rig.end(pair.left());
            net.await(pair.right(), POLLHUP);
            assertThat(net.receive(pair.right())).isEqualTo(5);
            assertThat(net.receive(pair.right())).isZero();
            assertThat(net.send(pair.right(), 1)).isEqualTo(-Errno.EPIPE);
            net.await(pair.left(), POLLHUP);
            for (int fd : new int[] {pair.left(), pair.right()}) {
                assertThat(net.poll(fd)).isEqualTo(GONE);
                assertThat(net.peer(fd)).isEqualTo(-Errno.ENOTCONN);
                assertThat(net.calls.shutdown(fd, SHUT_RDWR)).isEqualTo(-Errno.ENOTCONN);
                assertThat(net.error(fd)).isZero();
            }
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void whatComesAfterReceivingWasShutCanStillBeRead(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            Pair pair = net.rig.tcp();
            assertThat(net.calls.shutdown(pair.left(), SHUT_RD)).isZero();
            assertThat(net.receive(pair.left())).isZero();
            net.send(pair.right(), 4);
            assertThat(net.rig.read(pair.left(), 9)).hasSize(4);
            assertThat(net.receive(pair.left())).isZero();
            assertThat(net.poll(pair.right())).isEqualTo(POLLOUT);
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void bytesForASocketThatIsShutBothWaysResetIt(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            Pair pair = net.rig.tcp();
            assertThat(net.calls.shutdown(pair.left(), SHUT_RDWR)).isZero();
            net.await(pair.right(), POLLRDHUP);
            assertThat(net.send(pair.right(), 1)).isEqualTo(1);
            net.await(pair.right(), POLLHUP);
            assertThat(net.send(pair.right(), 1)).isEqualTo(-Errno.EPIPE);
            assertThat(net.receive(pair.left())).isEqualTo(-Errno.ECONNRESET);
        }
    }

    // ---- connects -------------------------------------------------------------------------

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void aConnectToAFullBacklogWaitsForRoom(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            MemorySegment address = net.loopback();
            int listener = net.listener(address, 0);
            int first = net.socket(AF_INET, SOCK_STREAM);
            assertThat(net.connect(first, address)).isZero();
            int second = net.socket(AF_INET, SOCK_STREAM);
            net.rig.sqe().prepConnect(second, address.address(), SockaddrIn.SIZE).userData(7);
            assertThat(net.rig.poll()).isEmpty();
            assertThat(net.peer(second)).isEqualTo(-Errno.ENOTCONN);
            int server = net.accept(listener);
            assertThat(net.rig.await()).isEqualTo(new Rig.Cqe(7, 0, 0));
            assertThat(net.peer(second)).isEqualTo(SockaddrIn.SIZE);
            for (int fd : new int[] {first, second, server, listener}) {
                net.close(fd);
            }
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void aTcpSocketCanBeDisconnectedAndUsedAgain(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            MemorySegment address = net.loopback();
            int listener = net.listener(address, 3);
            int client = net.socket(AF_INET, SOCK_STREAM);
            MemorySegment nowhere = net.rig.memory(16).asSlice(0, 16);
            for (int round = 0; round < 2; round++) {
                assertThat(net.connect(client, address)).isZero();
                int server = net.accept(listener);
                assertThat(net.connect(client, nowhere)).isZero();
                net.await(server, POLLHUP);
                assertThat(net.receive(server)).isEqualTo(-Errno.ECONNRESET);
                assertThat(net.error(client)).isEqualTo(Errno.ECONNRESET);
                assertThat(net.poll(client)).isEqualTo(POLLOUT | POLLHUP);
                assertThat(net.receive(client)).isEqualTo(-Errno.ENOTCONN);
                net.close(server);
            }
            net.close(client);
            net.close(listener);
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void aListenerThatIsShutCanListenAgain(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            MemorySegment address = net.loopback();
            int listener = net.listener(address, 3);
            net.rig.sqe().prepAcceptMultishot(listener, 0).userData(5);
            assertThat(net.rig.poll()).isEmpty();
            assertThat(net.calls.shutdown(listener, SHUT_WR)).isZero();
            assertThat(net.rig.poll()).isEmpty();
            assertThat(net.calls.shutdown(listener, SHUT_RD)).isZero();
            assertThat(net.rig.await()).isEqualTo(new Rig.Cqe(5, -Errno.EINVAL, 0));
            int client = net.socket(AF_INET, SOCK_STREAM);
            assertThat(net.connect(client, address)).isEqualTo(-Errno.ECONNREFUSED);
            assertThat(net.poll(listener)).isEqualTo(POLLOUT | POLLHUP);
            assertThat(net.calls.listen(listener, 1)).isZero();
            net.name(listener, address); // a port that it did not choose may be another one now
            assertThat(net.connect(client, address)).isZero();
            net.close(client);
            net.close(listener);
        }
    }

    // ---- addresses ------------------------------------------------------------------------

    private static int bound(Net net, int type, int option, MemorySegment address) {
        int fd = net.socket(AF_INET, type);
        if (option != 0) {
            KernelException.check("setsockopt", net.calls.setsockopt(fd, SOL_SOCKET, option, 1));
        }
        int result = net.calls.bind(fd, address);
        if (result != 0) {
            net.close(fd);
            return result;
        }
        return fd;
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void aPortIsTakenOnAllAddressesOrOnOne(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            MemorySegment address = net.loopback();
            int listener = net.listener(address, 1);
            int port = Short.toUnsignedInt(Short.reverseBytes(
                    address.get(JAVA_SHORT, SockaddrIn.PORT)));
            assertThat(bound(net, SOCK_STREAM, 0, net.inet(0, port)))
                    .isEqualTo(-Errno.EADDRINUSE);
            assertThat(bound(net, SOCK_STREAM, SO_REUSEADDR, address))
                    .as("both have to want it").isEqualTo(-Errno.EADDRINUSE);
            int other = bound(net, SOCK_STREAM, 0, net.inet(LOOPBACK + (1 << 24), port));
            assertThat(other).isPositive();
            assertThat(bound(net, SOCK_STREAM, 0, net.inet(0x010200c0, 0)))
                    .as("192.0.2.1 is not ours").isEqualTo(-Errno.EADDRNOTAVAIL);
            int client = net.socket(AF_INET, SOCK_STREAM);
            assertThat(net.connect(client, net.inet(0, port))).as("all addresses are us").isZero();
            int server = net.accept(listener);
            net.close(listener);
            assertThat(bound(net, SOCK_STREAM, 0, address))
                    .as("a connection holds the port").isEqualTo(-Errno.EADDRINUSE);
            for (int fd : new int[] {other, client, server}) {
                net.close(fd);
            }
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void whoReusesAddressesSharesAPortThatNobodyListensOn(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            MemorySegment address = net.loopback();
            int first = bound(net, SOCK_STREAM, SO_REUSEADDR, address);
            net.name(first, address);
            int second = bound(net, SOCK_STREAM, SO_REUSEADDR, address);
            assertThat(second).isPositive();
            assertThat(net.calls.listen(first, 1)).isZero();
            assertThat(net.calls.listen(second, 1)).isEqualTo(-Errno.EADDRINUSE);
            assertThat(bound(net, SOCK_STREAM, SO_REUSEADDR, address))
                    .isEqualTo(-Errno.EADDRINUSE);
            net.close(first);
            net.close(second);
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void whoReusesPortsListensTogether(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            MemorySegment address = net.loopback();
            int first = bound(net, SOCK_STREAM, SO_REUSEPORT, address);
            net.name(first, address);
            int second = bound(net, SOCK_STREAM, SO_REUSEPORT, address);
            assertThat(net.calls.listen(first, 1)).isZero();
            assertThat(net.calls.listen(second, 1)).isZero();
            int client = net.socket(AF_INET, SOCK_STREAM);
            assertThat(net.connect(client, address)).isZero();
            for (int fd : new int[] {first, second, client}) {
                net.close(fd);
            }
        }
    }

    // ---- UDP ------------------------------------------------------------------------------

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void aConnectedUdpSocketHearsThatNobodyIsThere(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            MemorySegment address = net.loopback();
            int gone = bound(net, SOCK_DGRAM, 0, address);
            net.name(gone, address);
            net.close(gone);
            int socket = net.socket(AF_INET, SOCK_DGRAM);
            assertThat(net.connect(socket, address)).isZero();
            assertThat(net.send(socket, 1)).isEqualTo(1);
            assertThat(net.await(socket, POLLERR)).isEqualTo(POLLERR);
            assertThat(net.receive(socket)).isEqualTo(-Errno.ECONNREFUSED);
            assertThat(net.receive(socket)).isEqualTo(-Errno.EAGAIN);
            assertThat(net.send(socket, 1)).isEqualTo(1);
            net.await(socket, POLLERR);
            assertThat(net.send(socket, 1)).isEqualTo(-Errno.ECONNREFUSED);
            assertThat(net.send(socket, 1)).isEqualTo(1);
            net.close(socket);
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void aConnectedUdpSocketHearsItsPeerOnly(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            MemorySegment server = net.loopback();
            int peer = bound(net, SOCK_DGRAM, 0, server);
            net.name(peer, server);
            int socket = net.socket(AF_INET, SOCK_DGRAM);
            net.connect(socket, server);
            MemorySegment own = net.loopback();
            net.name(socket, own);
            int stranger = net.socket(AF_INET, SOCK_DGRAM);
            net.connect(stranger, own);
            assertThat(net.send(stranger, 3)).isEqualTo(3);
            net.await(stranger, POLLERR);
            assertThat(net.receive(stranger)).isEqualTo(-Errno.ECONNREFUSED);
            assertThat(net.receive(socket)).isEqualTo(-Errno.EAGAIN);
            net.connect(peer, own);
            assertThat(net.send(peer, 5)).isEqualTo(5);
            assertThat(net.rig.read(socket, 9)).hasSize(5);
            for (int fd : new int[] {peer, socket, stranger}) {
                net.close(fd);
            }
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void aUdpSocketDisconnects(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            MemorySegment address = net.loopback();
            int peer = bound(net, SOCK_DGRAM, 0, address);
            net.name(peer, address);
            int socket = net.socket(AF_INET, SOCK_DGRAM);
            assertThat(net.calls.shutdown(socket, SHUT_RDWR)).isEqualTo(-Errno.ENOTCONN);
            net.connect(socket, address);
            assertThat(net.peer(socket)).isEqualTo(SockaddrIn.SIZE);
            assertThat(net.connect(socket, net.rig.memory(16).asSlice(0, 16))).isZero();
            assertThat(net.peer(socket)).isEqualTo(-Errno.ENOTCONN);
            MemorySegment own = net.loopback();
            net.name(socket, own);
            assertThat(own.get(JAVA_INT, SockaddrIn.ADDR)).as("its address is gone").isZero();
            assertThat(own.get(JAVA_SHORT, SockaddrIn.PORT)).isZero();
            assertThat(net.send(socket, 1)).isEqualTo(-Errno.EDESTADDRREQ);
            net.close(socket);
            net.close(peer);
        }
    }

    // ---- Unix -----------------------------------------------------------------------------

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void packetsHaveConnections(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            MemorySegment name = net.unix("packets");
            int listener = net.socket(AF_UNIX, SOCK_SEQPACKET);
            assertThat(net.calls.listen(listener, 1)).isEqualTo(-Errno.EINVAL);
            assertThat(net.calls.bind(listener, name)).isZero();
            int client = net.socket(AF_UNIX, SOCK_SEQPACKET);
            assertThat(net.poll(client)).isEqualTo(POLLOUT | POLLHUP);
            assertThat(net.receive(client)).isEqualTo(-Errno.ENOTCONN);
            assertThat(net.connect(client, name)).isEqualTo(-Errno.ECONNREFUSED);
            assertThat(net.calls.listen(listener, 1)).isZero();
            int stream = net.socket(AF_UNIX, SOCK_STREAM);
            assertThat(net.connect(stream, name)).isEqualTo(-Errno.ECONNREFUSED);
            assertThat(net.connect(client, name)).isZero();
            assertThat(net.connect(client, name)).isEqualTo(-Errno.EISCONN);
            assertThat(net.send(client, 3)).isEqualTo(3);
            assertThat(net.send(client, 5)).isEqualTo(5);
            int server = net.accept(listener);
            assertThat(net.receive(server)).isEqualTo(3);
            assertThat(net.receive(server)).isEqualTo(5);
            assertThat(net.receive(server)).isEqualTo(-Errno.EAGAIN);
            net.close(client);
            assertThat(net.receive(server)).isZero();
            assertThat(net.send(server, 1)).isEqualTo(-Errno.EPIPE);
            for (int fd : new int[] {stream, server, listener}) {
                net.close(fd);
            }
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void aUnixConnectToAFullBacklogWaitsForRoom(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            for (int type : new int[] {SOCK_STREAM, SOCK_SEQPACKET}) {
                MemorySegment name = net.unix("full" + type);
                int listener = net.socket(AF_UNIX, type);
                net.calls.bind(listener, name);
                net.calls.listen(listener, 0);
                int first = net.socket(AF_UNIX, type);
                assertThat(net.connect(first, name)).isZero();
                int second = net.socket(AF_UNIX, type);
                net.rig.sqe().prepConnect(second, name.address(), (int) name.byteSize())
                        .userData(7);
                assertThat(net.rig.poll()).isEmpty();
                int server = net.accept(listener);
                assertThat(net.rig.await()).isEqualTo(new Rig.Cqe(7, 0, 0));
                for (int fd : new int[] {first, second, server, listener}) {
                    net.close(fd);
                }
            }
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void aUnixListenerThatIsShutGivesWhatItHas(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            for (int type : new int[] {SOCK_STREAM, SOCK_SEQPACKET}) {
                MemorySegment name = net.unix("shut" + type);
                int listener = net.socket(AF_UNIX, type);
                net.calls.bind(listener, name);
                net.calls.listen(listener, 3);
                int client = net.socket(AF_UNIX, type);
                assertThat(net.connect(client, name)).isZero();
                assertThat(net.calls.shutdown(listener, SHUT_RD)).isZero();
                int late = net.socket(AF_UNIX, type);
                assertThat(net.connect(late, name)).isEqualTo(-Errno.ECONNREFUSED);
                int server = net.accept(listener);
                assertThat(server).isPositive();
                assertThat(net.accept(listener)).isEqualTo(-Errno.EINVAL);
                for (int fd : new int[] {client, late, server, listener}) {
                    net.close(fd);
                }
            }
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void unixListenersDropWhoWaits(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            for (int type : new int[] {SOCK_STREAM, SOCK_SEQPACKET}) {
                MemorySegment name = net.unix("drop" + type);
                int listener = net.socket(AF_UNIX, type);
                net.calls.bind(listener, name);
                net.calls.listen(listener, 1);
                int client = net.socket(AF_UNIX, type);
                assertThat(net.connect(client, name)).isZero();
                net.close(listener);
                assertThat(net.poll(client)).isEqualTo(GONE | POLLERR);
                assertThat(net.receive(client)).isEqualTo(-Errno.ECONNRESET);
                assertThat(net.receive(client)).isZero();
                assertThat(net.send(client, 1)).isEqualTo(-Errno.EPIPE);
                net.close(client);
            }
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void unreadPacketsResetBeforeWhatWasSentAndUnreadBytesAfterIt(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            for (int type : new int[] {SOCK_STREAM, SOCK_SEQPACKET}) {
                Pair pair = net.rig.unix(type);
                net.send(pair.right(), 1);
                net.send(pair.left(), 2);
                net.rig.closeNow(pair.left());
                assertThat(net.receive(pair.right()))
                        .isEqualTo(type == SOCK_STREAM ? 2 : -Errno.ECONNRESET);
                assertThat(net.receive(pair.right()))
                        .isEqualTo(type == SOCK_STREAM ? -Errno.ECONNRESET : 2);
                assertThat(net.receive(pair.right())).isZero();
            }
        }
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("kernels")
    void unixDatagramsHearThatTheirPeerIsGoneOnce(Kernel kernel) {
        try (Net net = new Net(kernel)) {
            MemorySegment name = net.unix("datagrams");
            int server = net.socket(AF_UNIX, SOCK_DGRAM);
            net.calls.bind(server, name);
            int client = net.socket(AF_UNIX, SOCK_DGRAM);
            assertThat(net.connect(client, name)).isZero();
            assertThat(net.send(client, 1)).isEqualTo(1);
            int self = net.socket(AF_UNIX, SOCK_DGRAM);
            MemorySegment own = net.unix("self");
            net.calls.bind(self, own);
            assertThat(net.connect(self, own)).isZero();
            assertThat(net.connect(client, own)).as("it hears itself only")
                    .isEqualTo(-Errno.EPERM);
            net.close(server);
            assertThat(net.send(client, 1)).isEqualTo(-Errno.ECONNREFUSED);
            assertThat(net.send(client, 1)).isEqualTo(-Errno.ENOTCONN);
            net.close(client);
            net.close(self);
        }
    }
}
