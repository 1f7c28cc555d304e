package dev.rill.abi;

/// Which requests a cancel means: `sqe->cancel_flags` and [IoUringSyncCancelReg#FLAGS],
/// `IORING_ASYNC_CANCEL_*` in `linux/io_uring.h`. Without any bit: the first request
/// whose `user_data` matches.
public final class CancelFlags {

    /// All that match, not only the first; `res` is their number; since 5.19.
    public static final int IORING_ASYNC_CANCEL_ALL = 1 << 0;
    /// Matches the file instead of `user_data`; since 5.19.
    public static final int IORING_ASYNC_CANCEL_FD = 1 << 1;
    /// Matches every request of the ring; since 5.19.
    public static final int IORING_ASYNC_CANCEL_ANY = 1 << 2;
    /// The file is given as a registered index; since 6.0.
    public static final int IORING_ASYNC_CANCEL_FD_FIXED = 1 << 3;
    /// Matches `user_data` beside other keys; since 6.6.
    public static final int IORING_ASYNC_CANCEL_USERDATA = 1 << 4;
    /// Matches the opcode; since 6.6.
    public static final int IORING_ASYNC_CANCEL_OP = 1 << 5;

    // Index = bit number.
    private static final String[] NAMES = {"ALL", "FD", "ANY", "FD_FIXED", "USERDATA", "OP"};

    private CancelFlags() {
    }

    /// The bits by name, for people.
    ///
    /// @param flags `sqe->cancel_flags`
    /// @return for example `"ALL|FD"`; `"0"` when no bit is set
    public static String decode(int flags) {
        return BitNames.join(flags, NAMES);
    }
}
