package dev.rill.ring;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/// A claim on received bytes: their buffer does not go back to the kernel until this is closed.
///
/// ```java
/// Hold hold = data.hold();                       // in the callback
/// workers.execute(() -> {
///     try (hold) {
///         parse(hold.segment());                 // in place, on another thread
///     }
/// });
/// ```
///
/// Holds may be closed in any order and on any thread, once. On the ring's own thread the buffer
/// is free at once; from another it goes through a queue, and the owner of an event loop is woken
/// for it. Everything a hold is asked after it was closed is an error that says whose bytes it
/// had, and since when.
///
/// A hold that is lost without having been closed pins its buffer until the group is closed. The
/// watched ones ([BufferGroupOptions#watchedHolds]) are reported to the log then, with the place
/// where they were taken.
public final class Hold implements AutoCloseable {

    private final HeldBytes bytes;
    private final Cleaner.Cleanable watch;

    /// @param watched whether to report this hold when it is lost
    Hold(HeldBytes bytes, boolean watched) {
        this.bytes = bytes;
        watch = watched ? HoldWatch.begin(this, bytes) : null;
    }

    /// How many bytes are held.
    ///
    /// @return bytes, 1 or more
    public int length() {
        return bytes.length();
    }

    /// The bytes, where they were received. From any thread.
    ///
    /// @return a read-only view, to be used until this hold is closed
    /// @throws IllegalStateException when this hold or its group is closed
    public MemorySegment segment() {
        return bytes.segment();
    }

    /// Lets go of the bytes. Closing twice is an error: it would take another's claim away.
    @Override
    public void close() {
        bytes.close();
        if (watch != null) {
            watch.clean();
        }
    }

    @Override
    public String toString() {
        return bytes.toString();
    }
}
