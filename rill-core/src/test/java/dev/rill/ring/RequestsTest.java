package dev.rill.ring;

import static dev.rill.abi.FileFlags.AT_FDCWD;
import static dev.rill.abi.FileFlags.O_CREAT;
import static dev.rill.abi.FileFlags.O_RDWR;
import static dev.rill.abi.PollFlags.POLLIN;
import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.SHUT_WR;
import static dev.rill.abi.SocketConstants.SOCK_CLOEXEC;
import static dev.rill.abi.SocketConstants.SOCK_DGRAM;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.IoUringRecvmsgOut;
import dev.rill.abi.Iovec;
import dev.rill.abi.Msghdr;
import dev.rill.abi.SockaddrIn;
import dev.rill.kernel.Kernel;
import dev.rill.testing.BreaksRules;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LentBuffers;
import dev.rill.testing.LentBuffers.Slot;
import dev.rill.testing.Needs;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/// Every kind of request puts its operands where the kernel looks for them
/// (C-160, C-161, C-219 to C-221; otherwise liburing's io_uring_prep_*).
class RequestsTest {

    private static MemorySegment bytes(Rig rig, byte[] content) {
        MemorySegment memory = rig.memory(content.length);
        MemorySegment.copy(content, 0, memory, JAVA_BYTE, 0, content.length);
        return memory;
    }

    private static MemorySegment iovecs(Rig rig, long... addressesAndLengths) {
        MemorySegment iovecs = rig.memory(addressesAndLengths.length * 8L);
        for (int i = 0; i < addressesAndLengths.length; i++) {
            iovecs.set(JAVA_LONG, i * 8L, addressesAndLengths[i]);
        }
        assertThat(Iovec.SIZE).isEqualTo(16);
        return iovecs;
    }

    private static MemorySegment message(Rig rig, MemorySegment iovecs, int count) {
        MemorySegment message = rig.memory(Msghdr.SIZE);
        message.set(JAVA_LONG, Msghdr.IOV, iovecs.address());
        message.set(JAVA_LONG, Msghdr.IOVLEN, count);
        return message;
    }

    @KernelTest
    @BreaksRules("closes a descriptor twice")
    void aFileIsOpenedWrittenForcedReadAndClosed(Kernel kernel, @TempDir Path folder)
            throws Exception {
        try (Rig rig = new Rig(kernel)) {
            Path file = folder.resolve("file");
            MemorySegment path = bytes(rig, (file + "\0").getBytes());
            rig.sqe().prepOpenat(AT_FDCWD, path.address(), O_RDWR | O_CREAT, 0600).userData(1);
            int fd = rig.await().res();
            assertThat(fd).isNotNegative();
            byte[] content = Rig.pattern(100, 1);
            MemorySegment memory = bytes(rig, content);
            rig.sqe().prepWrite(fd, memory.address(), 60, 0).userData(2);
            assertThat(rig.await()).isEqualTo(new Cqe(2, 60, 0));
            MemorySegment rest = iovecs(rig, memory.address() + 60, 30, memory.address() + 90, 10);
            rig.sqe().prepWritev(fd, rest.address(), 2, 60).userData(3);
            assertThat(rig.await()).isEqualTo(new Cqe(3, 40, 0));
            rig.sqe().prepFsync(fd, 0).userData(4);
            assertThat(rig.await()).isEqualTo(new Cqe(4, 0, 0));
            MemorySegment into = rig.memory(100);
            rig.sqe().prepRead(fd, into.address(), 50, 10).userData(5);
            assertThat(rig.await()).isEqualTo(new Cqe(5, 50, 0));
            assertThat(into.asSlice(0, 50).toArray(JAVA_BYTE))
                    .isEqualTo(Bytes.cut(content, 10, 50));
            MemorySegment two = iovecs(rig, into.address() + 1, 1, into.address(), 1);
            rig.sqe().prepReadv(fd, two.address(), 2, 98).userData(6);
            assertThat(rig.await()).isEqualTo(new Cqe(6, 2, 0));
            assertThat(into.asSlice(0, 2).toArray(JAVA_BYTE))
                    .containsExactly(content[99], content[98]);
            rig.sqe().prepClose(fd).userData(7);
            assertThat(rig.await()).isEqualTo(new Cqe(7, 0, 0));
            assertThat(kernel.descriptors().close(fd)).isEqualTo(-9);
            assertThat(Files.readAllBytes(file)).isEqualTo(content);
        }
    }

    @KernelTest
    void aConnectionIsMadeUsedAndEnded(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            int listener = socket(rig);
            MemorySegment address = rig.memory(SockaddrIn.SIZE).asSlice(0, SockaddrIn.SIZE);
            address.set(JAVA_SHORT, SockaddrIn.FAMILY, (short) AF_INET);
            address.set(JAVA_INT, SockaddrIn.ADDR, 0x0100007f);
            rig.sqe().prepBind(listener, address.address(), SockaddrIn.SIZE).userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, 0, 0));
            rig.sqe().prepListen(listener, 8).userData(2);
            assertThat(rig.await()).isEqualTo(new Cqe(2, 0, 0));
            assertThat(kernel.descriptors().getsockname(listener, address)).isEqualTo(16);
            rig.sqe().prepAcceptMultishot(listener, SOCK_CLOEXEC).userData(3);
            for (int i = 0; i < 3; i++) {
                int client = socket(rig);
                rig.sqe().prepConnect(client, address.address(), SockaddrIn.SIZE).userData(4);
                List<Cqe> cqes = rig.await(2);
                assertThat(cqes).contains(new Cqe(4, 0, 0));
                Cqe accepted = cqes.stream().filter(cqe -> cqe.userData() == 3).findFirst()
                        .orElseThrow();
                assertThat(accepted.flags() & 0x2).isEqualTo(0x2);
                exchange(rig, client, accepted.res());
                rig.sqe().prepClose(client).userData(5);
                rig.sqe().prepClose(accepted.res()).userData(5);
                assertThat(rig.await(2)).containsOnly(new Cqe(5, 0, 0));
            }
            rig.sqe().prepCancelFd(listener).userData(6);
            assertThat(rig.await(2)).contains(new Cqe(6, 1, 0), new Cqe(3, -125, 0));
            rig.sqe().prepClose(listener).userData(7);
            assertThat(rig.await()).isEqualTo(new Cqe(7, 0, 0));
        }
    }

    private static int socket(Rig rig) {
        rig.sqe().prepSocket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0).userData(0);
        int fd = rig.await().res();
        assertThat(fd).isNotNegative();
        return fd;
    }

    private static void exchange(Rig rig, int from, int to) {
        MemorySegment memory = bytes(rig, Rig.pattern(20, from));
        MemorySegment into = rig.memory(20);
        rig.sqe().prepRecv(to, into.address(), 20, 0).userData(1);
        rig.sqe().prepSend(from, memory.address(), 20, 0).userData(2);
        assertThat(rig.await(2)).containsExactlyInAnyOrder(
                new Cqe(1, 20, 0), new Cqe(2, 20, 0));
        assertThat(into.mismatch(memory)).isEqualTo(-1);
        rig.sqe().prepShutdown(from, SHUT_WR).userData(3);
        assertThat(rig.await()).isEqualTo(new Cqe(3, 0, 0));
        rig.sqe().prepRecv(to, into.address(), 20, 0).userData(4);
        assertThat(rig.await()).isEqualTo(new Cqe(4, 0, 0x4));
    }

    @KernelTest
    void aSendWithoutCopyHasTwoCompletions(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            MemorySegment memory = bytes(rig, Rig.pattern(100, 1));
            rig.sqe().prepSendZc(pair.left(), memory.address(), 100, 0).userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, 100, 0x2));
            assertThat(rig.read(pair.right(), 200)).isEqualTo(Rig.pattern(100, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(1, 0, 0x8));
            assertThat(rig.ring().inFlight()).isZero();
        }
    }

    @KernelTest
    void messagesAreGatheredAndScattered(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.unixStream();
            MemorySegment out = bytes(rig, Rig.pattern(30, 1));
            MemorySegment in = rig.memory(30);
            rig.sqe().prepSendmsg(pair.left(), message(rig, iovecs(rig,
                    out.address() + 20, 10, out.address(), 20), 2).address(), 0).userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, 30, 0));
            rig.sqe().prepRecvmsg(pair.right(), message(rig, iovecs(rig,
                    in.address() + 20, 10, in.address(), 20), 2).address(), 0).userData(2);
            assertThat(rig.await()).isEqualTo(new Cqe(2, 30, 0));
            assertThat(in.toArray(JAVA_BYTE)).isEqualTo(Rig.pattern(30, 1));
        }
    }

    @KernelTest
    @Needs(Feature.MIN_LEFT)
    void messagesOfAMultishotHaveAHeaderInTheirBuffer(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = new LentBuffers(rig, BufferRingOptions.incremental(0, 4)
                        .withMinLeft(42)).lend(2, 100, 0)) {
            Pair pair = rig.unix(SOCK_DGRAM);
            MemorySegment message = rig.memory(Msghdr.SIZE);
            message.set(JAVA_INT, Msghdr.NAMELEN, 16);
            lent.select(rig.sqe().prepRecvmsgMultishot(pair.left(), message.address(), 0));
            int[] lengths = {5, 10, 2, 10};
            int[] flags = {0x13, 0x3, 0x10013, 0x10003};
            int[] offsets = {0, 37, 0, 34};
            for (int i = 0; i < 4; i++) {
                rig.write(pair.right(), Rig.pattern(lengths[i], i));
                assertThat(rig.await()).isEqualTo(new Cqe(0, 32 + lengths[i], flags[i]));
                MemorySegment header = MemorySegment.ofArray(
                        lent.bytes(i / 2, offsets[i], IoUringRecvmsgOut.SIZE));
                assertThat(header.get(JAVA_INT.withByteAlignment(1),
                        IoUringRecvmsgOut.PAYLOADLEN)).isEqualTo(lengths[i]);
                assertThat(lent.bytes(i / 2, offsets[i] + 32, lengths[i]))
                        .isEqualTo(Rig.pattern(lengths[i], i));
            }
            rig.write(pair.right(), Rig.pattern(1, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(0, -105, 0));
            assertThat(lent.head()).isEqualTo(2);
        }
    }

    @KernelTest
    void readinessIsPolledForAndPollingRemoved(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.unixStream();
            rig.sqe().prepPollAdd(pair.left(), POLLIN).userData(1);
            assertThat(rig.poll()).isEmpty();
            rig.write(pair.right(), Rig.pattern(1, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(1, POLLIN, 0));
            rig.read(pair.left(), 1);
            rig.sqe().prepPollAdd(pair.left(), POLLIN).userData(2);
            assertThat(rig.poll()).isEmpty();
            rig.sqe().prepPollRemove(2).userData(3);
            assertThat(rig.await(2)).containsExactlyInAnyOrder(
                    new Cqe(2, -125, 0), new Cqe(3, 0, 0));
        }
    }

    @KernelTest
    @Needs(without = Quirk.NO_UNIX_HINT)
    void buffersOfAListAreProvidedUsedAndRemoved(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.unixStream();
            MemorySegment memory = rig.memory(40);
            rig.sqe().prepProvideBuffers(memory.address(), 10, 4, 7, 100).userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, 0, 0));
            byte[] sent = Rig.pattern(25, 1);
            rig.write(pair.right(), sent);
            int[] lengths = {10, 10, 5};
            int[] flags = {0x640005, 0x650005, 0x660001};
            for (int i = 0; i < 3; i++) {
                rig.sqe().prepRecv(pair.left(), 0, 0, 0).bufferSelect(7).userData(2);
                assertThat(rig.await()).isEqualTo(new Cqe(2, lengths[i], flags[i]));
            }
            assertThat(memory.asSlice(0, 25).toArray(JAVA_BYTE)).isEqualTo(sent);
            rig.sqe().prepRemoveBuffers(10, 7).userData(3);
            assertThat(rig.await()).isEqualTo(new Cqe(3, 1, 0));
        }
    }

    @KernelTest
    @Needs(Feature.MULTISHOT_LIMIT)
    void aMultishotReceiveIsLimitedInAllAndByPiece(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.incremental(rig, 4).lend(512, 40)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(300, 1));
            lent.recvMultishot(pair.left()).length(50).optlen(120);
            assertThat(rig.await(3)).containsExactly(new Cqe(0, 50, 0x280017),
                    new Cqe(0, 50, 0x280017), new Cqe(0, 50, 0x280015));
            assertThat(lent.slot(0)).isEqualTo(new Slot(150, 362));
        }
    }
}
