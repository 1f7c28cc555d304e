package dev.rill.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.IoUringSqe;
import dev.rill.abi.Opcode;
import dev.rill.abi.SqeFlags;
import java.lang.foreign.MemorySegment;

/// Which fields of an SQE an opcode uses; the others have to be zero.
///
/// Source: liburing `io_uring_prep_*` (src/include/liburing.h) and io_uring_enter(2). What a kernel
/// accepts without looking at it is still left over from some other request.
final class SqeFields {

    private static final int FD = 1;
    private static final int IOPRIO = 1 << 1;
    private static final int OFF = 1 << 2;
    private static final int ADDR = 1 << 3;
    private static final int LEN = 1 << 4;
    private static final int OP_FLAGS = 1 << 5;
    private static final int BUF = 1 << 6;
    private static final int INDEX = 1 << 7;
    private static final int ADDR3 = 1 << 8;
    private static final int PAD = 1 << 9;

    private static final int READ_WRITE =
            FD | IOPRIO | OFF | ADDR | LEN | OP_FLAGS | BUF | ADDR3 | PAD;
    private static final int TRANSFER = FD | IOPRIO | ADDR | LEN | OP_FLAGS | BUF | INDEX;
    private static final int ALL = READ_WRITE | INDEX;
    private static final int PATH = FD | ADDR | LEN | OFF | OP_FLAGS;

    private static final int KNOWN_FLAGS = 0x7f;

    private record Field(int bit, String name, int offset, int size) {

        long read(MemorySegment sqes, long at) {
            return switch (size) {
                case Short.BYTES -> Short.toUnsignedLong(sqes.get(JAVA_SHORT, at + offset));
                case Integer.BYTES -> Integer.toUnsignedLong(sqes.get(JAVA_INT, at + offset));
                default -> sqes.get(JAVA_LONG, at + offset);
            };
        }
    }

    /// All but `fd`, for which zero is not nothing.
    private static final Field[] FIELDS = {
        new Field(IOPRIO, "ioprio", IoUringSqe.IOPRIO, Short.BYTES),
        new Field(OFF, "off", IoUringSqe.OFF, Long.BYTES),
        new Field(ADDR, "addr", IoUringSqe.ADDR, Long.BYTES),
        new Field(LEN, "len", IoUringSqe.LEN, Integer.BYTES),
        new Field(OP_FLAGS, "op_flags", IoUringSqe.OP_FLAGS, Integer.BYTES),
        new Field(BUF, "buf_index", IoUringSqe.BUF_INDEX, Short.BYTES),
        new Field(INDEX, "file_index", IoUringSqe.FILE_INDEX, Integer.BYTES),
        new Field(ADDR3, "addr3", IoUringSqe.ADDR3, Long.BYTES),
        new Field(PAD, "the field behind addr3", IoUringSqe.ADDR3 + Long.BYTES, Long.BYTES),
    };

    private static final int[] USED = new int[Opcode.IORING_OP_URING_CMD128 + 1];

    static {
        use(OFF | ADDR | LEN | OP_FLAGS | BUF | FD, Opcode.IORING_OP_NOP, Opcode.IORING_OP_NOP128);
        use(READ_WRITE, Opcode.IORING_OP_READV, Opcode.IORING_OP_WRITEV,
                Opcode.IORING_OP_READ_FIXED, Opcode.IORING_OP_WRITE_FIXED, Opcode.IORING_OP_READ,
                Opcode.IORING_OP_WRITE, Opcode.IORING_OP_READ_MULTISHOT,
                Opcode.IORING_OP_READV_FIXED, Opcode.IORING_OP_WRITEV_FIXED);
        use(FD | OFF | LEN | OP_FLAGS, Opcode.IORING_OP_FSYNC,
                Opcode.IORING_OP_SYNC_FILE_RANGE);
        use(FD | LEN | OP_FLAGS, Opcode.IORING_OP_POLL_ADD);
        use(OFF | ADDR | LEN | OP_FLAGS, Opcode.IORING_OP_POLL_REMOVE, Opcode.IORING_OP_TIMEOUT,
                Opcode.IORING_OP_TIMEOUT_REMOVE);
        use(ADDR | LEN | OP_FLAGS, Opcode.IORING_OP_LINK_TIMEOUT);
        use(FD | ADDR | LEN | OP_FLAGS, Opcode.IORING_OP_ASYNC_CANCEL);
        use(TRANSFER, Opcode.IORING_OP_RECV, Opcode.IORING_OP_RECVMSG, Opcode.IORING_OP_SENDMSG,
                Opcode.IORING_OP_SENDMSG_ZC, Opcode.IORING_OP_RECV_ZC);
        use(TRANSFER | OFF, Opcode.IORING_OP_SEND, Opcode.IORING_OP_SEND_ZC);
        use(FD | IOPRIO | ADDR | OFF | OP_FLAGS | INDEX, Opcode.IORING_OP_ACCEPT);
        use(FD | ADDR | OFF, Opcode.IORING_OP_CONNECT, Opcode.IORING_OP_BIND,
                Opcode.IORING_OP_SYMLINKAT);
        use(FD | LEN, Opcode.IORING_OP_LISTEN, Opcode.IORING_OP_SHUTDOWN);
        use(FD | INDEX, Opcode.IORING_OP_CLOSE);
        use(FD | OFF | ADDR | LEN, Opcode.IORING_OP_FALLOCATE, Opcode.IORING_OP_FILES_UPDATE,
                Opcode.IORING_OP_EPOLL_CTL, Opcode.IORING_OP_EPOLL_WAIT,
                Opcode.IORING_OP_FTRUNCATE);
        use(PATH | INDEX, Opcode.IORING_OP_OPENAT, Opcode.IORING_OP_OPENAT2,
                Opcode.IORING_OP_SPLICE, Opcode.IORING_OP_TEE, Opcode.IORING_OP_SOCKET,
                Opcode.IORING_OP_WAITID);
        use(PATH, Opcode.IORING_OP_STATX, Opcode.IORING_OP_FADVISE, Opcode.IORING_OP_MADVISE,
                Opcode.IORING_OP_RENAMEAT, Opcode.IORING_OP_UNLINKAT, Opcode.IORING_OP_MKDIRAT,
                Opcode.IORING_OP_LINKAT, Opcode.IORING_OP_FSETXATTR, Opcode.IORING_OP_FGETXATTR,
                Opcode.IORING_OP_FIXED_FD_INSTALL);
        use(PATH | ADDR3, Opcode.IORING_OP_SETXATTR, Opcode.IORING_OP_GETXATTR);
        use(FD | ADDR | LEN | OFF | BUF, Opcode.IORING_OP_PROVIDE_BUFFERS);
        use(FD | BUF, Opcode.IORING_OP_REMOVE_BUFFERS);
        use(PATH | INDEX | ADDR3, Opcode.IORING_OP_MSG_RING);
        use(FD | ADDR | OP_FLAGS | INDEX, Opcode.IORING_OP_PIPE);
        use(ALL, Opcode.IORING_OP_URING_CMD, Opcode.IORING_OP_URING_CMD128,
                Opcode.IORING_OP_FUTEX_WAIT, Opcode.IORING_OP_FUTEX_WAKE,
                Opcode.IORING_OP_FUTEX_WAITV);
    }

    private SqeFields() {
    }

    private static void use(int fields, int... opcodes) {
        for (int opcode : opcodes) {
            USED[opcode] = fields;
        }
    }

    static boolean isKnown(int opcode) {
        return opcode < USED.length;
    }

    /// Whether `fd` is the descriptor that a request is about, and not something else, or nothing.
    static boolean namesDescriptor(int opcode) {
        return (USED[opcode] & FD) != 0 && switch (opcode) {
            case Opcode.IORING_OP_NOP, Opcode.IORING_OP_NOP128, Opcode.IORING_OP_ASYNC_CANCEL,
                    Opcode.IORING_OP_FILES_UPDATE, Opcode.IORING_OP_SOCKET,
                    Opcode.IORING_OP_WAITID, Opcode.IORING_OP_MADVISE,
                    Opcode.IORING_OP_FUTEX_WAIT, Opcode.IORING_OP_FUTEX_WAKE,
                    Opcode.IORING_OP_FUTEX_WAITV, Opcode.IORING_OP_SETXATTR,
                    Opcode.IORING_OP_GETXATTR, Opcode.IORING_OP_PROVIDE_BUFFERS,
                    Opcode.IORING_OP_REMOVE_BUFFERS, Opcode.IORING_OP_FIXED_FD_INSTALL,
                    Opcode.IORING_OP_PIPE, Opcode.IORING_OP_TEE, Opcode.IORING_OP_SPLICE -> false;
            default -> true;
        };
    }

    /// What is not zero and should be.
    ///
    /// @return a field with its value, or null
    static String leftOver(MemorySegment sqes, long at) {
        int opcode = Byte.toUnsignedInt(sqes.get(JAVA_BYTE, at + IoUringSqe.OPCODE));
        int flags = Byte.toUnsignedInt(sqes.get(JAVA_BYTE, at + IoUringSqe.FLAGS));
        int used = USED[opcode];
        if ((flags & SqeFlags.IOSQE_BUFFER_SELECT) != 0) {
            used |= BUF;
        }
        if ((flags & ~KNOWN_FLAGS) != 0) {
            return "flags are 0x" + Integer.toHexString(flags);
        }
        int fd = sqes.get(JAVA_INT, at + IoUringSqe.FD);
        if ((used & FD) == 0 && fd != 0 && fd != -1) { // -1 is what liburing says for none
            return "fd is " + fd;
        }
        for (Field field : FIELDS) {
            if ((used & field.bit) == 0) {
                long value = field.read(sqes, at);
                if (value != 0) {
                    return field.name + " is 0x" + Long.toHexString(value);
                }
            }
        }
        return null;
    }
}
