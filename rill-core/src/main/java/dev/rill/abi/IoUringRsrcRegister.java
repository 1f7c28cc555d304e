package dev.rill.abi;

/// Argument of [RegisterOp#IORING_REGISTER_FILES2] and
/// [RegisterOp#IORING_REGISTER_BUFFERS2], `struct io_uring_rsrc_register` of
/// `linux/io_uring.h`: byte offsets.
///
/// ```
///       0                                   4                               8
///     +-----------------------------------+-----------------------------------+
///   0 | nr                                | flags                             |
///     +-----------------------------------+-----------------------------------+
///   8 | 0                                                                     |
///     +-----------------------------------------------------------------------+
///  16 | data                                                                  |
///     +-----------------------------------------------------------------------+
///  24 | tags                                                                  |
///     +-----------------------------------------------------------------------+
/// ```
public final class IoUringRsrcRegister {

    /// u32, number of slots.
    public static final int NR = 0;
    /// u32, [RegisterOp#IORING_RSRC_REGISTER_SPARSE] or 0.
    public static final int FLAGS = 4;
    /// u64, address of the descriptors or iovecs; 0 for a sparse table.
    public static final int DATA = 16;
    /// u64, address of the tags, or 0.
    public static final int TAGS = 24;
    /// Bytes of the structure.
    public static final int SIZE = 32;

    private IoUringRsrcRegister() {
    }
}
