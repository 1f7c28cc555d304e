package dev.rill.abi;

/// Where in its mapping the completion ring keeps what: `struct io_cqring_offsets` of
/// `linux/io_uring.h`, byte offsets. It stands at [IoUringParams#CQ_OFF].
///
/// ```
///       0                 4                 8                 12
///     +-----------------+-----------------+-----------------+-----------------+
///   0 | head            | tail            | ring_mask       | ring_entries    |
///     +-----------------+-----------------+-----------------+-----------------+
///  16 | overflow        | cqes            | flags           | 0               |
///     +-----------------+-----------------+-----------------+-----------------+
///  32 | user_addr                         |
///     +-----------------------------------+
/// ```
public final class CqRingOffsets {

    /// u32, where our consumer index is.
    public static final int HEAD = 0;
    /// u32, where the kernel's producer index is.
    public static final int TAIL = 4;
    /// u32, where the mask for indexes is.
    public static final int RING_MASK = 8;
    /// u32, where the number of entries is.
    public static final int RING_ENTRIES = 12;
    /// u32, where the count of lost completions is.
    public static final int OVERFLOW = 16;
    /// u32, where the entries are.
    public static final int CQES = 20;
    /// u32, where the word of [QueueFlags] is; 0 before 5.8.
    public static final int FLAGS = 24;
    /// u64, given with NO_MMAP: memory for the ring; since 6.5.
    public static final int USER_ADDR = 32;
    /// Bytes of the structure.
    public static final int SIZE = 40;

    private CqRingOffsets() {
    }
}
