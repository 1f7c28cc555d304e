package dev.rill.engine;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.rill.abi.Errno;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Places in a program's memory that a transfer fills or empties in order, with a cursor: the
/// kernel's `iov_iter`.
///
/// A place that is not mapped is kept as such: it fails when it is reached, not before.
final class IoVector {

    private MemorySegment[] segments = new MemorySegment[1];
    private long[] offsets = new long[1];
    private long[] lengths = new long[1];
    private int count;
    private int current;
    private long within;
    private long remaining;
    private boolean onlyUserRanges = true;
    /// Whether whoever wants the bytes would wait for them, as a worker does in the end.
    boolean waits;
    /// Whether it has been told to stop waiting.
    boolean interrupted;

    IoVector clear() {
        Arrays.fill(segments, 0, count, null);
        onlyUserRanges = true;
        count = 0;
        current = 0;
        within = 0;
        remaining = 0;
        return this;
    }

    IoVector add(AddressSpace space, long address, long length) {
        onlyUserRanges &= AddressSpace.isUserRange(address, length);
        return add(space.find(address, length), address, length);
    }

    IoVector add(MemorySegment segment) {
        return add(segment, segment.address(), segment.byteSize());
    }

    private IoVector add(MemorySegment segment, long address, long length) {
        if (count == lengths.length) {
            segments = Arrays.copyOf(segments, 2 * count);
            offsets = Arrays.copyOf(offsets, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        segments[count] = segment;
        offsets[count] = segment == null ? 0 : address - segment.address();
        lengths[count++] = length;
        remaining += length;
        return this;
    }

    /// Whether a transfer may begin: a single place is checked before, several when they are
    /// reached.
    boolean isReachable() {
        return count > 1 || onlyUserRanges;
    }

    /// How many bytes there is still room for, or still to be taken.
    long remaining() {
        return remaining;
    }

    /// Cuts off everything behind a number of bytes from the cursor on.
    void truncate(long length) {
        long left = length;
        for (int i = current; i < count; i++) {
            long size = lengths[i] - (i == current ? within : 0);
            if (size > left) {
                lengths[i] = left + (i == current ? within : 0);
                size = left;
            }
            left -= size;
        }
        remaining = Math.min(remaining, length);
    }

    /// Copies bytes to the cursor and moves it.
    ///
    /// @return how many fitted, or `-EFAULT` when the first of them could not be stored
    int put(byte[] from, int offset, int length) {
        int done = 0;
        while (done < length && remaining > 0) {
            int part = (int) Math.min(length - done, lengths[current] - within);
            if (part > 0) {
                if (place(current) == null) {
                    return done > 0 ? done : -Errno.EFAULT;
                }
                MemorySegment.copy(from, offset + done, segments[current], JAVA_BYTE,
                        offsets[current] + within, part);
            }
            skip(part);
            done += part;
        }
        return done;
    }

    /// Copies bytes from the cursor and moves it.
    ///
    /// @return how many there were, or `-EFAULT` when the first of them could not be read
    int get(byte[] into, int offset, int length) {
        int done = 0;
        while (done < length && remaining > 0) {
            int part = (int) Math.min(length - done, lengths[current] - within);
            if (part > 0) {
                if (place(current) == null) {
                    return done > 0 ? done : -Errno.EFAULT;
                }
                MemorySegment.copy(segments[current], JAVA_BYTE, offsets[current] + within,
                        into, offset + done, part);
            }
            skip(part);
            done += part;
        }
        return done;
    }

    /// The same places with a cursor of their own.
    IoVector copy() {
        IoVector copy = new IoVector();
        copy.segments = segments.clone();
        copy.offsets = offsets.clone();
        copy.lengths = lengths.clone();
        copy.count = count;
        copy.current = current;
        copy.within = within;
        copy.remaining = remaining;
        return copy;
    }

    /// The place at the cursor as a vector of its own.
    IoVector piece() {
        long length = lengths[current] - within;
        IoVector piece = new IoVector();
        piece.segments[0] = segments[current];
        piece.offsets[0] = offsets[current] + within;
        piece.lengths[0] = length;
        piece.count = 1;
        piece.remaining = length;
        return piece;
    }

    /// The memory of a place; null when it is not mapped, or not any more.
    private MemorySegment place(int index) {
        MemorySegment segment = segments[index];
        return segment != null && AddressSpace.isUsable(segment) ? segment : null;
    }

    /// The place at the cursor, as far as it is contiguous.
    ///
    /// @return the memory, or null when it is not mapped
    MemorySegment contiguous() {
        while (remaining > 0 && within == lengths[current]) {
            current++;
            within = 0;
        }
        MemorySegment segment = place(current);
        return segment == null ? null
                : segment.asSlice(offsets[current] + within, lengths[current] - within);
    }

    /// The places from the cursor on, as far as they are mapped.
    ///
    /// @param max how many at most
    ByteBuffer[] buffers(int max) {
        ByteBuffer[] buffers = new ByteBuffer[Math.min(max, count - current)];
        int found = 0;
        for (int i = current; found < buffers.length && place(i) != null; i++) {
            long skipped = i == current ? within : 0;
            buffers[found++] = segments[i].asSlice(offsets[i] + skipped,
                    Math.min(lengths[i] - skipped, Integer.MAX_VALUE)).asByteBuffer();
        }
        return found == buffers.length ? buffers : Arrays.copyOf(buffers, found);
    }

    /// Moves the cursor without a copy.
    void skip(long length) {
        long left = length;
        remaining -= length;
        while (current < count && left >= lengths[current] - within) {
            left -= lengths[current] - within;
            current++;
            within = 0;
        }
        within += left;
    }

    /// How many places a number of bytes from the start touches.
    int placesTouched(long bytes) {
        int touched = 0;
        long left = bytes;
        while (touched < count && left > 0) {
            left -= lengths[touched++];
        }
        return touched;
    }
}
