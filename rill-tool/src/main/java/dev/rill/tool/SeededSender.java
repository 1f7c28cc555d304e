package dev.rill.tool;

import dev.rill.simulate.SeededBytes;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.LongAdder;

/// The sending end of one direction of one connection of the demo.
final class SeededSender {

    /// As much as is generated and sent, or received and verified, at a time.
    static final int CHUNK = 32 * 1024;

    private final OutputStream out;
    private final SeededBytes bytes;
    private final LongAdder sent;
    private final byte[] chunk = new byte[CHUNK];

    /// Prepares to send.
    ///
    /// @param sent counts what was sent
    SeededSender(OutputStream out, SeededBytes bytes, LongAdder sent) {
        this.out = out;
        this.bytes = bytes;
        this.sent = sent;
    }

    /// Sends a message, with as few calls as its size allows.
    void send(int size) throws IOException {
        for (int left = size; left > 0; left -= CHUNK) {
            int length = Math.min(left, CHUNK);
            bytes.next(chunk, length);
            out.write(chunk, 0, length);
            sent.add(length);
        }
    }
}
