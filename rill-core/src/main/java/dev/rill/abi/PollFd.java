package dev.rill.abi;

/**
 * One descriptor of {@code poll}, {@code struct pollfd} of {@code poll.h}: byte offsets.
 *
 * <pre>
 *       0                                   4                 6             8
 *     +-----------------------------------+-----------------+-----------------+
 *   0 | fd                                | events          | revents         |
 *     +-----------------------------------+-----------------+-----------------+
 * </pre>
 */
public final class PollFd {

    /** s32, the descriptor. */
    public static final int FD = 0;
    /** s16, what to wait for, {@link PollFlags}. */
    public static final int EVENTS = 4;
    /** s16, answered: what happened. */
    public static final int REVENTS = 6;
    /** Bytes of the structure. */
    public static final int SIZE = 8;

    private PollFd() {
    }
}
