package dev.rill.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// What a parser has not read yet of a stream: always one contiguous piece, however it was cut on
/// its way.
///
/// ```java
/// unread.received(data, bytes -> {
///     int end = bytes.indexOf((byte) '\n', 0);
///     if (end >= 0) {
///         use(bytes.segment().asSlice(0, end));
///     }
///     return end + 1;            // how many were read; 0: the rest of a message is missing
/// });
/// ```
///
/// **Where the bytes are.** In the receive buffer. When more comes behind them in the same buffer,
/// as in a group that one connection has for itself, the piece grows there and nothing is copied.
/// Otherwise, at a buffer's end or where another connection's bytes came in between, the unread
/// bytes and the part that came are copied to the heap, until the message that is cut has been
/// read; from there on it is the buffer again. [#bytesCopied] counts.
///
/// **What it keeps.** Between two receives a [Hold] on the unread bytes alone, which may be moved
/// when buffers run out. It does not count for what a program may hold of one connection: a long
/// message would stop in the middle. The limit is `unreadMax`.
///
/// Belongs to the ring's owner thread. Nothing is allocated for a part that is read whole.
public final class UnreadBytes implements AutoCloseable {

    /// An array that has become larger than this goes when it is not needed.
    private static final int KEPT_MAX = 64 * 1024;
    private static final byte[] NONE = {};

    private final int unreadMax;
    /// Where the unread bytes are, or were.
    private BufferGroup group;

    /// Where the unread bytes are: a buffer, or the copy.
    private MemorySegment memory = MemorySegment.NULL;
    /// The buffer's id, or -1 for the copy.
    private int bid = -1;
    private int offset;
    private int length;
    /// What keeps them between two receives, when they are in a buffer.
    private Hold hold;
    private byte[] copy = NONE;
    private long copied;
    private boolean parsing;

    /// Reads messages off what is unread.
    @FunctionalInterface
    public interface Parser {

        /// Called as long as it reads something and there is something to read.
        ///
        /// @param bytes what is unread, 1 byte or more
        /// @return how many bytes were read; 0 when more has to come first
        int parse(UnreadBytes bytes);
    }

    /// Begins with nothing.
    ///
    /// @param group where the bytes will come from; when others come, from there
    /// @param unreadMax how many bytes may be unread when the parser wants more
    public UnreadBytes(BufferGroup group, int unreadMax) {
        if (unreadMax < 1) {
            throw new IllegalArgumentException("unreadMax=" + unreadMax
                    + ": must be as long as the longest message");
        }
        this.group = Objects.requireNonNull(group, "group");
        this.unreadMax = unreadMax;
    }

    /// Appends a part, and has everything read that can be.
    ///
    /// @param part what has come
    /// @param parser reads
    /// @throws IllegalStateException when more is unread than allowed, because a message is too
    ///         long or never ends; it is dropped then
    public void received(Received part, Parser parser) {
        if (parsing) {
            throw new IllegalStateException("bytes are being parsed: return first");
        }
        append(part);
        Hold before = hold;
        hold = null;
        parsing = true;
        try {
            parse(part, parser);
            keep();
        } catch (RuntimeException | Error e) {
            drop();
            throw e;
        } finally {
            parsing = false;
            if (before != null) {
                before.close(); // only now: it may be all that keeps the buffer
            }
        }
    }

    /// How many bytes are unread.
    ///
    /// @return bytes
    public int length() {
        return length;
    }

    /// Reads one byte and leaves it unread. While parsing.
    ///
    /// @param index 0 to [#length], exclusive
    /// @return the byte
    public byte get(int index) {
        requireParsing();
        Objects.checkIndex(index, length);
        return memory.get(JAVA_BYTE, (long) offset + index);
    }

    /// Looks for a byte. While parsing.
    ///
    /// @param wanted which
    /// @param from the first place to look at
    /// @return where it is, or -1
    public int indexOf(byte wanted, int from) {
        requireParsing();
        for (int i = Objects.checkIndex(from, length + 1); i < length; i++) {
            if (memory.get(JAVA_BYTE, (long) offset + i) == wanted) {
                return i;
            }
        }
        return -1;
    }

    /// Copies bytes out. While parsing.
    ///
    /// @param index the first byte to copy
    /// @param target where to
    /// @param at index of the first byte in `target`
    /// @param count how many
    public void copyTo(int index, byte[] target, int at, int count) {
        requireParsing();
        Objects.checkFromIndexSize(index, count, length);
        MemorySegment.copy(memory, JAVA_BYTE, (long) offset + index, target, at, count);
    }

    /// All unread bytes in one piece. While parsing. A new object each time.
    ///
    /// @return a read-only view, which means something until the parser returns
    public MemorySegment segment() {
        requireParsing();
        return memory.asSlice(offset, length).asReadOnly();
    }

    /// How many bytes were copied because they were not in one piece.
    ///
    /// @return bytes so far, unread and new ones
    public long bytesCopied() {
        return copied;
    }

    /// Lets go of what is unread; may be used again afterwards.
    @Override
    public void close() {
        if (parsing) {
            throw new IllegalStateException("bytes are being parsed: return first");
        }
        Hold before = hold;
        drop();
        if (before != null) {
            before.close();
        }
    }

    private void append(Received part) {
        if (length == 0) {
            stayInBuffer(part, part.length());
        } else if (bid == part.bid() && group == part.group()
                && offset + length == part.offset() && !hold.isMoved()) {
            length += part.length();
        } else {
            appendCopy(part);
        }
    }

    private void appendCopy(Received part) {
        int sum = Math.addExact(length, part.length());
        if (bid >= 0) {
            if (copy.length < sum) {
                copy = new byte[sum];
            }
            hold.copyTo(0, copy, 0, length);
            copied += length;
            bid = -1;
            offset = 0;
        } else if (sum > copy.length - offset) {
            byte[] room = sum <= copy.length ? copy
                    : new byte[Math.clamp(2L * copy.length, sum, Integer.MAX_VALUE - 8)];
            System.arraycopy(copy, offset, room, 0, length);
            copy = room;
            offset = 0;
        }
        part.copyTo(0, copy, offset + length, part.length());
        copied += part.length();
        memory = MemorySegment.ofArray(copy);
        length = sum;
    }

    private void parse(Received part, Parser parser) {
        int read;
        do {
            read = parser.parse(this);
            if (read < 0 || read > length) {
                throw new IllegalStateException("the parser has read " + read + " of " + length
                        + " bytes");
            }
            offset += read;
            length -= read;
            if (bid < 0 && length <= part.length()) {
                stayInBuffer(part, length); // what was cut has been read
            }
        } while (read > 0 && length > 0);
    }

    /// The unread bytes are the last of a part.
    private void stayInBuffer(Received part, int count) {
        group = part.group();
        memory = group.buffer(part.bid());
        bid = part.bid();
        offset = part.offset() + part.length() - count;
        length = count;
        if (copy.length > KEPT_MAX) {
            copy = NONE;
        }
    }

    private void keep() {
        if (length > unreadMax) {
            throw new IllegalStateException("unread=" + length + ": more than unreadMax="
                    + unreadMax + ", and no message ends there");
        }
        if (length == 0) {
            drop();
        } else if (bid >= 0) {
            hold = group.holds().take(bid, offset, length, null);
        }
    }

    private void drop() {
        hold = null;
        memory = MemorySegment.NULL;
        bid = -1;
        length = 0;
    }

    private void requireParsing() {
        if (!parsing) {
            throw new IllegalStateException("unread bytes are shown to the parser only: their"
                    + " memory may move in between");
        }
    }

    @Override
    public String toString() {
        return length + " unread bytes of " + group;
    }
}
