package dev.rill.scenario;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// The bytes that streams and files consist of: never zero, different from their neighbours, and
/// different from stream to stream, so that a byte in the wrong place is seen.
final class StreamBytes {

    private StreamBytes() {
    }

    static byte at(int seed, long position) {
        return (byte) (1 + (position * 31 + (position >> 8) * 17 + seed * 59L) % 251);
    }

    static void fill(MemorySegment memory, int seed, long position) {
        for (long i = 0; i < memory.byteSize(); i++) {
            memory.set(JAVA_BYTE, i, at(seed, position + i));
        }
    }

    static byte[] bytes(int seed, long position, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = at(seed, position + i);
        }
        return bytes;
    }
}
