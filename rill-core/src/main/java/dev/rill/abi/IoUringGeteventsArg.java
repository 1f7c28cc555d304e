package dev.rill.abi;

/// The last argument of `io_uring_enter` with [EnterFlags#IORING_ENTER_EXT_ARG],
/// `struct io_uring_getevents_arg` of `linux/io_uring.h`: byte offsets.
///
/// ```
///       0                                   4                               8
///     +-----------------------------------------------------------------------+
///   0 | sigmask                                                               |
///     +-----------------------------------+-----------------------------------+
///   8 | sigmask_sz                        | min_wait_usec                     |
///     +-----------------------------------+-----------------------------------+
///  16 | ts                                                                    |
///     +-----------------------------------------------------------------------+
/// ```
public final class IoUringGeteventsArg {

    /// u64, address of the signal set to wait with, or 0.
    public static final int SIGMASK = 0;
    /// u32, bytes of that set, 8.
    public static final int SIGMASK_SZ = 8;
    /// u32, wait this long for the whole batch; since 6.12, 0 before.
    public static final int MIN_WAIT_USEC = 12;
    /// u64, address of a [KernelTimespec], or 0 for no limit.
    public static final int TS = 16;
    /// Bytes of the structure.
    public static final int SIZE = 24;

    private IoUringGeteventsArg() {
    }
}
