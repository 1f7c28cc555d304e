package dev.rill.tool;

import dev.rill.simulate.SeededBytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.LongAdder;

/// The receiving end of one direction of one connection of the demo: every byte is verified.
final class SeededReceiver {

    /// The connection did not carry what it was given.
    static final class Wrong extends IOException {

        private static final long serialVersionUID = 1L;

        Wrong(String message) {
            super(message);
        }
    }

    private final String name;
    private final InputStream in;
    private final SeededBytes bytes;
    private final LongAdder verified;
    private final byte[] chunk = new byte[SeededSender.CHUNK];

    /// Prepares to receive.
    ///
    /// @param name the connection and the direction, for messages
    /// @param verified counts the bytes that were right
    SeededReceiver(String name, InputStream in, SeededBytes bytes, LongAdder verified) {
        this.name = name;
        this.in = in;
        this.bytes = bytes;
        this.verified = verified;
    }

    /// How many bytes have been verified.
    long position() {
        return bytes.position();
    }

    /// Reads and verifies what there is, at least a byte.
    ///
    /// @return false when the stream has ended
    /// @throws Wrong when a byte is wrong
    boolean receive() throws IOException {
        int length = in.read(chunk);
        if (length < 0) {
            return false;
        }
        int wrong = bytes.mismatch(chunk, length);
        if (wrong >= 0) {
            long where = position() + wrong;
            throw new Wrong(String.format("%s, byte %d: expected 0x%02x, got 0x%02x", name, where,
                    bytes.at(where), chunk[wrong]));
        }
        verified.add(length);
        return true;
    }

    /// Reads and verifies until a position, where the other end pauses or ends.
    ///
    /// @throws Wrong when the stream ends before it or goes on behind it
    void receiveUntil(long position) throws IOException {
        while (position() < position) {
            if (!receive()) {
                throw new Wrong(name + ", byte " + position() + ": the end, "
                        + Units.count(position - position()) + " bytes too early");
            }
        }
        requireAt(position);
    }

    /// Waits for the end of the stream, which must be next.
    ///
    /// @throws Wrong when there is more
    void receiveEnd() throws IOException {
        long position = position();
        receive();
        requireAt(position);
    }

    private void requireAt(long position) throws Wrong {
        if (position() > position) {
            throw new Wrong(name + ", byte " + position + ": "
                    + Units.count(position() - position) + " bytes more than were sent");
        }
    }
}
