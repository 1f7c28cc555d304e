package dev.rill.abi;

/// Argument of [RegisterOp#IORING_REGISTER_RING_FDS] and of file updates,
/// `struct io_uring_rsrc_update` of `linux/io_uring.h`: byte offsets.
///
/// ```
///       0                                   4                               8
///     +-----------------------------------+-----------------------------------+
///   0 | offset                            | 0                                 |
///     +-----------------------------------+-----------------------------------+
///   8 | data                                                                  |
///     +-----------------------------------------------------------------------+
/// ```
public final class IoUringRsrcUpdate {

    /// u32, the first slot; -1 lets RING_FDS pick one and answer it here.
    public static final int OFFSET = 0;
    /// u64, address of the descriptors; for RING_FDS the descriptor itself.
    public static final int DATA = 8;
    /// Bytes of the structure.
    public static final int SIZE = 16;

    private IoUringRsrcUpdate() {
    }
}
