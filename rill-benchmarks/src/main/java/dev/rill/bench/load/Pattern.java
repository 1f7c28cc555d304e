package dev.rill.bench.load;

import dev.rill.kernel.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The bytes that every connection sends: one fixed piece of memory, from which any stretch of any
/// connection's stream can be sent as it is, and with which what comes back is compared.
///
/// Byte `position` of connection `index` is byte `(position + index * STEP) % PERIOD` of the
/// pattern. The period is prime, so no buffer or message size divides it: bytes that are lost,
/// doubled, swapped or of another connection do not match.
final class Pattern {

    static final int PERIOD = 65_521;
    private static final int STEP = 977;

    private final MemorySegment memory;
    private final int reach;

    /// Fills the memory.
    ///
    /// @param reach how long the longest stretch is, in bytes
    Pattern(Kernel kernel, int reach, Arena lifetime) {
        this.reach = reach;
        memory = kernel.memory(PERIOD + reach, lifetime);
        int state = 1;
        for (int i = 0; i < PERIOD; i++) {
            state = state * 1_103_515_245 + 12_345;
            memory.set(ValueLayout.JAVA_BYTE, i, (byte) (state >>> 16));
        }
        for (long filled = PERIOD; filled < PERIOD + reach; filled += PERIOD) {
            long length = Math.min(PERIOD, PERIOD + reach - filled);
            MemorySegment.copy(memory, 0, memory, filled, length);
        }
    }

    /// The address of a stretch of a connection's stream.
    ///
    /// @param index the connection
    /// @param position how many bytes of its stream come before
    long address(int index, long position) {
        return memory.address() + offset(index, position);
    }

    /// Compares received bytes with what was sent.
    ///
    /// @param received where they are
    /// @param from the first of them
    /// @param length how many
    /// @return the offset of the first byte that is wrong, or -1
    long mismatch(int index, long position, MemorySegment received, long from, long length) {
        for (long done = 0; done < length; done += reach) {
            long count = Math.min(reach, length - done);
            long offset = offset(index, position + done);
            long wrong = MemorySegment.mismatch(memory, offset, offset + count,
                    received, from + done, from + done + count);
            if (wrong >= 0) {
                return done + wrong;
            }
        }
        return -1;
    }

    private static long offset(int index, long position) {
        return (position + (long) index * STEP) % PERIOD;
    }
}
