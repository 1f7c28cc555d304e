package dev.rill.abi;

/**
 * Messages between rings, {@link Opcode#IORING_OP_MSG_RING}: the command in {@code sqe->addr} and
 * options in {@code sqe->msg_ring_flags} ({@code IORING_MSG_*} in {@code linux/io_uring.h}).
 */
public final class MsgRingFlags {

    /** Command: post a completion with {@code len} as result and {@code off} as user_data. */
    public static final int IORING_MSG_DATA = 0;
    /** Command: pass a registered file to the other ring; since 6.0. */
    public static final int IORING_MSG_SEND_FD = 1;
    /** No completion on the target, for files only; since 6.0. */
    public static final int IORING_MSG_RING_CQE_SKIP = 1 << 0;
    /** {@code file_index} becomes the flags of the completion; since 6.3. */
    public static final int IORING_MSG_RING_FLAGS_PASS = 1 << 1;

    private MsgRingFlags() {
    }
}
