package dev.rill.kernel;

import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.PollFlags.POLLERR;
import static dev.rill.abi.PollFlags.POLLHUP;
import static dev.rill.abi.PollFlags.POLLIN;
import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.SHUT_RDWR;
import static dev.rill.abi.SocketConstants.SOCK_DGRAM;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static dev.rill.abi.SocketConstants.SOL_SOCKET;
import static dev.rill.abi.SocketConstants.SO_LINGER;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.Errno;
import dev.rill.abi.FileFlags;
import dev.rill.abi.Linger;
import dev.rill.abi.Opcode;
import dev.rill.abi.PollFlags;
import dev.rill.abi.SockaddrIn;
import dev.rill.abi.SqeFlags;
import dev.rill.ring.RingOptions;
import dev.rill.testing.BreaksRules;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import dev.rill.testing.TestKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Where sockets are not in the state that their requests hope for, and what must not be lost then.
@Timeout(60)
class SocketEdgesTest {

    private static final int LOOPBACK = 0x0100007f;

    @TempDir
    Path directory;

    private static MemorySegment address(Rig rig, int host) {
        MemorySegment address = rig.memory(SockaddrIn.SIZE).asSlice(0, SockaddrIn.SIZE);
        address.set(JAVA_SHORT, SockaddrIn.FAMILY, (short) AF_INET);
        address.set(JAVA_INT, SockaddrIn.ADDR, host);
        return address;
    }

    private static int socket(Rig rig, int domain, int type) {
        return KernelException.check("socket", rig.kernel().descriptors()
                .socket(domain, type, 0));
    }

    private static int listener(Rig rig, MemorySegment address, int backlog) {
        Descriptors calls = rig.kernel().descriptors();
        int fd = socket(rig, AF_INET, SOCK_STREAM);
        KernelException.check("bind", calls.bind(fd, address));
        KernelException.check("listen", calls.listen(fd, backlog));
        KernelException.check("getsockname", calls.getsockname(fd, address));
        return fd;
    }

    private static int connect(Rig rig, MemorySegment address, int userData) {
        int fd = socket(rig, AF_INET, SOCK_STREAM);
        rig.sqe().prepConnect(fd, address.address(), SockaddrIn.SIZE).userData(userData);
        return fd;
    }

    private static void close(Rig rig, int... fds) {
        for (int fd : fds) {
            assertThat(rig.kernel().descriptors().close(fd)).isZero();
        }
    }

    private static List<Long> tags(List<Cqe> cqes) {
        return cqes.stream().map(Cqe::userData).sorted().toList();
    }

    // ---- who waits for room ---------------------------------------------------------------

    @KernelTest
    void aSendWaitsForRoomAlsoWhenThePeerSendsNoMore(Kernel kernel) {
        byte[] bytes = Rig.pattern(8 << 20, 7);
        try (Rig rig = new Rig(kernel)) {
            for (Pair pair : List.of(rig.tcp(), rig.unixStream())) {
                MemorySegment memory = rig.memory(bytes.length);
                MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
                rig.end(pair.right()); // from now on polling says that something has happened
                rig.sqe().prepSend(pair.left(), memory.address(), bytes.length, MSG_WAITALL)
                        .userData(1);
                assertThat(rig.poll()).isEmpty();
                assertThat(rig.poll()).isEmpty();
                MemorySegment got = rig.memory(bytes.length);
                rig.sqe().prepRecv(pair.right(), got.address(), bytes.length, MSG_WAITALL)
                        .userData(2);
                assertThat(rig.await(2)).extracting(Cqe::res).containsOnly(bytes.length);
                assertThat(got.mismatch(memory)).isEqualTo(-1);
            }
        }
    }

    // ---- who waits for connections --------------------------------------------------------

    @KernelTest
    void asManyAreWokenAsConnectionsCome(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            MemorySegment address = address(rig, LOOPBACK);
            int server = listener(rig, address, 8);
            rig.sqe().prepAccept(server, 0).userData(1);
            rig.sqe().prepAccept(server, 0).userData(2);
            rig.sqe().prepAccept(server, 0).userData(3);
            assertThat(rig.poll()).isEmpty();
            int[] clients = {connect(rig, address, 11), connect(rig, address, 12),
                connect(rig, address, 13)};
            List<Cqe> all = rig.await(6);
            assertThat(tags(all)).containsExactly(1L, 2L, 3L, 11L, 12L, 13L);
            close(rig, clients);
            for (Cqe cqe : all) {
                if (cqe.userData() < 10) {
                    close(rig, cqe.res());
                }
            }
            close(rig, server);
        }
    }

    @KernelTest
    void aShutdownEndsTheWaitForConnections(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            MemorySegment address = address(rig, LOOPBACK);
            int server = listener(rig, address, 8);
            rig.sqe().prepAccept(server, 0).userData(1);
            assertThat(rig.poll()).isEmpty();
            assertThat(kernel.descriptors().shutdown(server, SHUT_RDWR)).isZero();
            assertThat(rig.await()).isEqualTo(new Cqe(1, -Errno.EINVAL, 0));
            int client = connect(rig, address, 2);
            assertThat(rig.await()).isEqualTo(new Cqe(2, -Errno.ECONNREFUSED, 0));
            assertThat(kernel.descriptors().listen(server, 8)).isZero();
            kernel.descriptors().getsockname(server, address);
            rig.sqe().prepConnect(client, address.address(), SockaddrIn.SIZE).userData(3);
            assertThat(rig.await()).isEqualTo(new Cqe(3, 0, 0));
            close(rig, client, server);
        }
    }

    // ---- connects that take long ----------------------------------------------------------

    @KernelTest
    void whatIsAskedOfASocketThatConnectsWaitsForIt(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            MemorySegment address = address(rig, LOOPBACK);
            int server = listener(rig, address, 1);
            int[] first = {connect(rig, address, 1), connect(rig, address, 1)};
            rig.await(2);
            int late = connect(rig, address, 2);
            MemorySegment bytes = rig.memory(100);
            rig.sqe().prepRecv(late, bytes.address() + 50, 50, 0).userData(3);
            rig.sqe().prepSend(late, bytes.address(), 9, 0).userData(4);
            assertThat(rig.poll()).isEmpty();
            int[] accepted = new int[3];
            for (int i = 0; i < 3; i++) {
                rig.sqe().prepAccept(server, 0).userData(5);
                Cqe cqe;
                do {
                    cqe = rig.await();
                } while (cqe.userData() != 5 && cqe.res() >= 0);
                assertThat(cqe.userData()).isEqualTo(5);
                accepted[i] = cqe.res();
            }
            assertThat(rig.read(accepted[2], 100)).hasSize(9);
            rig.write(accepted[2], Rig.pattern(7, 1));
            Cqe cqe;
            do {
                cqe = rig.await();
            } while (cqe.userData() != 3);
            assertThat(cqe.res()).isEqualTo(7);
            close(rig, accepted);
            close(rig, first);
            close(rig, late, server);
        }
    }

    @KernelTest
    void whoPollsASocketThatConnectsLearnsOfItsFailure(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            MemorySegment address = address(rig, LOOPBACK);
            int server = listener(rig, address, 1);
            int[] first = {connect(rig, address, 1), connect(rig, address, 1)};
            rig.await(2);
            int late = connect(rig, address, 2);
            rig.sqe().prepPollAdd(late, POLLIN).userData(3);
            assertThat(rig.poll()).isEmpty();
            assertThat(kernel.descriptors().bind(late, address)).isEqualTo(-Errno.EINVAL);
            close(rig, server);
            for (Cqe cqe : rig.await(2)) {
                if (cqe.userData() == 2) {
                    assertThat(cqe.res()).isEqualTo(-Errno.ECONNREFUSED);
                } else {
                    assertThat(cqe.res() & (POLLERR | POLLHUP)).isNotZero();
                }
            }
            close(rig, first);
            close(rig, late);
        }
    }

    // ---- connections that end badly -------------------------------------------------------

    @KernelTest
    void aResetIsToldOnceAndThenTheConnectionIsOver(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            MemorySegment linger = rig.memory(Linger.SIZE).asSlice(0, Linger.SIZE);
            linger.set(JAVA_INT, 0, 1);
            assertThat(kernel.descriptors().setsockopt(pair.right(), SOL_SOCKET, SO_LINGER,
                    linger)).isZero();
            rig.closeNow(pair.right());
            rig.poll();
            MemorySegment bytes = rig.memory(10);
            for (int expected : new int[] {-Errno.ECONNRESET, 0, 0}) {
                rig.sqe().prepRecv(pair.left(), bytes.address(), 10, 0).userData(1);
                assertThat(rig.await().res()).isEqualTo(expected);
            }
            rig.sqe().prepSend(pair.left(), bytes.address(), 10, 0).userData(2);
            assertThat(rig.await().res()).isEqualTo(-Errno.EPIPE);
        }
    }

    // ---- readiness ------------------------------------------------------------------------

    @KernelTest
    void aPollThatStaysTellsEachArrival(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            MemorySegment into = rig.memory(100);
            rig.sqe().prepPollAdd(pair.left(), POLLIN).length(PollFlags.IORING_POLL_ADD_MULTI)
                    .userData(1);
            assertThat(rig.poll()).isEmpty();
            for (int i = 0; i < 3; i++) {
                rig.write(pair.right(), Rig.pattern(10, i));
                assertThat(rig.await().userData()).isEqualTo(1);
                rig.poll();
                rig.poll();
                rig.sqe().prepRecv(pair.left(), into.address(), 10, 0).userData(2);
                assertThat(rig.await()).isEqualTo(new Cqe(2, 10, 0));
            }
        }
    }

    // ---- datagrams to where none can go ---------------------------------------------------

    @KernelTest
    void aDatagramNeedsAnAddressThatFits(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            int fd = socket(rig, AF_INET, SOCK_DGRAM);
            MemorySegment bytes = rig.memory(10);
            MemorySegment address = address(rig, LOOPBACK);
            int[] results = new int[4];
            int[] lengths = {2, SockaddrIn.SIZE, SockaddrIn.SIZE, 8};
            int[] families = {AF_INET, AF_UNIX, AF_INET, AF_UNIX};
            for (int i = 0; i < lengths.length; i++) {
                address.set(JAVA_SHORT, SockaddrIn.FAMILY, (short) families[i]);
                rig.sqe().prep(Opcode.IORING_OP_SEND, fd, bytes.address(), 10, address.address())
                        .optlen(lengths[i]).userData(1);
                results[i] = rig.await().res();
            }
            assertThat(results).containsExactly(-Errno.EINVAL, -Errno.EAFNOSUPPORT,
                    -Errno.EINVAL, -Errno.EINVAL);
            close(rig, fd);
        }
    }

    // ---- addresses ------------------------------------------------------------------------

    @KernelTest
    void aSocketIsBoundToAnyAddressOfTheMachine(Kernel kernel) throws Exception {
        if (TestKernels.isInMemory(kernel)) {
            return;
        }
        try (Rig rig = new Rig(kernel)) {
            for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
                for (InetAddress own : each.inetAddresses().toList()) {
                    if (own instanceof Inet4Address) {
                        byte[] ip = own.getAddress();
                        for (int type : new int[] {SOCK_STREAM, SOCK_DGRAM}) {
                            MemorySegment address = address(rig, 0);
                            MemorySegment.copy(ip, 0, address, JAVA_BYTE, SockaddrIn.ADDR, 4);
                            int fd = socket(rig, AF_INET, type);
                            assertThat(kernel.descriptors().bind(fd, address)).isZero();
                            close(rig, fd);
                        }
                    }
                }
            }
            MemorySegment elsewhere = address(rig, 0x010200c0); // 192.0.2.1, for documents
            int fd = socket(rig, AF_INET, SOCK_STREAM);
            assertThat(kernel.descriptors().bind(fd, elsewhere))
                    .isEqualTo(-Errno.EADDRNOTAVAIL);
            close(rig, fd);
        }
    }

    /// A program that never waits gets on as well. In memory a full server refuses.
    @KernelTest
    void aFullUnixServerIsWaitedForByPolling(Kernel kernel) {
        if (TestKernels.isInMemory(kernel)) {
            return;
        }
        try (Rig rig = new Rig(kernel)) {
            byte[] path = (directory.resolve("full " + kernel) + "\0")
                    .getBytes(StandardCharsets.UTF_8);
            MemorySegment address = rig.memory(2 + path.length).asSlice(0, 2 + path.length);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, address, JAVA_BYTE, 2, path.length);
            int server = socket(rig, AF_UNIX, SOCK_STREAM);
            assertThat(kernel.descriptors().bind(server, address)).isZero();
            assertThat(kernel.descriptors().listen(server, 1)).isZero();
            int[] clients = new int[3];
            for (int i = 0; i < clients.length; i++) {
                clients[i] = socket(rig, AF_UNIX, SOCK_STREAM);
                rig.sqe().prepConnect(clients[i], address.address(), (int) address.byteSize())
                        .userData(1 + i);
            }
            assertThat(tags(rig.await(2))).containsExactly(1L, 2L);
            rig.sqe().prepAccept(server, 0).userData(4);
            Map<Long, Integer> results = new HashMap<>();
            while (results.size() < 2) {
                rig.poll().forEach(cqe -> results.put(cqe.userData(), cqe.res()));
            }
            assertThat(results).containsEntry(3L, 0).containsKey(4L);
            close(rig, clients);
            close(rig, server, results.get(4L));
        }
    }

    @KernelTest
    void aPathIsBytes(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            MemorySegment address = rig.memory(10).asSlice(0, 10);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            for (int i = 2; i < 9; i++) {
                address.set(JAVA_BYTE, i, (byte) 0xe9);
            }
            int fd = socket(rig, AF_UNIX, SOCK_STREAM);
            rig.sqe().prepConnect(fd, address.address(), 10).userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, -Errno.ENOENT, 0));
            rig.sqe().prepOpenat(FileFlags.AT_FDCWD, address.address() + 2, 0, 0).userData(2);
            assertThat(rig.await()).isEqualTo(new Cqe(2, -Errno.ENOENT, 0));
            close(rig, fd);
        }
    }

    @KernelTest
    void aFileHasNoNegativePositions(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            byte[] path = (directory.resolve("file" + kernel) + "\0")
                    .getBytes(StandardCharsets.UTF_8);
            MemorySegment name = rig.memory(path.length);
            MemorySegment.copy(path, 0, name, JAVA_BYTE, 0, path.length);
            rig.sqe().prepOpenat(FileFlags.AT_FDCWD, name.address(),
                    FileFlags.O_RDWR | FileFlags.O_CREAT, 0600).userData(1);
            int fd = rig.await().res();
            assertThat(fd).isPositive();
            rig.sqe().prepRead(fd, name.address(), 5, -2).userData(2);
            assertThat(rig.await()).isEqualTo(new Cqe(2, -Errno.EINVAL, 0));
            rig.sqe().prepWrite(fd, name.address(), 5, -2).userData(3);
            assertThat(rig.await()).isEqualTo(new Cqe(3, -Errno.EINVAL, 0));
            close(rig, fd);
        }
    }

    // ---- memory and time ------------------------------------------------------------------

    /// Linux finds whatever is there by then.
    @KernelTest
    @BreaksRules("frees memory of a request in flight")
    void memoryThatIsGoneIsAFault(Kernel kernel) {
        if (!kernel.name().equals("engine")) {
            return;
        }
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            try (Arena shortLived = Arena.ofConfined()) {
                rig.sqe().prepRecv(pair.left(), kernel.memory(4096, shortLived).address(), 100, 0)
                        .userData(1);
                assertThat(rig.poll()).isEmpty();
            }
            rig.write(pair.right(), Rig.pattern(10, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(1, -Errno.EFAULT, 0));
        }
    }

    @KernelTest
    void memoryMayBeAnotherThreads(Kernel kernel) throws Exception {
        CompletableFuture<Cqe> seen = new CompletableFuture<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = kernel.memory(4096, arena);
            Thread other = Thread.ofPlatform().daemon().start(() -> {
                try (Rig rig = new Rig(kernel)) {
                    Pair pair = rig.tcp();
                    rig.write(pair.right(), Rig.pattern(10, 1));
                    rig.sqe().prepRecv(pair.left(), bytes.address(), 100, 0).userData(1);
                    seen.complete(rig.await());
                } catch (RuntimeException | Error e) {
                    seen.completeExceptionally(e);
                }
            });
            assertThat(seen.get().res()).isIn(10, -Errno.EFAULT);
            other.join();
        }
    }

    @KernelTest
    void aLimitMayBeFarAway(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            MemorySegment into = rig.memory(100);
            rig.sqe().prepRecv(pair.left(), into.address(), 100, 0).userData(1);
            rig.poll();
            Thread.ofPlatform().daemon().start(() -> {
                try (Arena arena = Arena.ofConfined()) {
                    kernel.descriptors().write(pair.right(), kernel.memory(5, arena)
                            .asSlice(0, 5));
                }
            });
            rig.ring().submitAndWait(1, Long.MAX_VALUE - 1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, 5, 0));
        }
    }

    // ---- two rings of one thread ----------------------------------------------------------

    @KernelTest
    void workThatAnotherRingDoesMeanwhileIsNotForgotten(Kernel kernel) {
        try (Rig plain = new Rig(kernel, new RingOptions(8, 8, 0, 0, false));
                Rig rig = new Rig(kernel)) {
            Pair source = rig.pipe();
            Pair link = rig.pipe();
            MemorySegment bytes = rig.memory(20);
            rig.sqe().prepRead(link.left(), bytes.address() + 10, 10, -1).userData(1);
            assertThat(rig.poll()).isEmpty();
            plain.sqe().prepRead(source.left(), bytes.address(), 5, -1).userData(2)
                    .flags(SqeFlags.IOSQE_IO_LINK);
            plain.sqe().prepWrite(link.right(), bytes.address(), 5, -1).userData(3);
            assertThat(plain.poll()).isEmpty();
            Thread.ofPlatform().daemon().start(() -> {
                try (Arena arena = Arena.ofConfined()) {
                    kernel.descriptors().write(source.right(), kernel.memory(5, arena)
                            .asSlice(0, 5));
                }
            });
            assertThat(rig.await()).isEqualTo(new Cqe(1, 5, 0));
        }
    }
}
