package dev.rill.ring;

import java.lang.foreign.MemorySegment;

/// A claim on received bytes: their buffer does not go back to the kernel until this is closed.
///
/// Holds may be closed in any order. Belongs to the ring's owner thread.
public final class Hold implements AutoCloseable {

    private final BufferGroup group;
    private final int bid;
    private MemorySegment segment;

    Hold(BufferGroup group, int bid, MemorySegment segment) {
        this.group = group;
        this.bid = bid;
        this.segment = segment;
    }

    /// The bytes, where they were received.
    ///
    /// @return a read-only view, to be used until this hold is closed
    /// @throws IllegalStateException when this hold is closed
    public MemorySegment segment() {
        if (segment == null) {
            throw new IllegalStateException("bid=" + bid + ": this hold is closed, its bytes may"
                    + " be overwritten already");
        }
        return segment;
    }

    /// Lets go of the bytes. Closing twice is an error: it would take another's claim away.
    @Override
    public void close() {
        segment(); // throws when closed already
        group.release(bid); // throws on another thread, and the hold stays
        segment = null;
    }
}
