package dev.rill.ring;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/// A claim on received bytes: they stay until this is closed.
///
/// ```java
/// Hold hold = data.hold();                       // in the callback
/// workers.execute(() -> {
///     try (hold) {
///         parse(hold.toArray());                 // on another thread
///     }
/// });
/// ```
///
/// **Where the bytes are.** In the receive buffer, which does not go back to the kernel as long.
/// When buffers run out, small holds are moved out of the large buffers they pin
/// ([Holds#rescue]); [#get], [#copyTo] and [#toArray] find the bytes wherever they are. A view
/// from [#segment] cannot follow: asking for it pins the buffer until the hold is closed.
///
/// **Closing.** In any order and on any thread, once. On the ring's own thread the buffer is free
/// at once; from another it goes through a queue, and the owner of an event loop is woken for it.
/// Everything a hold is asked after it was closed is an error that says whose bytes it had, and
/// since when.
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

    /// Reads one byte. From any thread.
    ///
    /// @param index 0 to [#length], exclusive
    /// @return the byte
    /// @throws IllegalStateException when this hold or its group is closed
    public byte get(int index) {
        return bytes.get(index);
    }

    /// Copies bytes out. From any thread.
    ///
    /// @param index the first byte to copy
    /// @param target where to
    /// @param at index of the first byte in `target`
    /// @param count how many
    /// @throws IllegalStateException when this hold or its group is closed
    public void copyTo(int index, byte[] target, int at, int count) {
        bytes.copyTo(index, target, at, count);
    }

    /// Copies all of it. From any thread.
    ///
    /// @return a new array
    /// @throws IllegalStateException when this hold or its group is closed
    public byte[] toArray() {
        byte[] copy = new byte[length()];
        copyTo(0, copy, 0, copy.length);
        return copy;
    }

    /// The bytes in place, which pins them there. From any thread.
    ///
    /// @return a read-only view, to be used until this hold is closed
    /// @throws IllegalStateException when this hold or its group is closed
    public MemorySegment segment() {
        return bytes.segment();
    }

    /// Whether the bytes are not where they were received any more.
    boolean isMoved() {
        return bytes.isMoved();
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
