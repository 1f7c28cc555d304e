package dev.rill.abi;

/// One descriptor of `poll`, `struct pollfd` of `poll.h`: byte offsets.
///
/// ```
///       0                                   4                 6             8
///     +-----------------------------------+-----------------+-----------------+
///   0 | fd                                | events          | revents         |
///     +-----------------------------------+-----------------+-----------------+
/// ```
public final class PollFd {

    /// s32, the descriptor.
    public static final int FD = 0;
    /// s16, what to wait for, [PollFlags].
    public static final int EVENTS = 4;
    /// s16, answered: what happened.
    public static final int REVENTS = 6;
    /// Bytes of the structure.
    public static final int SIZE = 8;

    private PollFd() {
    }
}
