package dev.rill.simulate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// An endless stream of bytes that a seed and a position determine, cheap enough to be generated
/// at one end and checked at the other while the connection between them is the subject.
///
/// Eight bytes are one word, and no two words of a stream are equal: a byte that was flipped,
/// lost, doubled or moved is noticed where it happened.
public final class SeededBytes {

    /// Odd, so that the words do not repeat; without a pattern in its bits.
    private static final long STEP = 0x9e3779b97f4a7c15L;
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long seed;
    private long position;

    /// A stream from its beginning.
    ///
    /// @param seed which one
    public SeededBytes(long seed) {
        this.seed = seed;
    }

    /// How many bytes have been generated or checked.
    ///
    /// @return where the next byte stands
    public long position() {
        return position;
    }

    /// The byte at a position.
    ///
    /// @param where which one, from 0
    /// @return the byte
    public byte at(long where) {
        return (byte) (word(where >>> 3) >>> ((where & 7) << 3));
    }

    /// Generates the bytes that come next.
    ///
    /// @param to where to put them, from its beginning
    /// @param length how many
    public void next(byte[] to, int length) {
        int i = 0;
        for (; i < length && (position + i & 7) != 0; i++) {
            to[i] = at(position + i);
        }
        long sum = sum(position + i >>> 3);
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            WORD.set(to, i, sum ^ sum >>> 32);
            sum += STEP;
        }
        for (; i < length; i++) {
            to[i] = at(position + i);
        }
        position += length;
    }

    /// Compares with the bytes that come next. When they are all right they count as checked.
    ///
    /// @param got what has arrived, from its beginning
    /// @param length how much of it
    /// @return the index of the first wrong byte, or -1
    public int mismatch(byte[] got, int length) {
        int i = 0;
        for (; i < length && (position + i & 7) != 0; i++) {
            if (got[i] != at(position + i)) {
                return i;
            }
        }
        long sum = sum(position + i >>> 3);
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            long wrongBits = (long) WORD.get(got, i) ^ sum ^ sum >>> 32;
            if (wrongBits != 0) {
                return i + Long.numberOfTrailingZeros(wrongBits) / Byte.SIZE;
            }
            sum += STEP;
        }
        for (; i < length; i++) {
            if (got[i] != at(position + i)) {
                return i;
            }
        }
        position += length;
        return -1;
    }

    private long word(long index) {
        long sum = sum(index);
        return sum ^ sum >>> 32;
    }

    private long sum(long index) {
        return seed + index * STEP;
    }
}
