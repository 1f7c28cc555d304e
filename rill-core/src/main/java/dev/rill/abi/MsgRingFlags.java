package dev.rill.abi;

/// Messages between rings, [Opcode#IORING_OP_MSG_RING]: the command in `sqe->addr` and
/// options in `sqe->msg_ring_flags` (`IORING_MSG_*` in `linux/io_uring.h`).
public final class MsgRingFlags {

    /// Command: post a completion with `len` as result and `off` as user_data.
    public static final int IORING_MSG_DATA = 0;
    /// Command: pass a registered file to the other ring; since 6.0.
    public static final int IORING_MSG_SEND_FD = 1;
    /// No completion on the target, for files only; since 6.0.
    public static final int IORING_MSG_RING_CQE_SKIP = 1 << 0;
    /// `file_index` becomes the flags of the completion; since 6.3.
    public static final int IORING_MSG_RING_FLAGS_PASS = 1 << 1;

    private MsgRingFlags() {
    }
}
