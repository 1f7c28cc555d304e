package dev.rill.abi;

/// A submission queue entry, `struct io_uring_sqe` of `linux/io_uring.h`: byte offsets.
/// What a field means depends on the opcode; names on one line of the picture share the bytes.
///
/// ```
///       0        1        2        3        4        5        6        7
///     +--------+--------+-----------------+-----------------------------------+
///   0 | opcode | flags  | ioprio          | fd                                |
///     +--------+--------+-----------------+-----------------------------------+
///   8 | off | addr2 | cmd_op (4 bytes)                                        |
///     +-----------------------------------------------------------------------+
///  16 | addr | splice_off_in                                                  |
///     +-----------------------------------+-----------------------------------+
///  24 | len                               | rw_flags | msg_flags | ...        |
///     +-----------------------------------+-----------------------------------+
///  32 | user_data                                                             |
///     +-----------------+-----------------+-----------------------------------+
///  40 | buf_index |     | personality     | file_index | optlen | addr_len |  |
///     | buf_group       |                 | splice_fd_in                      |
///     +-----------------+-----------------+-----------------------------------+
///  48 | addr3                                                                 |
///     +-----------------------------------------------------------------------+
///  56 | 0                                                                     |
///     +-----------------------------------------------------------------------+
/// ```
///
/// An entry is reused: every field an operation does not set must be written as 0.
public final class IoUringSqe {

    /// u8, an [Opcode].
    public static final int OPCODE = 0;
    /// u8, [SqeFlags].
    public static final int FLAGS = 1;
    /// u16, [SocketOpFlags] for socket operations, else an I/O priority.
    public static final int IOPRIO = 2;
    /// s32, the file; number of buffers for PROVIDE_BUFFERS and REMOVE_BUFFERS.
    public static final int FD = 4;
    /// u64, file offset, -1 for the current position; 0 for sockets.
    public static final int OFF = 8;
    /// u64, a second address, for instance the address length of ACCEPT.
    public static final int ADDR2 = 8;
    /// u32, the command of URING_CMD.
    public static final int CMD_OP = 8;
    /// u64, memory of the operation; the `user_data` to look for in a cancel.
    public static final int ADDR = 16;
    /// u64, offset in the source of SPLICE.
    public static final int SPLICE_OFF_IN = 16;
    /// u32, bytes or number of iovecs; with buffer selection 0 means the whole buffer.
    public static final int LEN = 24;
    /// u32, flags of the operation: `rw_flags`, `msg_flags`, `accept_flags`, ...
    public static final int OP_FLAGS = 28;
    /// u64, comes back in the completion.
    public static final int USER_DATA = 32;
    /// u16, the registered buffer.
    public static final int BUF_INDEX = 40;
    /// u16, the buffer group, with [SqeFlags#IOSQE_BUFFER_SELECT].
    public static final int BUF_GROUP = 40;
    /// u16, registered credentials, 0 for one's own.
    public static final int PERSONALITY = 42;
    /// u32, slot for a new direct descriptor plus one, or [#IORING_FILE_INDEX_ALLOC].
    public static final int FILE_INDEX = 44;
    /// s32, the source of SPLICE.
    public static final int SPLICE_FD_IN = 44;
    /// u32, limit of all bytes of a multishot RECV (since 6.17); length of a socket option.
    public static final int OPTLEN = 44;
    /// u16, length of the address of SEND and SEND_ZC.
    public static final int ADDR_LEN = 44;
    /// u64, a third address.
    public static final int ADDR3 = 48;
    /// Bytes of one entry; twice that with [SetupFlags#IORING_SETUP_SQE128].
    public static final int SIZE = 64;
    /// Value for [#FILE_INDEX]: the kernel picks a free slot; since 5.19.
    public static final int IORING_FILE_INDEX_ALLOC = -1;

    private IoUringSqe() {
    }
}
