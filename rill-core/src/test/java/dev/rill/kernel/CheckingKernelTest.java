package dev.rill.kernel;

import static dev.rill.abi.SetupFlags.IORING_SETUP_NO_SQARRAY;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.Kernels;
import dev.rill.abi.Errno;
import dev.rill.abi.IoUringSqe;
import dev.rill.abi.Iovec;
import dev.rill.abi.Msghdr;
import dev.rill.abi.Opcode;
import dev.rill.testing.BreaksRules;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Each rule is broken on purpose and told with its name, its values and the calls before; what is
/// allowed is not told of. Not of the specification's cases.
@BreaksRules("all of them, under a check of its own")
class CheckingKernelTest {

    private final List<RuleBrokenException> told = new ArrayList<>();

    /// A check that throws, and keeps what it has thrown.
    private CheckingKernel check(Kernel kernel) {
        return new CheckingKernel(kernel, broken -> {
            told.add(broken);
            throw broken;
        });
    }

    private RawRing raw(Kernel kernel) {
        return new RawRing(check(kernel), IORING_SETUP_NO_SQARRAY);
    }

    private void expect(Runnable call, CheckRule rule, String... words) {
        told.clear();
        assertThatThrownBy(call::run).isInstanceOf(RuleBrokenException.class)
                .hasMessageContaining(rule.toString()).hasMessageContaining(rule.summary())
                .message().contains(words);
        assertThat(told).singleElement()
                .satisfies(broken -> assertThat(broken.rule()).isEqualTo(rule));
    }

    // ---- submission queue -------------------------------------------------------------------

    @KernelTest
    void aTailFurtherAheadThanTheQueueIsLong(Kernel kernel) {
        try (RawRing ring = raw(kernel)) {
            ring.sqTail(RawRing.ENTRIES + 1);
            expect(() -> ring.enter(1, 0), CheckRule.SQ_TAIL, "ring " + ring.fd() + ": ",
                    "the tail went from 0 to 5, the head is 0 in a queue of 4",
                    "Last calls: map(" + ring.fd() + ", SQ_RING", "SQES");
            ring.sqTail(0);
        }
    }

    @KernelTest
    void aTailBehindTheHead(Kernel kernel) {
        try (RawRing ring = raw(kernel)) {
            ring.sqe(0, Opcode.IORING_OP_NOP, -1, 0, 0).sqTail(1);
            assertThat(ring.enter(1, 1)).isEqualTo(1);
            ring.sqTail(0);
            expect(() -> ring.enter(0, 0), CheckRule.SQ_TAIL,
                    "the tail went from 1 to 0, the head is 1",
                    "enter(submit 1, wait 1, GETEVENTS) = 1");
            ring.sqTail(1);
        }
    }

    @KernelTest
    void aTailMayStepBackOverWhatTheKernelHasNotTaken(Kernel kernel) {
        try (RawRing ring = raw(kernel)) {
            ring.sqe(0, Opcode.IORING_OP_NOP, -1, 0, 0).sqe(1, Opcode.IORING_OP_NOP, -1, 0, 0)
                    .sqTail(2);
            assertThat(ring.enter(1, 1)).isEqualTo(1);
            ring.sqTail(1);
            assertThat(ring.enter(0, 0)).isZero();
        }
    }

    @KernelTest
    void anIndexThatNamesNoEntry(Kernel kernel) {
        try (RawRing ring = new RawRing(check(kernel), 0)) {
            ring.sqIndex(0, 7);
            ring.sqTail(1);
            expect(() -> ring.enter(1, 0), CheckRule.SQ_INDEX,
                    "number 0 of the queue is entry 7 of 4");
        }
    }

    @KernelTest
    void anOpcodeThatThereIsNot(Kernel kernel) {
        try (RawRing ring = raw(kernel)) {
            ring.sqe(0, 99, -1, 0, 0).sqTail(1);
            expect(() -> ring.enter(1, 0), CheckRule.SQE_OPCODE, "opcode 99 in sqe 0x70: OP_99");
        }
    }

    @KernelTest
    void fieldsLeftOverFromAnotherRequest(Kernel kernel) {
        try (RawRing ring = raw(kernel); Arena arena = Arena.ofConfined()) {
            long memory = check(kernel).memory(4096, arena).address();
            int[] fields = {IoUringSqe.ADDR, IoUringSqe.OFF, IoUringSqe.ADDR3,
                IoUringSqe.ADDR3 + 8, IoUringSqe.LEN, IoUringSqe.BUF_INDEX};
            String[] names = {"addr is 0x", "off is 0x", "addr3 is 0x",
                "the field behind addr3 is 0x", "len is 0x", "buf_index is 0x"};
            for (int i = 0; i < fields.length; i++) {
                ring.sqe(0, Opcode.IORING_OP_CLOSE, 1000, 0, 0).sqTail(1);
                ring.field(0, fields[i], memory & 0x7fff_f000L | 1);
                expect(() -> ring.enter(1, 0), CheckRule.SQE_FIELDS, names[i],
                        " in sqe 0x70: CLOSE fd 1000");
            }
            ring.sqe(0, Opcode.IORING_OP_NOP, -1, 0, 0);
            ring.field(0, 0, 0x8000L); // the flags
            expect(() -> ring.enter(1, 0), CheckRule.SQE_FIELDS, "flags are 0x80");
            ring.sqe(0, Opcode.IORING_OP_TIMEOUT, 5, 0, 1);
            expect(() -> ring.enter(1, 0), CheckRule.SQE_FIELDS, "fd is 5");
            ring.sqTail(0);
        }
    }

    // ---- addresses --------------------------------------------------------------------------

    @KernelTest
    void addressesThatDidNotComeFromTheKernel(Kernel kernel) {
        CheckingKernel checked = check(kernel);
        try (RawRing ring = new RawRing(checked, IORING_SETUP_NO_SQARRAY);
                Arena arena = Arena.ofConfined()) {
            long own = arena.allocate(100).address();
            MemorySegment memory = checked.memory(4096, arena);
            ring.sqTail(1);
            ring.sqe(0, Opcode.IORING_OP_READ, 0, own, 100);
            expect(() -> ring.enter(1, 0), CheckRule.ADDRESS, "addr 0x" + Long.toHexString(own)
                    + " with 100 bytes in sqe 0x70: READ fd 0");
            ring.sqe(0, Opcode.IORING_OP_SEND, 0, memory.address() + 4000, 97);
            expect(() -> ring.enter(1, 0), CheckRule.ADDRESS, "with 97 bytes in sqe 0x70: SEND");
            ring.sqe(0, Opcode.IORING_OP_TIMEOUT, -1, own, 1);
            expect(() -> ring.enter(1, 0), CheckRule.ADDRESS, "with 16 bytes", "TIMEOUT");
            ring.sqe(0, Opcode.IORING_OP_CONNECT, 0, own, 0);
            ring.field(0, IoUringSqe.OFF, 28);
            expect(() -> ring.enter(1, 0), CheckRule.ADDRESS, "with 28 bytes", "CONNECT");
            ring.sqe(0, Opcode.IORING_OP_OPENAT, -100, own, 0);
            expect(() -> ring.enter(1, 0), CheckRule.ADDRESS, "OPENAT");
            ring.sqe(0, Opcode.IORING_OP_STATX, -100, memory.address(), 0);
            ring.field(0, IoUringSqe.ADDR2, own);
            expect(() -> ring.enter(1, 0), CheckRule.ADDRESS, "addr2", "with 256 bytes", "STATX");
            ring.sqTail(0);
        }
    }

    @KernelTest
    void addressesBehindAVector(Kernel kernel) {
        CheckingKernel checked = check(kernel);
        try (RawRing ring = new RawRing(checked, IORING_SETUP_NO_SQARRAY);
                Arena arena = Arena.ofConfined()) {
            long own = arena.allocate(100).address();
            MemorySegment memory = checked.memory(4096, arena);
            MemorySegment vector = memory.asSlice(1024);
            vector.set(JAVA_LONG, Iovec.BASE, memory.address());
            vector.set(JAVA_LONG, Iovec.LEN, 10);
            vector.set(JAVA_LONG, Iovec.SIZE + Iovec.BASE, own);
            vector.set(JAVA_LONG, Iovec.SIZE + Iovec.LEN, 11);
            ring.sqTail(1);
            ring.sqe(0, Opcode.IORING_OP_READV, 0, vector.address(), 2);
            expect(() -> ring.enter(1, 0), CheckRule.ADDRESS, "iov_base 0x"
                    + Long.toHexString(own) + " with 11 bytes", "READV");
            MemorySegment header = memory.asSlice(2048);
            header.set(JAVA_LONG, Msghdr.IOV, vector.address());
            header.set(JAVA_LONG, Msghdr.IOVLEN, 1);
            header.set(JAVA_LONG, Msghdr.NAME, own);
            header.set(JAVA_INT, Msghdr.NAMELEN, 16);
            ring.sqe(0, Opcode.IORING_OP_RECVMSG, 0, header.address(), 1);
            expect(() -> ring.enter(1, 0), CheckRule.ADDRESS, "msg_name", "with 16 bytes");
            header.set(JAVA_LONG, Msghdr.NAME, 0);
            header.set(JAVA_LONG, Msghdr.CONTROL, own);
            header.set(JAVA_LONG, Msghdr.CONTROLLEN, 24);
            expect(() -> ring.enter(1, 0), CheckRule.ADDRESS, "msg_control", "with 24 bytes");
            ring.sqTail(0);
        }
    }

    @KernelTest
    void memoryThatWasFreedAndIsNamedByTheNextRequest(Kernel kernel) {
        CheckingKernel checked = check(kernel);
        try (RawRing ring = new RawRing(checked, IORING_SETUP_NO_SQARRAY)) {
            Arena arena = Arena.ofConfined();
            long address = checked.memory(4096, arena).address();
            arena.close();
            ring.sqe(0, Opcode.IORING_OP_WRITE, 0, address, 10).sqTail(1);
            expect(() -> ring.enter(1, 0), CheckRule.ADDRESS, "addr 0x"
                    + Long.toHexString(address) + " with 10 bytes in sqe 0x70: WRITE");
            ring.sqTail(0);
        }
    }

    @KernelTest
    void memoryThatIsFreedWhileARequestIsInFlight(Kernel kernel) {
        CheckingKernel checked = check(kernel);
        try (Rig rig = new Rig(checked)) {
            Pair pair = rig.unixStream();
            Arena arena = Arena.ofConfined();
            MemorySegment memory = checked.memory(4096, arena);
            rig.sqe().prepRecv(pair.left(), memory.address(), 100, 0).userData(0xabc);
            rig.sqe().prepNop().userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, 0, 0));
            arena.close();
            expect(rig::poll, CheckRule.FREED, "memory was freed while RECV of user_data 0xabc is"
                    + " in flight and names it", "enter(submit 2");
        }
    }

    /// Which of two requests with the same tag has completed, nobody knows.
    @KernelTest
    void requestsWithTheSameTagAreCounted(Kernel kernel) {
        CheckingKernel checked = check(kernel);
        try (Rig rig = new Rig(checked)) {
            Pair pair = rig.unixStream();
            Arena first = Arena.ofConfined();
            Arena second = Arena.ofConfined();
            rig.sqe().prepRecv(pair.left(), checked.memory(8, first).address(), 8, 0).userData(5);
            rig.sqe().prepRecv(pair.left(), checked.memory(8, second).address(), 8, 0).userData(5);
            assertThat(rig.poll()).isEmpty();
            rig.write(pair.right(), new byte[8]);
            assertThat(rig.await()).isEqualTo(new Cqe(5, 8, 0));
            first.close();
            assertThat(rig.poll()).isEmpty();
            second.close();
            expect(rig::poll, CheckRule.FREED, "RECV of user_data 0x5");
        }
    }

    // ---- completion queue -------------------------------------------------------------------

    @KernelTest
    void aHeadThatRunsAheadOrStepsBack(Kernel kernel) {
        try (RawRing ring = raw(kernel)) {
            ring.sqe(0, Opcode.IORING_OP_NOP, -1, 0, 0).sqTail(1);
            assertThat(ring.enter(1, 1)).isEqualTo(1);
            ring.cqHead(2);
            expect(() -> ring.enter(0, 0), CheckRule.CQ_HEAD,
                    "the head went from 0 to 2, the tail is 1");
            ring.cqHead(1);
            expect(() -> ring.enter(0, 0), CheckRule.CQ_HEAD,
                    "the head went from 2 to 1, the tail is 1");
            assertThat(ring.enter(0, 0)).isZero();
        }
    }

    // ---- buffer rings -----------------------------------------------------------------------

    @KernelTest
    void aRingOfBuffersThatOverfillsOrStepsBack(Kernel kernel) {
        for (boolean mapped : new boolean[] {false, true}) {
            CheckingKernel checked = check(kernel);
            try (RawRing ring = new RawRing(checked, IORING_SETUP_NO_SQARRAY)) {
                long memory = checked.memory(4096, ring.arena()).address();
                assertThat(ring.register(3, ring.arena(), mapped)).isZero();
                for (int bid = 0; bid < RawRing.ENTRIES; bid++) {
                    ring.buffer(bid, memory + 100 * bid, 100, bid);
                }
                ring.bufferTail(4);
                assertThat(ring.enter(0, 0)).isZero();
                ring.buffer(0, memory, 100, 4);
                ring.bufferTail(5);
                expect(() -> ring.enter(0, 0), CheckRule.BUFFER_TAIL,
                        "buffer group 3 has 5 buffers published in a ring of 4");
                ring.bufferTail(4);
                expect(() -> ring.enter(0, 0), CheckRule.BUFFER_TAIL,
                        "the tail of buffer group 3 went from 5 to 4 in a ring of 4");
            }
        }
    }

    @KernelTest
    void aBufferThatIsPublishedTwice(Kernel kernel) {
        CheckingKernel checked = check(kernel);
        try (RawRing ring = new RawRing(checked, IORING_SETUP_NO_SQARRAY)) {
            long memory = checked.memory(4096, ring.arena()).address();
            ring.register(0, ring.arena(), false);
            ring.buffer(0, memory, 100, 41);
            ring.bufferTail(1);
            assertThat(ring.enter(0, 0)).isZero();
            ring.buffer(1, memory, 100, 41);
            ring.bufferTail(2);
            expect(() -> ring.enter(0, 0), CheckRule.BUFFER_TWICE, "buffer 41 of group 0 was"
                    + " published as number 0 and again as number 1, and the kernel is at number"
                    + " 0");
        }
    }

    @KernelTest
    void buffersWithoutLengthOrMemory(Kernel kernel) {
        CheckingKernel checked = check(kernel);
        try (RawRing ring = new RawRing(checked, IORING_SETUP_NO_SQARRAY)) {
            Arena arena = Arena.ofConfined();
            long memory = checked.memory(4096, arena).address();
            ring.register(0, ring.arena(), false);
            ring.buffer(0, memory, 0, 1);
            ring.bufferTail(1);
            expect(() -> ring.enter(0, 0), CheckRule.BUFFER_ENTRY, "buffer 1 of group 0 is 0 bytes"
                    + " at 0x" + Long.toHexString(memory));
            ring.buffer(1, memory, 4097, 2);
            ring.bufferTail(2);
            expect(() -> ring.enter(0, 0), CheckRule.BUFFER_ENTRY, "is 4097 bytes");
            ring.buffer(2, memory, 4096, 3);
            ring.bufferTail(3);
            assertThat(ring.enter(0, 0)).isZero();
            arena.close();
            expect(() -> ring.enter(0, 0), CheckRule.FREED, "buffer 1 of group 0 was freed while"
                    + " the kernel has it");
        }
    }

    @KernelTest
    void aRingOfBuffersThatIsFreedWhileItIsRegistered(Kernel kernel) {
        CheckingKernel checked = check(kernel);
        try (RawRing ring = new RawRing(checked, IORING_SETUP_NO_SQARRAY)) {
            Arena arena = Arena.ofConfined();
            ring.register(9, arena, false);
            arena.close();
            expect(() -> ring.enter(0, 0), CheckRule.FREED, "the ring of buffer group 9 was freed",
                    "register(PBUF_RING, 1) = 0");
            Arena freed = Arena.ofConfined();
            checked.memory(4096, freed);
            freed.close();
        }
    }

    // ---- descriptors ------------------------------------------------------------------------

    @KernelTest
    void aDescriptorThatHasBeenClosed(Kernel kernel) {
        CheckingKernel checked = check(kernel);
        try (RawRing ring = new RawRing(checked, IORING_SETUP_NO_SQARRAY)) {
            Descriptors calls = checked.descriptors();
            int fd = calls.socket(AF_UNIX, SOCK_STREAM, 0);
            assertThat(calls.close(fd)).isZero();
            expect(() -> calls.close(fd), CheckRule.DESCRIPTOR,
                    "descriptor " + fd + " has been closed, and used in close");
            expect(() -> calls.shutdown(fd, 0), CheckRule.DESCRIPTOR, "used in shutdown");
            ring.sqe(0, Opcode.IORING_OP_POLL_ADD, fd, 0, 0).sqTail(1);
            expect(() -> ring.enter(1, 0), CheckRule.DESCRIPTOR, "descriptor " + fd
                    + " has been closed, and used in sqe 0x70: POLL_ADD fd " + fd);
            ring.sqe(0, Opcode.IORING_OP_POLL_ADD, -2, 0, 0);
            expect(() -> ring.enter(1, 0), CheckRule.DESCRIPTOR, "descriptor -2 is none");
            ring.sqTail(0);
            assertThat(calls.socket(AF_UNIX, SOCK_STREAM, 0)).as("the lowest number")
                    .isEqualTo(fd);
            assertThat(calls.close(fd)).isZero();
        }
    }

    @KernelTest
    void aDescriptorThatARequestHasClosed(Kernel kernel) {
        CheckingKernel checked = check(kernel);
        try (Rig rig = new Rig(checked)) {
            Descriptors calls = checked.descriptors();
            int fd = calls.socket(AF_UNIX, SOCK_STREAM, 0);
            rig.sqe().prepClose(fd).userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, 0, 0));
            expect(() -> calls.close(fd), CheckRule.DESCRIPTOR, "used in close");
            rig.sqe().prepSocket(AF_UNIX, SOCK_STREAM, 0).userData(2);
            assertThat(rig.await()).isEqualTo(new Cqe(2, fd, 0));
            assertThat(calls.close(fd)).isZero();
        }
    }

    @Test
    void aRingThatIsOpenWhenItsKernelIsClosed() {
        CheckingKernel checked = check(Kernels.inMemory());
        RawRing ring = new RawRing(checked, IORING_SETUP_NO_SQARRAY);
        RawRing closed = new RawRing(checked, IORING_SETUP_NO_SQARRAY);
        closed.close();
        expect(checked::close, CheckRule.RING_OPEN, "rings [" + ring.fd()
                + "] are open, and the kernel is closed");
        ring.arena().close();
    }

    // ---- telling ----------------------------------------------------------------------------

    @KernelTest
    void aConsumerIsToldOnceAndTheCallIsMade(Kernel kernel) {
        List<RuleBrokenException> seen = new ArrayList<>();
        Kernel checked = new CheckingKernel(kernel, seen::add);
        try (RawRing ring = new RawRing(checked, IORING_SETUP_NO_SQARRAY)) {
            for (int i = 1; i <= 3; i++) {
                ring.sqe((i - 1) & 3, Opcode.IORING_OP_WRITE, 0, 0x1234, 10);
                ring.field((i - 1) & 3, IoUringSqe.USER_DATA, 7);
                ring.sqTail(i);
                assertThat(ring.enter(1, 0)).isEqualTo(1);
            }
            assertThat(seen).singleElement().satisfies(one -> {
                assertThat(one.rule()).isEqualTo(CheckRule.ADDRESS);
                assertThat(one.ring()).isEqualTo(ring.fd());
            });
        }
    }

    @KernelTest
    void aViolationIsThrownBeforeTheKernelSeesIt(Kernel kernel) {
        CheckingKernel checked = new CheckingKernel(kernel);
        try (Rig rig = new Rig(checked)) {
            Pair pair = rig.pipe();
            rig.sqe().prepWrite(pair.right(), 0x1234, 1, -1).userData(1);
            assertThatThrownBy(rig::poll).isInstanceOf(RuleBrokenException.class);
            assertThat(rig.ring().submissions().unconsumed()).isEqualTo(1);
            assertThat(rig.await()).as("told once, then made")
                    .isEqualTo(new Cqe(1, -Errno.EFAULT, 0));
        }
    }

    @KernelTest
    void aRingIsClosedAlsoWhenSomethingIsWrongWithIt(Kernel kernel) {
        CheckingKernel checked = check(kernel);
        try (Arena arena = Arena.ofConfined()) {
            RawRing ring = new RawRing(checked, IORING_SETUP_NO_SQARRAY);
            ring.cqHead(1);
            expect(() -> checked.descriptors().close(ring.fd()), CheckRule.CQ_HEAD,
                    "the head went from 0 to 1, the tail is 0");
            assertThat(kernel.descriptors().getsockname(ring.fd(), arena.allocate(JAVA_BYTE)))
                    .isEqualTo(-Errno.EBADF);
            ring.arena().close();
        }
    }
}
