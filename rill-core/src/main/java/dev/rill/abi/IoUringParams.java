package dev.rill.abi;

/// What `io_uring_setup` takes and answers, `struct io_uring_params` of
/// `linux/io_uring.h`: byte offsets.
///
/// ```
///       0                 4                 8                 12
///     +-----------------+-----------------+-----------------+-----------------+
///   0 | sq_entries      | cq_entries      | flags           | sq_thread_cpu   |
///     +-----------------+-----------------+-----------------+-----------------+
///  16 | sq_thread_idle  | features        | wq_fd           | 0               |
///     +-----------------+-----------------+-----------------+-----------------+
///  32 | 0               | 0               | sq_off, 40 bytes ...              |
///     +-----------------+-----------------+-----------------------------------+
///  80 | cq_off, 40 bytes ...                                                  |
///     +-----------------------------------------------------------------------+
/// ```
public final class IoUringParams {

    /// u32, answered: entries of the submission queue.
    public static final int SQ_ENTRIES = 0;
    /// u32, asked for with CQSIZE, answered: entries of the completion queue.
    public static final int CQ_ENTRIES = 4;
    /// u32, [SetupFlags].
    public static final int FLAGS = 8;
    /// u32, processor of the submission thread.
    public static final int SQ_THREAD_CPU = 12;
    /// u32, milliseconds until the submission thread sleeps.
    public static final int SQ_THREAD_IDLE = 16;
    /// u32, answered: [FeatureFlags].
    public static final int FEATURES = 20;
    /// u32, ring to share workers with.
    public static final int WQ_FD = 24;
    /// u32[3], must be 0.
    public static final int RESV = 28;
    /// [SqRingOffsets], answered.
    public static final int SQ_OFF = 40;
    /// [CqRingOffsets], answered.
    public static final int CQ_OFF = 80;
    /// Bytes of the structure.
    public static final int SIZE = 120;

    private IoUringParams() {
    }
}
