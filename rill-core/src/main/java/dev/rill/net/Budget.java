package dev.rill.net;

/// How many of its received bytes the program may hold of one connection, in receive buffers that
/// the others would need.
///
/// What is passed on is limited by the high-water mark of whoever sends it, and few bytes in a
/// large buffer are the matter of the rescue; bytes that were moved out of the buffers do not
/// count.
final class Budget {

    private final long max;
    private long held;
    private boolean exceeded;

    Budget(long max) {
        this.max = max;
    }

    /// More is held.
    ///
    /// @return whether that is now too much
    boolean held(int bytes) {
        held += bytes;
        if (held < max || exceeded) {
            return false;
        }
        exceeded = true;
        return true;
    }

    /// Less is held.
    ///
    /// @return whether that is little enough again: half of what is allowed
    boolean letGo(int bytes) {
        held -= bytes;
        if (!exceeded || held > max / 2) {
            return false;
        }
        exceeded = false;
        return true;
    }

    /// How many bytes are held.
    long held() {
        return held;
    }

    boolean isExceeded() {
        return exceeded;
    }

    /// How much may be received before the program has to be asked what it holds.
    long left() {
        return Math.max(1, max - held);
    }
}
