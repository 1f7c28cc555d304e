package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class DemoHeaderTest {

    private final DemoHeader header = DemoHeader.of(1, 300, 7);

    @Test
    void arrivesAsItWasSent() {
        assertThat(header.bytes()).hasSize(DemoHeader.SIZE);
        assertThat(DemoHeader.read(header.bytes())).isEqualTo(header);
    }

    @Test
    void aFlippedBitMakesItNone() {
        for (int bit = 0; bit < DemoHeader.SIZE * 8; bit++) {
            byte[] bytes = header.bytes();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(DemoHeader.read(bytes)).isNull();
        }
        assertThat(DemoHeader.read(new byte[DemoHeader.SIZE - 1])).isNull();
    }

    @Test
    void theSameRunHasTheSameConnectionsAndNoTwoAreAlike() {
        assertThat(DemoHeader.of(1, 300, 7)).isEqualTo(header);
        assertThat(DemoHeader.of(1, 300, 8).seed()).isNotEqualTo(header.seed());
        assertThat(DemoHeader.of(1, 301, 7).seed()).isNotEqualTo(header.seed());
        assertThat(DemoHeader.of(2, 300, 7).seed()).isNotEqualTo(header.seed());
    }

    @Test
    void sizesGoFromOneByteToOneMebibyteWithAllMagnitudesAlike() {
        DemoHeader.Sizes sizes = header.requestSizes();
        int below1k = 0;
        int min = Integer.MAX_VALUE;
        int max = 0;
        for (int i = 0; i < 10_000; i++) {
            int size = sizes.next();
            min = Math.min(min, size);
            max = Math.max(max, size);
            below1k += size < 1024 ? 1 : 0;
        }
        assertThat(min).isEqualTo(1);
        assertThat(max).isBetween(1_000_000, DemoHeader.MESSAGE_SIZE_MAX);
        assertThat(below1k).isBetween(4_500, 5_500);
    }
}
