package dev.rill.ring;

import java.util.Objects;

/// How one buffer of a [BufferGroup] stands at one moment.
///
/// @param bid its id
/// @param state who has it
/// @param filled how many bytes were received into it since it was last lent
/// @param references how many keep it from being lent again: the kernel while it has it, the part
///        being looked at, and each [BufferGroup#retain] and [Hold]
/// @param heldBytes how many of its bytes are held in place by holds
/// @param holder whose bytes they are, as given to [BufferGroup#received]: of the oldest hold; null
///        when not known or when nothing is held
/// @param ageNanos how long ago the kernel was finished with it, in nanoseconds, when it is
///        `HELD`; otherwise 0
public record BufferSnapshot(int bid, State state, int filled, int references, long heldBytes,
        String holder, long ageNanos) {

    /// Who has a buffer.
    public enum State {
        /// Nobody, and it has no memory now.
        ABSENT,
        /// Nobody: it is not in use at the moment.
        OURS,
        /// The kernel, and it is empty.
        PUBLISHED,
        /// The kernel, which is filling it. Parts of it may be held already.
        CURRENT,
        /// Somebody here still keeps it, the kernel is finished with it.
        HELD
    }

    /// Checks that there is a state.
    public BufferSnapshot {
        Objects.requireNonNull(state, "state");
    }
}
