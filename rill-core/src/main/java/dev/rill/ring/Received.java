package dev.rill.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;

/// Bytes that have been received, where the kernel put them.
///
/// One object for all parts of a group: it is valid while a handler looks at it and throws
/// afterwards. To keep the bytes longer without copying, [#hold] them; to keep them for good,
/// copy. The memory belongs to the [BufferGroup] and is shared with whatever else was received
/// into the same buffer: it must not be written to.
///
/// Belongs to the ring's owner thread.
public final class Received {

    private final BufferGroup group;
    private int bid = -1;
    private int offset;
    private int length;

    Received(BufferGroup group) {
        this.group = group;
    }

    void set(int newBid, int newOffset, int newLength) {
        bid = newBid;
        offset = newOffset;
        length = newLength;
    }

    void invalidate() {
        bid = -1;
    }

    boolean isValid() {
        return bid >= 0;
    }

    /// The group whose memory this is.
    ///
    /// @return the group
    public BufferGroup group() {
        return group;
    }

    /// The buffer these bytes are in.
    ///
    /// @return its id
    public int bid() {
        requireValid();
        return bid;
    }

    /// Where in the buffer they start.
    ///
    /// @return an offset in bytes
    public int offset() {
        requireValid();
        return offset;
    }

    /// How many there are.
    ///
    /// @return bytes, 1 or more
    public int length() {
        requireValid();
        return length;
    }

    /// Where they are, as the kernel knows it, to be sent on from the same place.
    ///
    /// @return the address of the first byte
    public long address() {
        requireValid();
        return group.buffer(bid).address() + offset;
    }

    /// Reads one byte.
    ///
    /// @param index 0 to [#length], exclusive
    /// @return the byte
    public byte get(int index) {
        Objects.checkIndex(index, length());
        return group.buffer(bid).get(JAVA_BYTE, (long) offset + index);
    }

    /// Copies bytes out.
    ///
    /// @param index the first byte to copy
    /// @param target where to
    /// @param at index of the first byte in `target`
    /// @param count how many
    public void copyTo(int index, byte[] target, int at, int count) {
        Objects.checkFromIndexSize(index, count, length());
        MemorySegment.copy(group.buffer(bid), JAVA_BYTE, (long) offset + index,
                target, at, count);
    }

    /// Copies bytes out.
    ///
    /// @param index the first byte to copy
    /// @param target where to
    /// @param at offset of the first byte in `target`
    /// @param count how many
    public void copyTo(int index, MemorySegment target, long at, int count) {
        Objects.checkFromIndexSize(index, count, length());
        MemorySegment.copy(group.buffer(bid), (long) offset + index, target, at, count);
    }

    /// Copies all of it.
    ///
    /// @return a new array
    public byte[] toArray() {
        byte[] copy = new byte[length()];
        copyTo(0, copy, 0, copy.length);
        return copy;
    }

    /// Looks at the bytes in place. A new object each time: not for the hottest path.
    ///
    /// @return a read-only view; what it shows is only meaningful as long as this object is valid
    public MemorySegment segment() {
        return group.buffer(bid()).asSlice(offset, length).asReadOnly();
    }

    /// Looks at the bytes in place. A new object each time: not for the hottest path.
    ///
    /// @return a read-only view; what it shows is only meaningful as long as this object is valid
    public ByteBuffer asByteBuffer() {
        return segment().asByteBuffer();
    }

    /// Keeps the bytes where they are until the hold is closed, on whatever thread. Their whole
    /// buffer stays away from the kernel as long: do not keep many.
    ///
    /// @return a hold on exactly these bytes
    public Hold hold() {
        return group.hold(bid(), offset, length);
    }

    /// Keeps some of the bytes, as [#hold()] does with all of them.
    ///
    /// @param index the first byte to keep
    /// @param count how many, 1 or more
    /// @return a hold on exactly these bytes
    public Hold hold(int index, int count) {
        Objects.checkFromIndexSize(index, count, length());
        if (count == 0) {
            throw new IllegalArgumentException("count=0: there is nothing to hold");
        }
        return group.hold(bid, offset + index, count);
    }

    private void requireValid() {
        if (bid < 0) {
            throw new IllegalStateException("received bytes are valid during the callback only:"
                    + " hold() or copy what is needed longer");
        }
    }

    @Override
    public String toString() {
        return isValid() ? "bid " + bid + " [" + offset + ", " + (offset + length) + ")"
                : "received bytes that are no longer valid";
    }
}
