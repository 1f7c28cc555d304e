package dev.rill.kernel;

import static dev.rill.abi.MsgFlags.MSG_DONTWAIT;
import static dev.rill.abi.MsgFlags.MSG_PEEK;
import static dev.rill.abi.MsgFlags.MSG_TRUNC;
import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.PollFlags.POLLIN;
import static dev.rill.abi.PollFlags.POLLOUT;
import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.IPPROTO_TCP;
import static dev.rill.abi.SocketConstants.SHUT_RDWR;
import static dev.rill.abi.SocketConstants.SHUT_WR;
import static dev.rill.abi.SocketConstants.SOCK_DGRAM;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static dev.rill.abi.SocketConstants.SOL_SOCKET;
import static dev.rill.abi.SocketConstants.SO_ACCEPTCONN;
import static dev.rill.abi.SocketConstants.SO_TYPE;
import static dev.rill.abi.SocketConstants.TCP_NODELAY;
import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_POLL_FIRST;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.Errno;
import dev.rill.abi.SockaddrIn;
import dev.rill.testing.BreaksRules;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import dev.rill.testing.TestKernels;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;

/// What programs rely on from sockets, whoever makes them: the machine, its sockets seen through
/// Java, or memory.
class SocketContractTest {

    private static final int LOOPBACK = 0x0100007f;

    @TempDir
    Path directory;

    private static MemorySegment address(Rig rig, int port) {
        MemorySegment address = rig.memory(SockaddrIn.SIZE).asSlice(0, SockaddrIn.SIZE);
        address.set(JAVA_SHORT, SockaddrIn.FAMILY, (short) AF_INET);
        address.set(JAVA_INT, SockaddrIn.ADDR, LOOPBACK);
        address.set(JAVA_SHORT, SockaddrIn.PORT, Short.reverseBytes((short) port));
        return address;
    }

    private static int socket(Rig rig, int domain, int type) {
        return KernelException.check("socket", rig.kernel().descriptors()
                .socket(domain, type, 0));
    }

    /// A socket that listens on a port that nobody else has.
    private static int listener(Rig rig, MemorySegment address) {
        Descriptors calls = rig.kernel().descriptors();
        int fd = socket(rig, AF_INET, SOCK_STREAM);
        KernelException.check("bind", calls.bind(fd, address));
        KernelException.check("listen", calls.listen(fd, 8));
        KernelException.check("getsockname", calls.getsockname(fd, address));
        return fd;
    }

    private static int option(Rig rig, int fd, int level, int option) {
        MemorySegment value = rig.memory(4);
        assertThat(rig.kernel().descriptors().getsockopt(fd, level, option, value.asSlice(0, 4)))
                .isEqualTo(4);
        return value.get(JAVA_INT, 0);
    }

    // ---- connections ----------------------------------------------------------------------

    @KernelTest
    void whereNobodyListensAConnectIsRefused(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            MemorySegment address = address(rig, 0);
            kernel.descriptors().close(listener(rig, address)); // its port is free now
            int fd = socket(rig, AF_INET, SOCK_STREAM);
            for (int i = 0; i < 2; i++) {
                rig.sqe().prepConnect(fd, address.address(), SockaddrIn.SIZE).userData(1);
                assertThat(rig.await()).isEqualTo(new Cqe(1, -Errno.ECONNREFUSED, 0));
            }
            int again = listenerAt(rig, address);
            rig.sqe().prepConnect(fd, address.address(), SockaddrIn.SIZE).userData(2);
            assertThat(rig.await()).isEqualTo(new Cqe(2, 0, 0));
            kernel.descriptors().close(fd);
            kernel.descriptors().close(again);
        }
    }

    private static int listenerAt(Rig rig, MemorySegment address) {
        int fd = socket(rig, AF_INET, SOCK_STREAM);
        KernelException.check("bind", rig.kernel().descriptors().bind(fd, address));
        KernelException.check("listen", rig.kernel().descriptors().listen(fd, 8));
        return fd;
    }

    @KernelTest
    void anAddressHasOneListener(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            MemorySegment address = address(rig, 0);
            int first = listener(rig, address);
            int second = socket(rig, AF_INET, SOCK_STREAM);
            assertThat(kernel.descriptors().bind(second, address)).isEqualTo(-Errno.EADDRINUSE);
            kernel.descriptors().close(first);
            assertThat(kernel.descriptors().bind(second, address)).isZero();
            assertThat(kernel.descriptors().bind(second, address)).isEqualTo(-Errno.EINVAL);
            kernel.descriptors().close(second);
        }
    }

    @KernelTest
    void bothEndsKnowEachOther(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            MemorySegment own = address(rig, 0);
            MemorySegment peers = address(rig, 0);
            Descriptors calls = kernel.descriptors();
            assertThat(calls.getsockname(pair.left(), own)).isEqualTo(SockaddrIn.SIZE);
            assertThat(calls.getpeername(pair.right(), peers)).isEqualTo(SockaddrIn.SIZE);
            assertThat(own.mismatch(peers)).isEqualTo(-1);
            assertThat(own.get(JAVA_INT, SockaddrIn.ADDR)).isEqualTo(LOOPBACK);
            assertThat(own.get(JAVA_SHORT, SockaddrIn.PORT)).isNotZero();
            int lonely = socket(rig, AF_INET, SOCK_STREAM);
            assertThat(calls.getpeername(lonely, peers)).isEqualTo(-Errno.ENOTCONN);
            assertThat(calls.shutdown(lonely, SHUT_WR)).isEqualTo(-Errno.ENOTCONN);
            calls.close(lonely);
        }
    }

    @KernelTest
    @BreaksRules("closes descriptors twice")
    void acceptedSocketsHaveTheOptionsOfTheirListener(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Descriptors calls = kernel.descriptors();
            MemorySegment address = address(rig, 0);
            int server = socket(rig, AF_INET, SOCK_STREAM);
            assertThat(calls.setsockopt(server, IPPROTO_TCP, TCP_NODELAY, 1)).isZero();
            calls.bind(server, address);
            calls.listen(server, 8);
            calls.getsockname(server, address);
            assertThat(option(rig, server, SOL_SOCKET, SO_ACCEPTCONN)).isEqualTo(1);
            int client = socket(rig, AF_INET, SOCK_STREAM);
            rig.sqe().prepConnect(client, address.address(), SockaddrIn.SIZE).userData(1);
            assertThat(rig.await().res()).isZero();
            rig.sqe().prepAccept(server, 0).userData(2);
            int accepted = rig.await().res();
            assertThat(option(rig, accepted, SOL_SOCKET, SO_TYPE)).isEqualTo(SOCK_STREAM);
            assertThat(option(rig, accepted, SOL_SOCKET, SO_ACCEPTCONN)).isZero();
            if (!TestKernels.isInMemory(kernel)) {
                assertThat(option(rig, accepted, IPPROTO_TCP, TCP_NODELAY)).isEqualTo(1);
            }
            for (int fd : new int[] {server, client, accepted}) {
                assertThat(calls.close(fd)).isZero();
                assertThat(calls.close(fd)).isEqualTo(-Errno.EBADF);
            }
        }
    }

    @KernelTest
    void aUnixPathConnects(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Descriptors calls = kernel.descriptors();
            byte[] path = (directory.resolve(kernel.toString()) + "\0")
                    .getBytes(StandardCharsets.UTF_8);
            MemorySegment address = rig.memory(2 + path.length).asSlice(0, 2 + path.length);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, address, JAVA_BYTE, 2, path.length);
            int client = socket(rig, AF_UNIX, SOCK_STREAM);
            rig.sqe().prepConnect(client, address.address(), (int) address.byteSize())
                    .userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, -Errno.ENOENT, 0));
            int server = socket(rig, AF_UNIX, SOCK_STREAM);
            assertThat(calls.bind(server, address)).isZero();
            assertThat(calls.listen(server, 8)).isZero();
            int other = socket(rig, AF_UNIX, SOCK_STREAM);
            assertThat(calls.bind(other, address)).isEqualTo(-Errno.EADDRINUSE);
            rig.sqe().prepConnect(client, address.address(), (int) address.byteSize())
                    .userData(2);
            assertThat(rig.await()).isEqualTo(new Cqe(2, 0, 0));
            rig.sqe().prepAccept(server, 0).userData(3);
            int accepted = rig.await().res();
            rig.write(client, Rig.pattern(1000, 3));
            assertThat(rig.read(accepted, 2000)).isEqualTo(Rig.pattern(1000, 3));
            for (int fd : new int[] {server, client, accepted, other}) {
                assertThat(calls.close(fd)).isZero();
            }
        }
    }

    // ---- bytes ----------------------------------------------------------------------------

    @KernelTest
    void whatWasPeekedAtIsReceivedAgain(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            byte[] sent = Rig.pattern(100, 5);
            rig.write(pair.right(), sent);
            MemorySegment into = rig.memory(200);
            rig.sqe().prepRecv(pair.left(), into.address(), 10, MSG_PEEK).userData(1);
            assertThat(rig.await().res()).isEqualTo(10);
            rig.sqe().prepRecv(pair.left(), into.address() + 10, 30, MSG_PEEK).userData(2);
            assertThat(rig.await().res()).isEqualTo(30);
            assertThat(into.asSlice(10, 30).toArray(JAVA_BYTE)).startsWith(
                    into.asSlice(0, 10).toArray(JAVA_BYTE));
            int received = 0;
            while (received < 100) {
                rig.sqe().prepRecv(pair.left(), into.address() + received, 200 - received, 0)
                        .userData(3);
                received += rig.await().res();
            }
            assertThat(into.asSlice(0, received).toArray(JAVA_BYTE)).isEqualTo(sent);
        }
    }

    @KernelTest
    void tcpDiscardsWhatIsReceivedWithTrunc(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            rig.write(pair.right(), Rig.pattern(100, 6));
            MemorySegment into = rig.memory(100);
            rig.sqe().prepRecv(pair.left(), into.address(), 60, MSG_TRUNC | MSG_WAITALL)
                    .userData(1);
            assertThat(rig.await().res()).isEqualTo(60);
            assertThat(into.asSlice(0, 60).toArray(JAVA_BYTE)).isEqualTo(new byte[60]);
            assertThat(rig.read(pair.left(), 100)).isEqualTo(
                    Arrays.copyOfRange(Rig.pattern(100, 6), 60, 100));
        }
    }

    @KernelTest
    void eachDirectionEndsForItself(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            rig.write(pair.right(), Rig.pattern(10, 1));
            rig.end(pair.right());
            assertThat(rig.read(pair.left(), 100)).isEqualTo(Rig.pattern(10, 1));
            assertThat(rig.read(pair.left(), 100)).isEmpty();
            assertThat(rig.read(pair.left(), 100)).isEmpty();
            rig.write(pair.left(), Rig.pattern(20, 2));
            assertThat(rig.read(pair.right(), 100)).isEqualTo(Rig.pattern(20, 2));
            MemorySegment from = rig.memory(10);
            rig.sqe().prepSend(pair.right(), from.address(), 10, 0).userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, -Errno.EPIPE, 0));
            assertThat(kernel.descriptors().shutdown(pair.left(), SHUT_RDWR)).isZero();
            assertThat(rig.read(pair.right(), 100)).isEmpty();
        }
    }

    @KernelTest
    void aReceiveThatMustNotWaitSaysSo(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            MemorySegment into = rig.memory(100);
            rig.sqe().prepRecv(pair.left(), into.address(), 100, MSG_DONTWAIT).userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, -Errno.EAGAIN, 0));
            rig.write(pair.right(), Rig.pattern(7, 1));
            rig.sqe().prepRecv(pair.left(), into.address(), 100, MSG_DONTWAIT).userData(2);
            assertThat(rig.await().res()).isEqualTo(7);
        }
    }

    @KernelTest
    void aSendOfMoreThanFitsGoesOnWhenThereIsRoom(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            int size = 16 << 20;
            byte[] sent = Rig.pattern(size, 4);
            MemorySegment from = rig.memory(size).copyFrom(MemorySegment.ofArray(sent));
            rig.sqe().prepSend(pair.right(), from.address(), size, MSG_WAITALL).userData(1);
            assertThat(rig.poll()).isEmpty();
            byte[] received = new byte[size];
            int count = 0;
            Cqe done = null;
            while (count < size) {
                byte[] part = rig.read(pair.left(), 1 << 20);
                System.arraycopy(part, 0, received, count, part.length);
                count += part.length;
                for (Cqe cqe : rig.poll()) {
                    done = cqe;
                }
            }
            assertThat(done == null ? rig.await() : done).isEqualTo(new Cqe(1, size, 0));
            assertThat(received).isEqualTo(sent);
        }
    }

    @KernelTest
    void readinessIsWaitedForWithoutAnAttempt(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            MemorySegment into = rig.memory(100);
            rig.sqe().prepPollAdd(pair.left(), POLLIN).userData(1);
            rig.sqe().prepPollAdd(pair.left(), POLLOUT).userData(2);
            assertThat(rig.poll()).containsExactly(new Cqe(2, POLLOUT, 0));
            rig.write(pair.right(), Rig.pattern(7, 1));
            Cqe readable = rig.await();
            assertThat(readable.userData()).isEqualTo(1);
            assertThat(readable.res() & POLLIN).isEqualTo(POLLIN);
            rig.sqe().prepPollAdd(pair.left(), POLLIN).userData(3);
            assertThat(rig.poll()).containsExactly(new Cqe(3, POLLIN, 0));
            rig.sqe().prepRecv(pair.left(), into.address(), 100, 0)
                    .ioprio(IORING_RECVSEND_POLL_FIRST).userData(4);
            assertThat(rig.await().res()).isEqualTo(7);
            rig.sqe().prepRecv(pair.left(), into.address(), 100, 0)
                    .ioprio(IORING_RECVSEND_POLL_FIRST).userData(5);
            assertThat(rig.poll()).isEmpty();
            rig.write(pair.right(), Rig.pattern(8, 1));
            assertThat(rig.await().res()).isEqualTo(8);
        }
    }

    // ---- datagrams ------------------------------------------------------------------------

    @KernelTest
    void datagramsKeepTheirBounds(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Descriptors calls = kernel.descriptors();
            MemorySegment address = address(rig, 0);
            int server = socket(rig, AF_INET, SOCK_DGRAM);
            assertThat(calls.bind(server, address)).isZero();
            calls.getsockname(server, address);
            int client = socket(rig, AF_INET, SOCK_DGRAM);
            MemorySegment from = rig.memory(64);
            rig.sqe().prepSend(client, from.address(), 10, 0).userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, -Errno.EDESTADDRREQ, 0));
            rig.sqe().prepConnect(client, address.address(), SockaddrIn.SIZE).userData(2);
            assertThat(rig.await().res()).isZero();
            for (int length : new int[] {50, 1, 20}) {
                byte[] bytes = Rig.pattern(length, length);
                MemorySegment.copy(bytes, 0, from, JAVA_BYTE, 0, length);
                rig.sqe().prepSend(client, from.address(), length, 0).userData(3);
                assertThat(rig.await()).isEqualTo(new Cqe(3, length, 0));
            }
            MemorySegment into = rig.memory(100);
            rig.sqe().prepRecv(server, into.address(), 30, MSG_PEEK | MSG_TRUNC).userData(4);
            assertThat(rig.await().res()).isEqualTo(50);
            rig.sqe().prepRecv(server, into.address(), 30, 0).userData(4);
            assertThat(rig.await().res()).isEqualTo(30);
            assertThat(into.asSlice(0, 30).toArray(JAVA_BYTE)).isEqualTo(
                    Arrays.copyOf(Rig.pattern(50, 50), 30));
            for (int length : new int[] {1, 20}) {
                rig.sqe().prepRecv(server, into.address(), 100, 0).userData(5);
                assertThat(rig.await().res()).isEqualTo(length);
            }
            rig.sqe().prepSend(client, from.address(), 64, 0).userData(6);
            rig.await();
            calls.close(server);
            calls.close(client);
        }
    }
}
