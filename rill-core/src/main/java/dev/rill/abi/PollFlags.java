package dev.rill.abi;

/// Readiness: options of `IORING_OP_POLL_ADD` (`IORING_POLL_*` in
/// `linux/io_uring.h`, kept in `sqe->len`) and the events of `poll.h`, which go
/// into `sqe->poll32_events` and come back in `res`.
public final class PollFlags {

    // Options, in sqe->len

    /// Stays armed, one completion per event; since 5.13.
    public static final int IORING_POLL_ADD_MULTI = 1 << 0;
    /// POLL_REMOVE changes the events waited for; since 5.13.
    public static final int IORING_POLL_UPDATE_EVENTS = 1 << 1;
    /// POLL_REMOVE changes `user_data`; since 5.13.
    public static final int IORING_POLL_UPDATE_USER_DATA = 1 << 2;
    /// Level triggered instead of edge triggered; since 6.0.
    public static final int IORING_POLL_ADD_LEVEL = 1 << 3;

    // Events

    /// There is something to read, or the end.
    public static final int POLLIN = 0x1;
    /// There is urgent data.
    public static final int POLLPRI = 0x2;
    /// There is room to write.
    public static final int POLLOUT = 0x4;
    /// An error waits; reported whether asked for or not.
    public static final int POLLERR = 0x8;
    /// Both directions are closed; reported whether asked for or not.
    public static final int POLLHUP = 0x10;
    /// The descriptor is not open.
    public static final int POLLNVAL = 0x20;
    /// The other side will send no more.
    public static final int POLLRDHUP = 0x2000;

    private PollFlags() {
    }
}
