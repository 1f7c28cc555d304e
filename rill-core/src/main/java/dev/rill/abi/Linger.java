package dev.rill.abi;

/// Value of [SocketConstants#SO_LINGER], `struct linger` of `sys/socket.h`: byte
/// offsets. On with 0 seconds, `close` resets the connection.
///
/// ```
///       0                                   4                               8
///     +-----------------------------------+-----------------------------------+
///   0 | l_onoff                           | l_linger                          |
///     +-----------------------------------+-----------------------------------+
/// ```
public final class Linger {

    /// s32, 0 for off.
    public static final int ONOFF = 0;
    /// s32, `l_linger`: how long close waits.
    public static final int SECONDS = 4;
    /// Bytes of the structure.
    public static final int SIZE = 8;

    private Linger() {
    }
}
