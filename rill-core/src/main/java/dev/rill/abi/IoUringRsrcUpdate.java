package dev.rill.abi;

/**
 * Argument of {@link RegisterOp#IORING_REGISTER_RING_FDS} and of file updates,
 * {@code struct io_uring_rsrc_update} of {@code linux/io_uring.h}: byte offsets.
 *
 * <pre>
 *       0                                   4                               8
 *     +-----------------------------------+-----------------------------------+
 *   0 | offset                            | 0                                 |
 *     +-----------------------------------+-----------------------------------+
 *   8 | data                                                                  |
 *     +-----------------------------------------------------------------------+
 * </pre>
 */
public final class IoUringRsrcUpdate {

    /** u32, the first slot; -1 lets RING_FDS pick one and answer it here. */
    public static final int OFFSET = 0;
    /** u64, address of the descriptors; for RING_FDS the descriptor itself. */
    public static final int DATA = 8;
    /** Bytes of the structure. */
    public static final int SIZE = 16;

    private IoUringRsrcUpdate() {
    }
}
