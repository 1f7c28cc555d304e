package dev.rill.net;

import dev.rill.abi.Errno;

/// Why a connection is no more.
///
/// @param kind in one word
/// @param errno the error behind it, a positive number of [Errno], or 0
public record CloseReason(Kind kind, int errno) {

    /// The kinds of ends a connection can have.
    public enum Kind {
        /// Both directions had ended.
        ENDED,
        /// The program closed or aborted it.
        CLOSED,
        /// An operation failed; `errno` says how.
        FAILED,
        /// It could not be connected; `errno` says why.
        CONNECT_FAILED,
        /// It was not connected in time.
        CONNECT_TIMED_OUT,
        /// Nothing moved for the idle timeout.
        IDLE,
        /// Its handler threw an exception, which was reported.
        HANDLER_FAILED,
        /// The event loop stopped.
        STOPPED
    }

    static CloseReason of(Kind kind) {
        return new CloseReason(kind, 0);
    }

    static CloseReason of(Kind kind, int negativeErrno) {
        return new CloseReason(kind, -negativeErrno);
    }

    /// Whether the end was not one that the program or the peer wished for.
    ///
    /// @return false for `ENDED`, `CLOSED` and `STOPPED`
    public boolean isFailure() {
        return kind != Kind.ENDED && kind != Kind.CLOSED && kind != Kind.STOPPED;
    }

    @Override
    public String toString() {
        String words = kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        return errno == 0 ? words : words + ": " + Errno.describe(errno);
    }
}
