package dev.rill.abi;

/// What `io_uring_enter` shall do: `IORING_ENTER_*` in `linux/io_uring.h`.
public final class EnterFlags {

    /// Waits for `min_complete` completions; runs deferred work even for 0.
    public static final int IORING_ENTER_GETEVENTS = 1 << 0;
    /// Wakes a sleeping submission thread (SQPOLL).
    public static final int IORING_ENTER_SQ_WAKEUP = 1 << 1;
    /// Waits until the submission queue has room (SQPOLL); since 5.10.
    public static final int IORING_ENTER_SQ_WAIT = 1 << 2;
    /// The argument is an [IoUringGeteventsArg]: time limit; since 5.11.
    public static final int IORING_ENTER_EXT_ARG = 1 << 3;
    /// The descriptor is an index of registered rings; since 5.18.
    public static final int IORING_ENTER_REGISTERED_RING = 1 << 4;
    /// The time limit is a point in time, not a span; since 6.12.
    public static final int IORING_ENTER_ABS_TIMER = 1 << 5;
    /// The argument is an offset into a registered wait region; since 6.13.
    public static final int IORING_ENTER_EXT_ARG_REG = 1 << 6;
    /// The wait is not counted as I/O wait; since 6.15.
    public static final int IORING_ENTER_NO_IOWAIT = 1 << 7;

    // Index = bit number.
    private static final String[] NAMES = {
        "GETEVENTS", "SQ_WAKEUP", "SQ_WAIT", "EXT_ARG", "REGISTERED_RING", "ABS_TIMER",
        "EXT_ARG_REG", "NO_IOWAIT",
    };

    private EnterFlags() {
    }

    /// The bits by name, for people.
    ///
    /// @param flags the flags argument of `io_uring_enter`
    /// @return for example `"GETEVENTS|EXT_ARG"`; `"0"` when no bit is set
    public static String decode(int flags) {
        return BitNames.join(flags, NAMES);
    }
}
