package dev.rill.kernel;

import static dev.rill.abi.EnterFlags.IORING_ENTER_EXT_ARG;
import static dev.rill.abi.EnterFlags.IORING_ENTER_GETEVENTS;
import static dev.rill.abi.MapOffset.IORING_OFF_SQ_RING;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_PBUF_RING;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_PBUF_STATUS;
import static dev.rill.abi.RegisterOp.IORING_UNREGISTER_PBUF_RING;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.Errno;
import dev.rill.abi.IoUringBufReg;
import dev.rill.abi.IoUringBufStatus;
import dev.rill.abi.IoUringGeteventsArg;
import dev.rill.abi.IoUringParams;
import dev.rill.abi.KernelTimespec;
import dev.rill.abi.SocketConstants;
import dev.rill.ring.Feature;
import dev.rill.testing.BreaksRules;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Needs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// What the line itself promises: values or -errno, memory that is zeroed and aligned, sizes that
/// are checked before the kernel writes (C-001 to C-006, C-008, C-010 to C-015, C-022, C-023).
class KernelLineTest {

    /// A ring of one entry, without the ring room.
    private record Raw(Kernel kernel, int fd, Arena arena) implements AutoCloseable {

        static Raw open(Kernel kernel) {
            Arena arena = Arena.ofConfined();
            MemorySegment params = kernel.memory(IoUringParams.SIZE, arena);
            return new Raw(kernel, KernelException.check("io_uring_setup",
                    kernel.setup(1, params)), arena);
        }

        MemorySegment registration(long address, int entries, int bgid, int flags, int minLeft) {
            MemorySegment registration = kernel.memory(IoUringBufReg.SIZE, arena);
            registration.set(JAVA_LONG, IoUringBufReg.RING_ADDR, address);
            registration.set(JAVA_INT, IoUringBufReg.RING_ENTRIES, entries);
            registration.set(JAVA_SHORT, IoUringBufReg.BGID, (short) bgid);
            registration.set(JAVA_SHORT, IoUringBufReg.FLAGS, (short) flags);
            registration.set(JAVA_INT, IoUringBufReg.MIN_LEFT, minLeft);
            return registration;
        }

        int register(long address, int entries, int bgid, int flags, int minLeft) {
            return kernel.register(fd, IORING_REGISTER_PBUF_RING,
                    registration(address, entries, bgid, flags, minLeft), 1);
        }

        int unregister(int bgid) {
            return kernel.register(fd, IORING_UNREGISTER_PBUF_RING,
                    registration(0, 0, bgid, 0, 0), 1);
        }

        int status(int bgid) {
            MemorySegment status = kernel.memory(IoUringBufStatus.SIZE, arena);
            status.set(JAVA_INT, IoUringBufStatus.BUF_GROUP, bgid);
            return kernel.register(fd, IORING_REGISTER_PBUF_STATUS, status, 1);
        }

        long page() {
            return kernel.memory(kernel.pageSize(), arena).address();
        }

        @Override
        public void close() {
            kernel.descriptors().close(fd);
            arena.close();
        }
    }

    @KernelTest
    void errorsAreNegativeErrnos(Kernel kernel) {
        Descriptors calls = kernel.descriptors();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = kernel.memory(64, arena);
            assertThat(calls.close(-1)).isEqualTo(-Errno.EBADF);
            assertThat(calls.read(-1, bytes)).isEqualTo(-Errno.EBADF);
            assertThat(calls.write(-1, bytes)).isEqualTo(-Errno.EBADF);
            assertThat(calls.shutdown(-1, 0)).isEqualTo(-Errno.EBADF);
            assertThat(calls.listen(-1, 0)).isEqualTo(-Errno.EBADF);
            assertThat(calls.bind(-1, bytes)).isEqualTo(-Errno.EBADF);
            assertThat(calls.getsockname(-1, bytes)).isEqualTo(-Errno.EBADF);
            assertThat(calls.getpeername(-1, bytes)).isEqualTo(-Errno.EBADF);
            assertThat(calls.setsockopt(-1, 1, 2, 1)).isEqualTo(-Errno.EBADF);
            assertThat(calls.getsockopt(-1, 1, 2, bytes)).isEqualTo(-Errno.EBADF);
            assertThat(calls.socket(9999, 1, 0)).isEqualTo(-Errno.EAFNOSUPPORT);
            assertThat(calls.socketpair(SocketConstants.AF_UNIX, 99, 0, bytes))
                    .isIn(-Errno.ESOCKTNOSUPPORT, -Errno.EINVAL);
            assertThat(calls.pipe(bytes, 1)).isEqualTo(-Errno.EINVAL);
            assertThat(calls.eventfd(0, -1)).isEqualTo(-Errno.EINVAL);
        }
    }

    @KernelTest
    void noErrnoIsLeftOverFromTheCallBefore(Kernel kernel) {
        Descriptors calls = kernel.descriptors();
        for (int i = 0; i < 20_000; i++) {
            if (calls.close(-1) != -Errno.EBADF) {
                throw new AssertionError("another errno at call " + i);
            }
            if (calls.socket(9999, 1, 0) != -Errno.EAFNOSUPPORT) {
                throw new AssertionError("another errno at call " + i);
            }
        }
    }

    @KernelTest
    void ringsThatCannotBeAreRefused(Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = kernel.memory(IoUringParams.SIZE, arena);
            assertThat(kernel.setup(0, params)).isEqualTo(-Errno.EINVAL);
            assertThat(kernel.setup(1 << 20, params)).isEqualTo(-Errno.EINVAL);
            params.set(JAVA_INT, IoUringParams.FLAGS, 1 << 30);
            assertThat(kernel.setup(1, params)).isEqualTo(-Errno.EINVAL);
        }
    }

    @KernelTest
    void structuresThatAreTooSmallNeverReachTheKernel(Kernel kernel) {
        try (Raw ring = Raw.open(kernel)) {
            MemorySegment small = kernel.memory(16, ring.arena).asSlice(0, 16);
            assertThatThrownBy(() -> kernel.setup(1, small))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("params").hasMessageContaining("16");
            assertThatThrownBy(() -> kernel.enter(ring.fd, 0, 0,
                    IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, small))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("argument").hasMessageContaining("16");
        }
    }

    @KernelTest
    void aWaitThatRunsOutIsAnError(Kernel kernel) {
        try (Raw ring = Raw.open(kernel)) {
            MemorySegment argument = kernel.memory(
                    IoUringGeteventsArg.SIZE + KernelTimespec.SIZE, ring.arena);
            argument.set(JAVA_LONG, IoUringGeteventsArg.TS,
                    argument.address() + IoUringGeteventsArg.SIZE);
            argument.set(JAVA_LONG, IoUringGeteventsArg.SIZE + KernelTimespec.TV_NSEC, 1000);
            assertThat(kernel.enter(ring.fd, 0, 1,
                    IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, argument))
                    .isEqualTo(-Errno.ETIME);
        }
    }

    @KernelTest
    void onlyRingsCanBeEnteredAndRegisteredWith(Kernel kernel) {
        try (Raw ring = Raw.open(kernel)) {
            MemorySegment fds = kernel.memory(8, ring.arena);
            assertThat(kernel.descriptors().pipe(fds, 0)).isZero();
            int pipe = fds.get(JAVA_INT, 0);
            MemorySegment registration = ring.registration(ring.page(), 8, 1, 0, 0);
            assertThat(kernel.enter(pipe, 0, 0, 0, MemorySegment.NULL))
                    .isEqualTo(-Errno.EOPNOTSUPP);
            assertThat(kernel.register(pipe, IORING_REGISTER_PBUF_RING, registration, 1))
                    .isEqualTo(-Errno.EOPNOTSUPP);
            assertThat(kernel.descriptors().close(pipe)).isZero();
            assertThat(kernel.descriptors().close(fds.get(JAVA_INT, 4))).isZero();
            assertThat(kernel.enter(pipe, 0, 0, 0, MemorySegment.NULL)).isEqualTo(-Errno.EBADF);
            assertThat(kernel.register(pipe, IORING_REGISTER_PBUF_RING, registration, 1))
                    .isEqualTo(-Errno.EBADF);
        }
    }

    @KernelTest
    void memoryIsZeroedAlignedAndWritable(Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            for (long size : new long[] {1, 4096, 4097, 1 << 20}) {
                MemorySegment memory = kernel.memory(size, arena);
                assertThat(memory.byteSize()).isEqualTo(size);
                assertThat(memory.address() % kernel.pageSize()).isZero();
                assertThat(memory.get(JAVA_BYTE, 0)).isZero();
                assertThat(memory.get(JAVA_BYTE, size - 1)).isZero();
                memory.fill((byte) 1);
            }
        }
    }

    @KernelTest
    void memoryEndsWithItsArena(Kernel kernel) {
        MemorySegment memory;
        try (Arena arena = Arena.ofConfined()) {
            memory = kernel.memory(4096, arena);
        }
        assertThatThrownBy(() -> memory.get(JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
        Arena closed = Arena.ofConfined();
        closed.close();
        assertThatThrownBy(() -> kernel.memory(4096, closed))
                .isInstanceOf(IllegalStateException.class);
    }

    @KernelTest
    void noMemoryAndTooMuchMemoryAreRefused(Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            for (long size : new long[] {0, -1}) {
                assertThatThrownBy(() -> kernel.memory(size, arena))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("byteSize=" + size);
            }
            assertThatThrownBy(() -> kernel.memory(Long.MAX_VALUE - 4095, arena))
                    .isInstanceOf(KernelException.class).hasMessageContaining("ENOMEM");
        }
    }

    @KernelTest
    void whatIsNotThereCannotBeMapped(Kernel kernel) {
        try (Raw ring = Raw.open(kernel)) {
            assertThatThrownBy(() -> kernel.map(-1, IORING_OFF_SQ_RING, 4096, ring.arena))
                    .isInstanceOf(KernelException.class).hasMessageContaining("EBADF");
            assertThatThrownBy(() -> kernel.map(ring.fd, 0x80070000L, 4096, ring.arena))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining("mmap of a ring of 4096 bytes");
        }
    }

    @KernelTest
    @BreaksRules("a ring larger than its memory")
    void wrongBufferRingsAreRefusedInTheOrderOfTheChecks(Kernel kernel) {
        try (Raw ring = Raw.open(kernel)) {
            long page = ring.page();
            for (int entries : new int[] {0, 3, 65535, 65536, 1 << 31}) {
                assertThat(ring.register(page, entries, 1, 0, 0)).isEqualTo(-Errno.EINVAL);
            }
            assertThat(ring.register(page, 8, 1, 4, 0)).isEqualTo(-Errno.EINVAL);
            assertThat(ring.register(page, 8, 1, 0x8000, 0)).isEqualTo(-Errno.EINVAL);
            assertThat(ring.register(page, 8, 1, 0, 1)).isEqualTo(-Errno.EINVAL);
            assertThat(ring.register(0, 8, 1, 0, 0)).isEqualTo(-Errno.EFAULT);
            assertThat(ring.register(page + 16, 8, 1, 0, 0)).isEqualTo(-Errno.EINVAL);
            for (int entries : new int[] {3, 8}) { // before 6.14 the address is looked at first
                assertThat(ring.register(0, entries, 1, 0, 8 - entries + 1))
                        .isIn(-Errno.EINVAL, -Errno.EFAULT);
            }
            assertThat(ring.register(-4096, 8, 1, 0, 0)).isEqualTo(-Errno.EOVERFLOW);
            MemorySegment reserved = ring.registration(page, 8, 1, 2, 0);
            reserved.set(JAVA_INT, IoUringBufReg.SIZE - Integer.BYTES, 1);
            assertThat(kernel.register(ring.fd, IORING_REGISTER_PBUF_RING, reserved, 1))
                    .isEqualTo(-Errno.EINVAL);
        }
    }

    @KernelTest
    @Needs(Feature.MIN_LEFT)
    void anyMinLeftIsAccepted(Kernel kernel) {
        try (Raw ring = Raw.open(kernel)) {
            assertThat(ring.register(ring.page(), 8, 1, 2, -1)).isZero();
        }
    }

    @KernelTest
    void argumentsThatAreNotThereAreRefused(Kernel kernel) {
        try (Raw ring = Raw.open(kernel)) {
            MemorySegment good = ring.registration(ring.page(), 8, 1, 0, 0);
            assertThat(kernel.register(ring.fd, IORING_REGISTER_PBUF_RING, MemorySegment.NULL, 1))
                    .isEqualTo(-Errno.EINVAL);
            assertThat(kernel.register(ring.fd, IORING_REGISTER_PBUF_RING, good, 0))
                    .isEqualTo(-Errno.EINVAL);
            assertThat(kernel.register(ring.fd, IORING_REGISTER_PBUF_RING, good, 2))
                    .isEqualTo(-Errno.EINVAL);
            assertThat(kernel.register(ring.fd, IORING_REGISTER_PBUF_RING,
                    MemorySegment.ofAddress(8), 1)).isEqualTo(-Errno.EFAULT);
            assertThat(kernel.register(ring.fd, 9999, good, 1)).isEqualTo(-Errno.EINVAL);
        }
    }

    @KernelTest
    void aGroupIsThereUntilItIsUnregistered(Kernel kernel) {
        try (Raw ring = Raw.open(kernel)) {
            assertThat(ring.status(1)).isEqualTo(-Errno.ENOENT);
            assertThat(ring.unregister(1)).isEqualTo(-Errno.ENOENT);
            assertThat(ring.register(ring.page(), 8, 1, 2, 0)).isZero();
            assertThat(ring.register(ring.page(), 8, 1, 2, 0)).isEqualTo(-Errno.EEXIST);
            assertThat(ring.status(1)).isZero();
            assertThat(ring.status(65537)).isEqualTo(-Errno.ENOENT);
            assertThat(ring.unregister(1)).isZero();
            assertThat(ring.status(1)).isEqualTo(-Errno.ENOENT);
        }
    }

    @KernelTest
    @BreaksRules("closes a descriptor twice")
    void lengthsOfAddressesAndOptionsAreAnswered(Kernel kernel) {
        Descriptors calls = kernel.descriptors();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = kernel.memory(128, arena);
            int fd = calls.socket(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
            assertThat(fd).isNotNegative();
            assertThat(calls.getsockname(fd, bytes)).isEqualTo(16);
            assertThat(calls.getpeername(fd, bytes)).isEqualTo(-Errno.ENOTCONN);
            assertThat(calls.setsockopt(fd, SocketConstants.SOL_SOCKET,
                    SocketConstants.SO_REUSEADDR, 1)).isZero();
            assertThat(calls.getsockopt(fd, SocketConstants.SOL_SOCKET,
                    SocketConstants.SO_REUSEADDR, bytes)).isEqualTo(4);
            assertThat(bytes.get(JAVA_INT, 0)).isEqualTo(1);
            assertThat(calls.close(fd)).isZero();
            assertThat(calls.close(fd)).isEqualTo(-Errno.EBADF);
        }
    }

    @KernelTest
    void theKernelSaysWhichItIs(Kernel kernel) {
        assertThat(kernel.name()).isNotBlank();
        assertThat(kernel.release()).isNotBlank();
        assertThat(Integer.bitCount(kernel.pageSize())).isEqualTo(1);
        assertThat(kernel.pageSize()).isGreaterThanOrEqualTo(4096);
        assertThat(kernel.descriptors()).isSameAs(kernel.descriptors());
    }
}
