package dev.rill.abi;

/// What the kernel says it can do: `io_uring_params->features`, `IORING_FEAT_*` in
/// `linux/io_uring.h`.
///
/// There is no bit for incremental consumption, for `min_left` or for the limits of
/// multishot receives: those can only be tried.
public final class FeatureFlags {

    /// Submission and completion ring share one mapping; since 5.4.
    public static final int IORING_FEAT_SINGLE_MMAP = 1 << 0;
    /// Completions without room are kept by the kernel, not lost; since 5.5.
    public static final int IORING_FEAT_NODROP = 1 << 1;
    /// What a submission points to may be reused after it is submitted; since 5.5.
    public static final int IORING_FEAT_SUBMIT_STABLE = 1 << 2;
    /// File offset -1 means the current position; since 5.6.
    public static final int IORING_FEAT_RW_CUR_POS = 1 << 3;
    /// Requests run with the submitter's credentials; since 5.6.
    public static final int IORING_FEAT_CUR_PERSONALITY = 1 << 4;
    /// Sockets and pipes wait without a worker thread; since 5.7.
    public static final int IORING_FEAT_FAST_POLL = 1 << 5;
    /// Polls take 32 bits of events; since 5.9.
    public static final int IORING_FEAT_POLL_32BITS = 1 << 6;
    /// SQPOLL works with plain descriptors; since 5.11.
    public static final int IORING_FEAT_SQPOLL_NONFIXED = 1 << 7;
    /// [EnterFlags#IORING_ENTER_EXT_ARG] is known; since 5.11.
    public static final int IORING_FEAT_EXT_ARG = 1 << 8;
    /// Workers are threads of the process; since 5.12.
    public static final int IORING_FEAT_NATIVE_WORKERS = 1 << 9;
    /// Registered resources can carry tags; since 5.13.
    public static final int IORING_FEAT_RSRC_TAGS = 1 << 10;
    /// [SqeFlags#IOSQE_CQE_SKIP_SUCCESS] is known; since 5.17.
    public static final int IORING_FEAT_CQE_SKIP = 1 << 11;
    /// A linked request sees files its predecessor opened; since 5.18.
    public static final int IORING_FEAT_LINKED_FILE = 1 << 12;
    /// `io_uring_register` takes a registered ring; since 6.3.
    public static final int IORING_FEAT_REG_REG_RING = 1 << 13;
    /// [SocketOpFlags#IORING_RECVSEND_BUNDLE] is known; since 6.10.
    public static final int IORING_FEAT_RECVSEND_BUNDLE = 1 << 14;
    /// [IoUringGeteventsArg#MIN_WAIT_USEC] is known; since 6.12.
    public static final int IORING_FEAT_MIN_TIMEOUT = 1 << 15;
    /// Reads and writes take attributes; since 6.14.
    public static final int IORING_FEAT_RW_ATTR = 1 << 16;
    /// [EnterFlags#IORING_ENTER_NO_IOWAIT] is known; since 6.15.
    public static final int IORING_FEAT_NO_IOWAIT = 1 << 17;

    // Index = bit number.
    private static final String[] NAMES = {
        "SINGLE_MMAP", "NODROP", "SUBMIT_STABLE", "RW_CUR_POS", "CUR_PERSONALITY", "FAST_POLL",
        "POLL_32BITS", "SQPOLL_NONFIXED", "EXT_ARG", "NATIVE_WORKERS", "RSRC_TAGS", "CQE_SKIP",
        "LINKED_FILE", "REG_REG_RING", "RECVSEND_BUNDLE", "MIN_TIMEOUT", "RW_ATTR", "NO_IOWAIT",
    };

    private FeatureFlags() {
    }

    /// The bits by name, for people.
    ///
    /// @param features `io_uring_params->features`
    /// @return for example `"SINGLE_MMAP|NODROP"`; `"0"` when no bit is set
    public static String decode(int features) {
        return BitNames.join(features, NAMES);
    }
}
