package dev.rill.abi;

/// A completion queue entry, `struct io_uring_cqe` of `linux/io_uring.h`: byte offsets.
///
/// ```
///       0                                   4                               8
///     +-----------------------------------------------------------------------+
///   0 | user_data                                                             |
///     +-----------------------------------+-----------------------------------+
///   8 | res                               | flags                             |
///     +-----------------------------------+-----------------------------------+
///  16 | big_cqe: 16 bytes more, only with CQE32                               |
///     +-----------------------------------------------------------------------+
/// ```
public final class IoUringCqe {

    /// u64, as given in the submission.
    public static final int USER_DATA = 0;
    /// s32, result, or the negative of an [Errno].
    public static final int RES = 8;
    /// u32, [CqeFlags] and the buffer id.
    public static final int FLAGS = 12;
    /// The second half of a 32-byte entry.
    public static final int BIG_CQE = 16;
    /// Bytes of one entry; twice that with [SetupFlags#IORING_SETUP_CQE32].
    public static final int SIZE = 16;

    private IoUringCqe() {
    }
}
