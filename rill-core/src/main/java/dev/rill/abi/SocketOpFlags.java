package dev.rill.abi;

/// Options of the socket operations, all in `sqe->ioprio`: `IORING_RECVSEND_*`,
/// `IORING_RECV_*`, `IORING_SEND_*` and `IORING_ACCEPT_*` in
/// `linux/io_uring.h`. [MsgFlags] go into another field.
public final class SocketOpFlags {

    // Send and receive

    /// Waits for readiness before the first attempt; since 5.19.
    public static final int IORING_RECVSEND_POLL_FIRST = 1 << 0;
    /// Stays armed, one completion per piece received; since 6.0.
    public static final int IORING_RECV_MULTISHOT = 1 << 1;
    /// Uses the registered buffer `buf_index`; since 6.0.
    public static final int IORING_RECVSEND_FIXED_BUF = 1 << 2;
    /// The second completion tells whether data was copied; since 6.2.
    public static final int IORING_SEND_ZC_REPORT_USAGE = 1 << 3;
    /// Takes several provided buffers in one go, next ids in order; since 6.10.
    public static final int IORING_RECVSEND_BUNDLE = 1 << 4;
    /// `addr` is an array of iovecs; since 6.17.
    public static final int IORING_SEND_VECTORIZED = 1 << 5;
    /// In `res` of the second completion: data was copied; since 6.2.
    public static final int IORING_NOTIF_USAGE_ZC_COPIED = 1 << 31;

    // Accept

    /// Stays armed, one completion per connection; since 5.19.
    public static final int IORING_ACCEPT_MULTISHOT = 1 << 0;
    /// Fails with `-EAGAIN` when nobody waits; since 6.10.
    public static final int IORING_ACCEPT_DONTWAIT = 1 << 1;
    /// Waits for readiness before the first attempt; since 6.10.
    public static final int IORING_ACCEPT_POLL_FIRST = 1 << 2;

    // Index = bit number.
    private static final String[] TRANSFER_NAMES = {
        "POLL_FIRST", "MULTISHOT", "FIXED_BUF", "REPORT_USAGE", "BUNDLE", "VECTORIZED",
    };
    private static final String[] ACCEPT_NAMES = {"MULTISHOT", "DONTWAIT", "POLL_FIRST"};

    private SocketOpFlags() {
    }

    /// The bits of a send or receive by name, for people.
    ///
    /// @param flags `sqe->ioprio` of a send or receive
    /// @return for example `"MULTISHOT|BUNDLE"`; `"0"` when no bit is set
    public static String decodeTransfer(int flags) {
        return BitNames.join(flags, TRANSFER_NAMES);
    }

    /// The bits of an accept by name, for people.
    ///
    /// @param flags `sqe->ioprio` of an accept
    /// @return for example `"MULTISHOT"`; `"0"` when no bit is set
    public static String decodeAccept(int flags) {
        return BitNames.join(flags, ACCEPT_NAMES);
    }
}
