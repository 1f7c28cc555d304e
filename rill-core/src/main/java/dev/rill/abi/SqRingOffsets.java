package dev.rill.abi;

/// Where in its mapping the submission ring keeps what: `struct io_sqring_offsets` of
/// `linux/io_uring.h`, byte offsets. It stands at [IoUringParams#SQ_OFF]. The values
/// the kernel writes here differ between kernels and are themselves offsets.
///
/// ```
///       0                 4                 8                 12
///     +-----------------+-----------------+-----------------+-----------------+
///   0 | head            | tail            | ring_mask       | ring_entries    |
///     +-----------------+-----------------+-----------------+-----------------+
///  16 | flags           | dropped         | array           | 0               |
///     +-----------------+-----------------+-----------------+-----------------+
///  32 | user_addr                         |
///     +-----------------------------------+
/// ```
public final class SqRingOffsets {

    /// u32, where the kernel's consumer index is.
    public static final int HEAD = 0;
    /// u32, where our producer index is.
    public static final int TAIL = 4;
    /// u32, where the mask for indexes is.
    public static final int RING_MASK = 8;
    /// u32, where the number of entries is.
    public static final int RING_ENTRIES = 12;
    /// u32, where the word of [QueueFlags] is.
    public static final int FLAGS = 16;
    /// u32, where the count of invalid indexes is.
    public static final int DROPPED = 20;
    /// u32, where the index array is; 0 with NO_SQARRAY.
    public static final int ARRAY = 24;
    /// u64, given with NO_MMAP: memory for the entries; since 6.5.
    public static final int USER_ADDR = 32;
    /// Bytes of the structure.
    public static final int SIZE = 40;

    private SqRingOffsets() {
    }
}
