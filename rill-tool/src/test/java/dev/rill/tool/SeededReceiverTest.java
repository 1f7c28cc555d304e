package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.simulate.SeededBytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/// What is said of a direction that did not carry what it was given.
final class SeededReceiverTest {

    private static final int SIZE = 100_000;

    private final LongAdder sent = new LongAdder();
    private final LongAdder verified = new LongAdder();

    @Test
    void whatArrivesAsItWasSentCounts() throws IOException {
        SeededReceiver receiver = receiver(message());
        receiver.receiveUntil(SIZE);
        receiver.receiveEnd();
        assertThat(verified.sum()).isEqualTo(sent.sum()).isEqualTo(SIZE);
    }

    @Test
    void aWrongByteIsNamed() throws IOException {
        byte[] bytes = message();
        byte right = bytes[70_001];
        bytes[70_001] ^= 1;
        assertThatThrownBy(() -> receiver(bytes).receiveUntil(SIZE))
            .isInstanceOf(SeededReceiver.Wrong.class)
            .hasMessage("somewhere, byte 70001: expected 0x%02x, got 0x%02x", right, bytes[70_001]);
        assertThat(verified.sum()).as("bytes of the piece with the wrong one").isLessThan(70_002);
    }

    @Test
    void anEarlyEndIsNamed() throws IOException {
        assertThatThrownBy(() -> receiver(message()).receiveUntil(SIZE + 1000))
            .isInstanceOf(SeededReceiver.Wrong.class)
            .hasMessage("somewhere, byte 100000: the end, 1,000 bytes too early");
    }

    @Test
    void bytesBehindTheEndAreNamed() throws IOException {
        SeededReceiver receiver = receiver(message());
        assertThatThrownBy(() -> receiver.receiveUntil(SIZE - 1))
            .isInstanceOf(SeededReceiver.Wrong.class)
            .hasMessage("somewhere, byte 99999: 1 bytes more than were sent");
        assertThatThrownBy(() -> receiver(message()).receiveEnd())
            .isInstanceOf(SeededReceiver.Wrong.class).hasMessageContaining("more than were sent");
    }

    private byte[] message() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SeededSender(out, new SeededBytes(1), sent).send(SIZE);
        return out.toByteArray();
    }

    private SeededReceiver receiver(byte[] bytes) {
        return new SeededReceiver("somewhere", new ByteArrayInputStream(bytes), new SeededBytes(1),
                verified);
    }
}
