package dev.rill.ring;

import java.util.Objects;

/// Who keeps received bytes from being overwritten, and how much memory that takes, at one moment.
///
/// @param holder whose they are; "?" when that is not known
/// @param claims how many pieces are kept
/// @param bytes how many bytes they have
/// @param buffers how many buffers they are in
/// @param oldestNanos how long the oldest has been kept, in nanoseconds
public record HolderSnapshot(String holder, int claims, long bytes, int buffers,
        long oldestNanos) {

    /// Checks that there is a name.
    public HolderSnapshot {
        Objects.requireNonNull(holder, "holder");
    }
}
