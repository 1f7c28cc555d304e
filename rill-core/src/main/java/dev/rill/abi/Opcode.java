package dev.rill.abi;

/// What a submission asks for: values of `sqe->opcode` (`enum io_uring_op` in
/// `linux/io_uring.h`).
///
/// "since" names the first Linux release with the operation. Whether the running kernel has one
/// is answered by [RegisterOp#IORING_REGISTER_PROBE], not by its version.
public final class Opcode {

    /// Does nothing and completes; since 5.1. Options in [NopFlags].
    public static final int IORING_OP_NOP = 0;
    /// `preadv2`; since 5.1. With buffer selection exactly one iovec.
    public static final int IORING_OP_READV = 1;
    /// `pwritev2`; since 5.1.
    public static final int IORING_OP_WRITEV = 2;
    /// `fsync`, or `fdatasync` by [FsyncFlags]; since 5.1.
    public static final int IORING_OP_FSYNC = 3;
    /// Reads into a registered buffer; since 5.1.
    public static final int IORING_OP_READ_FIXED = 4;
    /// Writes from a registered buffer; since 5.1.
    public static final int IORING_OP_WRITE_FIXED = 5;
    /// Waits for readiness of a file; since 5.1. Options in [PollFlags].
    public static final int IORING_OP_POLL_ADD = 6;
    /// Removes or updates a poll request; since 5.1, updates since 5.13.
    public static final int IORING_OP_POLL_REMOVE = 7;
    /// `sync_file_range`; since 5.2.
    public static final int IORING_OP_SYNC_FILE_RANGE = 8;
    /// `sendmsg`; since 5.3.
    public static final int IORING_OP_SENDMSG = 9;
    /// `recvmsg`; since 5.3, multishot since 6.0.
    public static final int IORING_OP_RECVMSG = 10;
    /// Completes after a time or a number of completions; since 5.4. [TimeoutFlags].
    public static final int IORING_OP_TIMEOUT = 11;
    /// Removes or updates a timeout; since 5.5, updates since 5.11.
    public static final int IORING_OP_TIMEOUT_REMOVE = 12;
    /// `accept4`; since 5.5, multishot since 5.19.
    public static final int IORING_OP_ACCEPT = 13;
    /// Cancels requests picked by [CancelFlags]; since 5.5.
    public static final int IORING_OP_ASYNC_CANCEL = 14;
    /// A time limit for the request it is linked after; since 5.5.
    public static final int IORING_OP_LINK_TIMEOUT = 15;
    /// `connect`; since 5.5.
    public static final int IORING_OP_CONNECT = 16;
    /// `fallocate`; since 5.6.
    public static final int IORING_OP_FALLOCATE = 17;
    /// `openat`; since 5.6.
    public static final int IORING_OP_OPENAT = 18;
    /// `close` of a descriptor or of a direct descriptor; since 5.6.
    public static final int IORING_OP_CLOSE = 19;
    /// Replaces registered files; since 5.6.
    public static final int IORING_OP_FILES_UPDATE = 20;
    /// `statx`; since 5.6.
    public static final int IORING_OP_STATX = 21;
    /// `pread` into plain or selected memory; since 5.6.
    public static final int IORING_OP_READ = 22;
    /// `pwrite`; since 5.6.
    public static final int IORING_OP_WRITE = 23;
    /// `posix_fadvise`; since 5.6.
    public static final int IORING_OP_FADVISE = 24;
    /// `madvise`; since 5.6.
    public static final int IORING_OP_MADVISE = 25;
    /// `send`; since 5.6, from provided buffers since 6.10.
    public static final int IORING_OP_SEND = 26;
    /// `recv`; since 5.6, multishot since 6.0, bundles since 6.10.
    public static final int IORING_OP_RECV = 27;
    /// `openat2`; since 5.6.
    public static final int IORING_OP_OPENAT2 = 28;
    /// `epoll_ctl`; since 5.6.
    public static final int IORING_OP_EPOLL_CTL = 29;
    /// `splice`; since 5.7.
    public static final int IORING_OP_SPLICE = 30;
    /// Gives buffers to a legacy group, one request per batch; since 5.7.
    public static final int IORING_OP_PROVIDE_BUFFERS = 31;
    /// Takes buffers back from a legacy group; since 5.7.
    public static final int IORING_OP_REMOVE_BUFFERS = 32;
    /// `tee`; since 5.8.
    public static final int IORING_OP_TEE = 33;
    /// `shutdown` of one or both directions; since 5.11.
    public static final int IORING_OP_SHUTDOWN = 34;
    /// `renameat2`; since 5.11.
    public static final int IORING_OP_RENAMEAT = 35;
    /// `unlinkat`; since 5.11.
    public static final int IORING_OP_UNLINKAT = 36;
    /// `mkdirat`; since 5.15.
    public static final int IORING_OP_MKDIRAT = 37;
    /// `symlinkat`; since 5.15.
    public static final int IORING_OP_SYMLINKAT = 38;
    /// `linkat`; since 5.15.
    public static final int IORING_OP_LINKAT = 39;
    /// Posts a completion, or passes a file, to another ring; since 5.18.
    public static final int IORING_OP_MSG_RING = 40;
    /// `fsetxattr`; since 5.19.
    public static final int IORING_OP_FSETXATTR = 41;
    /// `setxattr`; since 5.19.
    public static final int IORING_OP_SETXATTR = 42;
    /// `fgetxattr`; since 5.19.
    public static final int IORING_OP_FGETXATTR = 43;
    /// `getxattr`; since 5.19.
    public static final int IORING_OP_GETXATTR = 44;
    /// `socket`; since 5.19.
    public static final int IORING_OP_SOCKET = 45;
    /// A command of the file's own; since 5.19, sockets since 6.7.
    public static final int IORING_OP_URING_CMD = 46;
    /// `send` without copying, two completions; since 6.0.
    public static final int IORING_OP_SEND_ZC = 47;
    /// `sendmsg` without copying, two completions; since 6.1.
    public static final int IORING_OP_SENDMSG_ZC = 48;
    /// Reads again and again into selected buffers; since 6.7.
    public static final int IORING_OP_READ_MULTISHOT = 49;
    /// `waitid`; since 6.7.
    public static final int IORING_OP_WAITID = 50;
    /// `futex_wait`; since 6.7.
    public static final int IORING_OP_FUTEX_WAIT = 51;
    /// `futex_wake`; since 6.7.
    public static final int IORING_OP_FUTEX_WAKE = 52;
    /// `futex_waitv`; since 6.7.
    public static final int IORING_OP_FUTEX_WAITV = 53;
    /// Turns a direct descriptor into a plain one; since 6.8.
    public static final int IORING_OP_FIXED_FD_INSTALL = 54;
    /// `ftruncate`; since 6.9.
    public static final int IORING_OP_FTRUNCATE = 55;
    /// `bind`; since 6.11.
    public static final int IORING_OP_BIND = 56;
    /// `listen`; since 6.11.
    public static final int IORING_OP_LISTEN = 57;
    /// Receives straight into user memory from a prepared network queue; since 6.15.
    public static final int IORING_OP_RECV_ZC = 58;
    /// `epoll_wait`; since 6.15.
    public static final int IORING_OP_EPOLL_WAIT = 59;
    /// `preadv2` into a registered buffer; since 6.15.
    public static final int IORING_OP_READV_FIXED = 60;
    /// `pwritev2` from a registered buffer; since 6.15.
    public static final int IORING_OP_WRITEV_FIXED = 61;
    /// `pipe2`; since 6.16.
    public static final int IORING_OP_PIPE = 62;
    /// A no-operation of 128 bytes, for rings of mixed entry sizes; since 6.19.
    public static final int IORING_OP_NOP128 = 63;
    /// [#IORING_OP_URING_CMD] of 128 bytes, for mixed rings; since 6.19.
    public static final int IORING_OP_URING_CMD128 = 64;

    // Index = opcode.
    private static final String[] NAMES = {
        "NOP", "READV", "WRITEV", "FSYNC", "READ_FIXED", "WRITE_FIXED", "POLL_ADD",
        "POLL_REMOVE", "SYNC_FILE_RANGE", "SENDMSG", "RECVMSG", "TIMEOUT", "TIMEOUT_REMOVE",
        "ACCEPT", "ASYNC_CANCEL", "LINK_TIMEOUT", "CONNECT", "FALLOCATE", "OPENAT", "CLOSE",
        "FILES_UPDATE", "STATX", "READ", "WRITE", "FADVISE", "MADVISE", "SEND", "RECV", "OPENAT2",
        "EPOLL_CTL", "SPLICE", "PROVIDE_BUFFERS", "REMOVE_BUFFERS", "TEE", "SHUTDOWN", "RENAMEAT",
        "UNLINKAT", "MKDIRAT", "SYMLINKAT", "LINKAT", "MSG_RING", "FSETXATTR", "SETXATTR",
        "FGETXATTR", "GETXATTR", "SOCKET", "URING_CMD", "SEND_ZC", "SENDMSG_ZC", "READ_MULTISHOT",
        "WAITID", "FUTEX_WAIT", "FUTEX_WAKE", "FUTEX_WAITV", "FIXED_FD_INSTALL", "FTRUNCATE",
        "BIND", "LISTEN", "RECV_ZC", "EPOLL_WAIT", "READV_FIXED", "WRITEV_FIXED", "PIPE",
        "NOP128", "URING_CMD128",
    };

    private Opcode() {
    }

    /// The operation's name without its prefix, for people.
    ///
    /// @param opcode a value of `sqe->opcode`, unsigned
    /// @return for example `"RECV"`; `"OP_99"` for an opcode newer than this class
    public static String name(int opcode) {
        return opcode >= 0 && opcode < NAMES.length ? NAMES[opcode] : "OP_" + opcode;
    }
}
