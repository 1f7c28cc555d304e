package dev.rill.abi;

/// How a request is to be run, whatever its opcode: `sqe->flags`, `IOSQE_*` in
/// `linux/io_uring.h`.
public final class SqeFlags {

    /// `fd` is an index of the registered files.
    public static final int IOSQE_FIXED_FILE = 1 << 0;
    /// Starts after everything submitted before it has completed; since 5.2.
    public static final int IOSQE_IO_DRAIN = 1 << 1;
    /// The next request starts when this one has succeeded; since 5.3.
    public static final int IOSQE_IO_LINK = 1 << 2;
    /// The next request starts when this one is done, however it went; since 5.5.
    public static final int IOSQE_IO_HARDLINK = 1 << 3;
    /// Runs on a worker thread from the start; since 5.6.
    public static final int IOSQE_ASYNC = 1 << 4;
    /// The kernel takes a buffer from group `buf_group`; since 5.7.
    public static final int IOSQE_BUFFER_SELECT = 1 << 5;
    /// No completion if it succeeds, so a selected buffer would be lost; since 5.17.
    public static final int IOSQE_CQE_SKIP_SUCCESS = 1 << 6;

    // Index = bit number.
    private static final String[] NAMES = {
        "FIXED_FILE", "IO_DRAIN", "IO_LINK", "IO_HARDLINK", "ASYNC", "BUFFER_SELECT",
        "CQE_SKIP_SUCCESS",
    };

    private SqeFlags() {
    }

    /// The bits by name, for people.
    ///
    /// @param flags `sqe->flags`, unsigned
    /// @return for example `"IO_LINK|ASYNC"`; `"0"` when no bit is set
    public static String decode(int flags) {
        return BitNames.join(flags & 0xff, NAMES);
    }
}
