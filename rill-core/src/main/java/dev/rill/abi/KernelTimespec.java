package dev.rill.abi;

/// A span or point of time, `struct __kernel_timespec` of `linux/time_types.h`: byte
/// offsets.
///
/// ```
///       0                                                                   8
///     +-----------------------------------------------------------------------+
///   0 | tv_sec                                                                |
///     +-----------------------------------------------------------------------+
///   8 | tv_nsec                                                               |
///     +-----------------------------------------------------------------------+
/// ```
public final class KernelTimespec {

    /// s64, seconds.
    public static final int TV_SEC = 0;
    /// s64, nanoseconds, 0 to 999999999.
    public static final int TV_NSEC = 8;
    /// Bytes of the structure.
    public static final int SIZE = 16;

    private KernelTimespec() {
    }
}
