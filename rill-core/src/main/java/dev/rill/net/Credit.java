package dev.rill.net;

/// How many bytes a connection may still receive: without end, until the program says a number.
///
/// What comes beyond it, because it was on its way already, is a debt that the next requests pay
/// first.
final class Credit {

    private boolean limited;
    private long left;

    /// Adds to what may be received, from the first call on no more than what was added.
    ///
    /// @param bytes `Long.MAX_VALUE` lifts the limit
    void request(long bytes) {
        if (bytes == Long.MAX_VALUE) {
            limited = false;
            left = 0;
            return;
        }
        limited = true;
        left = left > Long.MAX_VALUE - bytes ? Long.MAX_VALUE : left + bytes;
    }

    /// Sets what may be received, whatever that was before.
    ///
    /// @param bytes `Long.MAX_VALUE` for no limit
    void set(long bytes) {
        limited = bytes != Long.MAX_VALUE;
        left = limited ? bytes : 0;
    }

    boolean isLimited() {
        return limited;
    }

    /// Whether anything may be received.
    boolean any() {
        return !limited || left > 0;
    }

    /// How much may be received, below zero after more came than that.
    long left() {
        return limited ? left : Long.MAX_VALUE;
    }

    /// The same for one request.
    int limit() {
        return (int) Math.min(left, Integer.MAX_VALUE);
    }

    /// Bytes have come.
    ///
    /// @return how many of them were too many
    int received(int bytes) {
        if (!limited) {
            return 0;
        }
        left -= bytes;
        return left >= 0 ? 0 : (int) Math.min(bytes, -left);
    }
}
