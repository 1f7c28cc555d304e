package dev.rill.abi;

/// What a completion says beside its result: `cqe->flags`, `IORING_CQE_F_*` in
/// `linux/io_uring.h`.
///
/// ```
///  31                            16 15 14             6   5    4    3    2    1    0
/// +--------------------------------+--+----------------+----+----+----+----+----+----+
/// | buffer id (only with BUFFER)   |32| 0              |SKIP|BUF |NOT-|SOCK|MORE|BUF-|
/// |                                |  |                |    |MORE|IF  |    |    |FER |
/// +--------------------------------+--+----------------+----+----+----+----+----+----+
/// ```
///
/// The word is unsigned: buffer id 65535 makes it a negative `int`, so it is taken apart
/// with [#bufferId] and never with `>>`.
public final class CqeFlags {

    /// A provided buffer was used, its id is in the upper 16 bits; since 5.7.
    public static final int IORING_CQE_F_BUFFER = 1 << 0;
    /// The request stays armed, more completions will follow; since 5.13.
    public static final int IORING_CQE_F_MORE = 1 << 1;
    /// The socket had more to read, or its end, when this was posted; since 5.19.
    public static final int IORING_CQE_F_SOCK_NONEMPTY = 1 << 2;
    /// The second completion of a zero-copy send: its memory is free; since 6.0.
    public static final int IORING_CQE_F_NOTIF = 1 << 3;
    /// Incremental: the kernel keeps filling this buffer; since 6.12.
    public static final int IORING_CQE_F_BUF_MORE = 1 << 4;
    /// A filler at the end of a mixed ring, to be ignored; since 6.18.
    public static final int IORING_CQE_F_SKIP = 1 << 5;
    /// This entry is 32 bytes long (mixed rings); since 6.18.
    public static final int IORING_CQE_F_32 = 1 << 15;
    /// How far the buffer id is shifted up.
    public static final int IORING_CQE_BUFFER_SHIFT = 16;

    // Index = bit number; gaps have no meaning yet.
    private static final String[] NAMES = {
        "BUFFER", "MORE", "SOCK_NONEMPTY", "NOTIF", "BUF_MORE", "SKIP", null, null,
        null, null, null, null, null, null, null, "32",
    };

    private CqeFlags() {
    }

    /// The id of the provided buffer, 0 to 65535.
    ///
    /// @param flags `cqe->flags` with [#IORING_CQE_F_BUFFER] set; without it the
    ///     upper bits mean something else
    /// @return the buffer id
    public static int bufferId(int flags) {
        return flags >>> IORING_CQE_BUFFER_SHIFT;
    }

    /// The bits by name and the buffer id, for people.
    ///
    /// @param flags `cqe->flags`
    /// @return for example `"BUFFER|MORE|BUF_MORE bid 3"`; `"0"` when no bit is set
    public static String decode(int flags) {
        if ((flags & IORING_CQE_F_BUFFER) == 0) {
            return BitNames.join(flags, NAMES);
        }
        return BitNames.join(flags & 0xffff, NAMES) + " bid " + bufferId(flags);
    }
}
