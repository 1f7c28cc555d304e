package dev.rill.abi;

/// Argument of [RegisterOp#IORING_REGISTER_PBUF_RING] and its counterpart,
/// `struct io_uring_buf_reg` of `linux/io_uring.h`: byte offsets.
///
/// ```
///       0                                   4                 6             8
///     +-----------------------------------------------------------------------+
///   0 | ring_addr                                                             |
///     +-----------------------------------+-----------------+-----------------+
///   8 | ring_entries                      | bgid            | flags           |
///     +-----------------------------------+-----------------+-----------------+
///  16 | min_left                          | 0                                 |
///     +-----------------------------------+-----------------------------------+
///  24 | 0                                                                     |
///     +-----------------------------------------------------------------------+
///  32 | 0                                                                     |
///     +-----------------------------------------------------------------------+
/// ```
public final class IoUringBufReg {

    /// u64, the ring's memory, page aligned; 0 with `IOU_PBUF_RING_MMAP`.
    public static final int RING_ADDR = 0;
    /// u32, a power of two, 1 to 32768.
    public static final int RING_ENTRIES = 8;
    /// u16, the group's number.
    public static final int BGID = 12;
    /// u16, [BufferRingFlags]; 0 to unregister. Called `pad` before 6.4.
    public static final int FLAGS = 14;
    /// u32, incremental rings: give a buffer up when fewer bytes are left. Since 7.1, and
    /// in 6.12.90 and 6.18.30.
    public static final int MIN_LEFT = 16;
    /// Bytes of the structure.
    public static final int SIZE = 40;

    private IoUringBufReg() {
    }
}
