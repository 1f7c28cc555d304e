package dev.rill.abi;

/// Options of timeouts, in `sqe->timeout_flags`: `IORING_TIMEOUT_*` in
/// `linux/io_uring.h`.
public final class TimeoutFlags {

    /// The time is a point in time, not a span; since 5.5.
    public static final int IORING_TIMEOUT_ABS = 1 << 0;
    /// TIMEOUT_REMOVE changes the timeout instead; since 5.11.
    public static final int IORING_TIMEOUT_UPDATE = 1 << 1;
    /// Uses the clock that counts suspended time; since 5.15.
    public static final int IORING_TIMEOUT_BOOTTIME = 1 << 2;
    /// Uses the wall clock; since 5.15.
    public static final int IORING_TIMEOUT_REALTIME = 1 << 3;
    /// TIMEOUT_REMOVE changes a link timeout; since 5.15.
    public static final int IORING_LINK_TIMEOUT_UPDATE = 1 << 4;
    /// Running out counts as success for links; since 5.16.
    public static final int IORING_TIMEOUT_ETIME_SUCCESS = 1 << 5;
    /// Fires again and again; since 6.4.
    public static final int IORING_TIMEOUT_MULTISHOT = 1 << 6;
    /// The time stands in the entry as nanoseconds, no pointer; since 7.1.
    public static final int IORING_TIMEOUT_IMMEDIATE_ARG = 1 << 7;
    /// The bits that choose the clock.
    public static final int IORING_TIMEOUT_CLOCK_MASK = 0x0c;
    /// The bits that ask for an update.
    public static final int IORING_TIMEOUT_UPDATE_MASK = 0x12;

    private TimeoutFlags() {
    }
}
