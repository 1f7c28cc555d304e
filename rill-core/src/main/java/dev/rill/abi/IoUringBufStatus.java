package dev.rill.abi;

/// Argument of [RegisterOp#IORING_REGISTER_PBUF_STATUS], `struct io_uring_buf_status` of
/// `linux/io_uring.h` (since 6.8): byte offsets.
///
/// ```
///       0                                   4                               8
///     +-----------------------------------+-----------------------------------+
///   0 | buf_group (in)                    | head (out)                        |
///     +-----------------------------------+-----------------------------------+
///   8 | 0, 32 bytes ...                                                       |
///     +-----------------------------------------------------------------------+
/// ```
public final class IoUringBufStatus {

    /// u32, the group's number.
    public static final int BUF_GROUP = 0;
    /// u32, answered: the kernel's u16 index, not masked.
    public static final int HEAD = 4;
    /// u32[8], must be 0.
    public static final int RESV = 8;
    /// Bytes of the structure.
    public static final int SIZE = 40;

    private IoUringBufStatus() {
    }
}
