package dev.rill.abi;

/**
 * Value of {@link SocketConstants#SO_LINGER}, {@code struct linger} of {@code sys/socket.h}: byte
 * offsets. On with 0 seconds, {@code close} resets the connection.
 *
 * <pre>
 *       0                                   4                               8
 *     +-----------------------------------+-----------------------------------+
 *   0 | l_onoff                           | l_linger                          |
 *     +-----------------------------------+-----------------------------------+
 * </pre>
 */
public final class Linger {

    /** s32, 0 for off. */
    public static final int ONOFF = 0;
    /** s32, {@code l_linger}: how long close waits. */
    public static final int SECONDS = 4;
    /** Bytes of the structure. */
    public static final int SIZE = 8;

    private Linger() {
    }
}
