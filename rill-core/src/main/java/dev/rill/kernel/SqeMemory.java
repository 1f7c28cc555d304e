package dev.rill.kernel;

import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_FIXED_BUF;
import static dev.rill.abi.SocketOpFlags.IORING_SEND_VECTORIZED;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.IoUringSqe;
import dev.rill.abi.Iovec;
import dev.rill.abi.KernelTimespec;
import dev.rill.abi.Msghdr;
import dev.rill.abi.Opcode;
import dev.rill.abi.SqeFlags;
import dev.rill.abi.TimeoutFlags;
import java.lang.foreign.MemorySegment;

/// The memory that an SQE names, also through a `struct msghdr` or `struct iovec`, for
/// [CheckingKernel]. What is not looked at: extended attributes, futexes, `waitid`, and commands
/// of files.
final class SqeMemory {

    /// Of `struct statx` in the kernel's headers.
    private static final int STATX_SIZE = 256;

    private final KnownMemory known;
    private final Visitor visitor;

    /// Takes one range after the other.
    @FunctionalInterface
    interface Visitor {

        /// @param memory what holds the whole range, or null
        void range(String name, long address, long length, MemorySegment memory);
    }

    SqeMemory(KnownMemory known, Visitor visitor) {
        this.known = known;
        this.visitor = visitor;
    }

    /// Visits what one entry names.
    void visit(MemorySegment sqes, long at) {
        int opcode = Byte.toUnsignedInt(sqes.get(JAVA_BYTE, at + IoUringSqe.OPCODE));
        int flags = sqes.get(JAVA_BYTE, at + IoUringSqe.FLAGS);
        boolean select = (flags & SqeFlags.IOSQE_BUFFER_SELECT) != 0;
        long address = sqes.get(JAVA_LONG, at + IoUringSqe.ADDR);
        long second = sqes.get(JAVA_LONG, at + IoUringSqe.ADDR2);
        long length = Integer.toUnsignedLong(sqes.get(JAVA_INT, at + IoUringSqe.LEN));
        int opFlags = sqes.get(JAVA_INT, at + IoUringSqe.OP_FLAGS);
        switch (opcode) {
            case Opcode.IORING_OP_RECV, Opcode.IORING_OP_READ, Opcode.IORING_OP_WRITE,
                    Opcode.IORING_OP_READ_FIXED, Opcode.IORING_OP_WRITE_FIXED -> {
                if (!select) {
                    range("addr", address, length);
                }
            }
            case Opcode.IORING_OP_SEND, Opcode.IORING_OP_SEND_ZC -> send(sqes, at, select);
            case Opcode.IORING_OP_RECVMSG, Opcode.IORING_OP_SENDMSG,
                    Opcode.IORING_OP_SENDMSG_ZC -> message(address, select);
            case Opcode.IORING_OP_READV, Opcode.IORING_OP_WRITEV, Opcode.IORING_OP_READV_FIXED,
                    Opcode.IORING_OP_WRITEV_FIXED -> vector(address, length, select);
            case Opcode.IORING_OP_ACCEPT -> peer(address, second);
            case Opcode.IORING_OP_CONNECT, Opcode.IORING_OP_BIND -> range("addr", address, second);
            case Opcode.IORING_OP_TIMEOUT, Opcode.IORING_OP_LINK_TIMEOUT -> {
                if ((opFlags & TimeoutFlags.IORING_TIMEOUT_IMMEDIATE_ARG) == 0) {
                    range("addr", address, KernelTimespec.SIZE);
                }
            }
            case Opcode.IORING_OP_TIMEOUT_REMOVE -> {
                if ((opFlags & TimeoutFlags.IORING_TIMEOUT_UPDATE_MASK) != 0
                        && (opFlags & TimeoutFlags.IORING_TIMEOUT_IMMEDIATE_ARG) == 0) {
                    range("addr2", second, KernelTimespec.SIZE);
                }
            }
            case Opcode.IORING_OP_OPENAT, Opcode.IORING_OP_UNLINKAT, Opcode.IORING_OP_MKDIRAT ->
                range("addr", address, 1);
            case Opcode.IORING_OP_OPENAT2 -> {
                range("addr", address, 1);
                range("addr2", second, length);
            }
            case Opcode.IORING_OP_RENAMEAT, Opcode.IORING_OP_LINKAT,
                    Opcode.IORING_OP_SYMLINKAT -> {
                range("addr", address, 1);
                range("addr2", second, 1);
            }
            case Opcode.IORING_OP_STATX -> {
                range("addr", address, 1);
                range("addr2", second, STATX_SIZE);
            }
            case Opcode.IORING_OP_FILES_UPDATE -> range("addr", address, length * Integer.BYTES);
            case Opcode.IORING_OP_PROVIDE_BUFFERS -> range("addr", address,
                    length * Integer.toUnsignedLong(sqes.get(JAVA_INT, at + IoUringSqe.FD)));
            case Opcode.IORING_OP_PIPE -> range("addr", address, 2 * Integer.BYTES);
            default -> {
            }
        }
    }

    private void send(MemorySegment sqes, long at, boolean select) {
        int ioprio = sqes.get(JAVA_SHORT, at + IoUringSqe.IOPRIO);
        long address = sqes.get(JAVA_LONG, at + IoUringSqe.ADDR);
        long length = Integer.toUnsignedLong(sqes.get(JAVA_INT, at + IoUringSqe.LEN));
        if ((ioprio & IORING_SEND_VECTORIZED) != 0) {
            vector(address, length, select);
        } else if (!select && (ioprio & IORING_RECVSEND_FIXED_BUF) == 0) {
            range("addr", address, length);
        }
        long destination = sqes.get(JAVA_LONG, at + IoUringSqe.ADDR2);
        if (destination != 0) {
            range("addr2", destination,
                    Short.toUnsignedLong(sqes.get(JAVA_SHORT, at + IoUringSqe.ADDR_LEN)));
        }
    }

    private void peer(long address, long lengthAddress) {
        if (address == 0) {
            return;
        }
        MemorySegment memory = range("addr2", lengthAddress, Integer.BYTES);
        if (memory != null) {
            range("addr", address, Integer.toUnsignedLong(
                    memory.get(JAVA_INT_UNALIGNED, lengthAddress - memory.address())));
        }
    }

    private void message(long address, boolean select) {
        MemorySegment memory = range("addr", address, Msghdr.SIZE);
        if (memory == null) {
            return;
        }
        long at = address - memory.address();
        long name = memory.get(JAVA_LONG_UNALIGNED, at + Msghdr.NAME);
        if (name != 0) {
            range("msg_name", name, Integer.toUnsignedLong(
                    memory.get(JAVA_INT_UNALIGNED, at + Msghdr.NAMELEN)));
        }
        long control = memory.get(JAVA_LONG_UNALIGNED, at + Msghdr.CONTROL);
        if (control != 0) {
            range("msg_control", control,
                    memory.get(JAVA_LONG_UNALIGNED, at + Msghdr.CONTROLLEN));
        }
        vector(memory.get(JAVA_LONG_UNALIGNED, at + Msghdr.IOV),
                memory.get(JAVA_LONG_UNALIGNED, at + Msghdr.IOVLEN), select);
    }

    /// With buffer selection only the lengths in the vector count.
    private void vector(long address, long count, boolean select) {
        if (count <= 0 || count > Iovec.UIO_MAXIOV) {
            return; // -EINVAL
        }
        MemorySegment memory = range("iovec", address, count * Iovec.SIZE);
        for (long i = 0; i < count && memory != null && !select; i++) {
            long at = address - memory.address() + i * Iovec.SIZE;
            range("iov_base", memory.get(JAVA_LONG_UNALIGNED, at + Iovec.BASE),
                    memory.get(JAVA_LONG_UNALIGNED, at + Iovec.LEN));
        }
    }

    /// @return the memory, when this thread may look into it
    private MemorySegment range(String name, long address, long length) {
        if (length == 0) {
            return null;
        }
        MemorySegment memory = known.find(address, length);
        visitor.range(name, address, length, memory);
        return memory != null && SharedRing.isReadable(memory) ? memory : null;
    }
}
