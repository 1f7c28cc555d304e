package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.simulate.SeededBytes;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What the demo's verifier notices, and where.
final class SeededBytesTest {

    private static final int LENGTH = 1000;
    private static final long SEED = 4711;

    private final byte[] bytes = generated(SEED, LENGTH);

    @Test
    void theSameBytesComeInPiecesOfAnySize() {
        SplittableRandom random = new SplittableRandom(SEED);
        SeededBytes inPieces = new SeededBytes(SEED);
        SeededBytes checked = new SeededBytes(SEED);
        while (inPieces.position() < LENGTH - 50) {
            byte[] piece = new byte[random.nextInt(50)];
            int from = (int) inPieces.position();
            inPieces.next(piece, piece.length);
            assertThat(piece).isEqualTo(Arrays.copyOfRange(bytes, from, from + piece.length));
            assertThat(checked.mismatch(piece, piece.length)).isEqualTo(-1);
            assertThat(checked.position()).isEqualTo(inPieces.position());
        }
        for (int i = 0; i < LENGTH; i++) {
            assertThat(inPieces.at(i)).isEqualTo(bytes[i]);
        }
    }

    @Test
    void everyFlippedBitIsNoticedWhereItIs() {
        for (int skipped = 0; skipped < 9; skipped++) {
            for (int bit = 0; bit < 8 * 40; bit++) {
                byte[] got = Arrays.copyOfRange(bytes, skipped, LENGTH);
                got[bit / 8] ^= (byte) (1 << bit % 8);
                assertThat(mismatch(got, skipped)).isEqualTo(bit / 8);
            }
        }
    }

    @Test
    void lostBytesAreNoticedNearTheGap() {
        for (int lost = 1; lost <= 64; lost++) {
            byte[] got = Arrays.copyOf(bytes, LENGTH - lost);
            System.arraycopy(bytes, 100 + lost, got, 100, LENGTH - 100 - lost);
            assertThat(mismatch(got, 0)).as("lost " + lost).isBetween(100, 108);
        }
    }

    @Test
    void doubledBytesAreNoticedNearTheSecondCopy() {
        for (int doubled = 1; doubled <= 64; doubled++) {
            byte[] got = Arrays.copyOf(bytes, LENGTH);
            System.arraycopy(bytes, 200 - doubled, got, 200, LENGTH - 200);
            assertThat(mismatch(got, 0)).as("doubled " + doubled).isBetween(200, 208);
        }
    }

    @Test
    void exchangedPiecesAreNoticed() {
        for (int size = 8; size <= 400; size += 8) {
            byte[] got = bytes.clone();
            System.arraycopy(bytes, 80, got, 80 + size, size);
            System.arraycopy(bytes, 80 + size, got, 80, size);
            assertThat(mismatch(got, 0)).as("exchanged " + size).isBetween(80, 88);
        }
    }

    @Test
    void theStreamsOfAConnectionDiffer() {
        DemoHeader header = DemoHeader.of(SEED, 1, 1);
        byte[] answer = new byte[LENGTH];
        header.answerBytes().next(answer, LENGTH);
        assertThat(header.requestBytes().mismatch(answer, LENGTH)).isBetween(0, 8);
    }

    private static byte[] generated(long seed, int length) {
        byte[] bytes = new byte[length];
        new SeededBytes(seed).next(bytes, length);
        return bytes;
    }

    private static int mismatch(byte[] got, int position) {
        SeededBytes expected = new SeededBytes(SEED);
        expected.next(new byte[position], position);
        return expected.mismatch(got, got.length);
    }
}
