package dev.rill.abi;

/// Answer to [RegisterOp#IORING_REGISTER_PROBE], `struct io_uring_probe` of
/// `linux/io_uring.h`: byte offsets. An array of [IoUringProbeOp] follows it.
///
/// ```
///       0         1         2         4                                     16
///     +---------+---------+---------+-----------------------------------------+
///   0 | last_op | ops_len | 0       | 0                                       |
///     +---------+---------+---------+-----------------------------------------+
///  16 | ops[0] ...                                                            |
///     +-----------------------------------------------------------------------+
/// ```
public final class IoUringProbe {

    /// u8, the last opcode the kernel knows.
    public static final int LAST_OP = 0;
    /// u8, how many elements were filled.
    public static final int OPS_LEN = 1;
    /// The first element.
    public static final int OPS = 16;
    /// Bytes before the elements.
    public static final int SIZE = 16;

    private IoUringProbe() {
    }
}
