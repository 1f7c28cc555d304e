package dev.rill.testing;

import java.util.Arrays;

/// Byte arrays, cut and joined.
public final class Bytes {

    private Bytes() {
    }

    public static byte[] cut(byte[] bytes, int offset, int length) {
        return Arrays.copyOfRange(bytes, offset, offset + length);
    }

    public static byte[] join(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /// Fails with the first difference, not with all the bytes.
    public static void expectSame(byte[] actual, byte[] expected) {
        int at = Arrays.mismatch(actual, expected);
        if (at >= 0) {
            throw new AssertionError("byte " + at + " differs: " + actual.length
                    + " bytes instead of " + expected.length + "; " + around(actual, at)
                    + " instead of " + around(expected, at));
        }
    }

    private static String around(byte[] bytes, int at) {
        return Arrays.toString(Arrays.copyOfRange(bytes, Math.min(at, bytes.length),
                Math.min(at + 8, bytes.length)));
    }
}
