package dev.rill.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class MapOffsetTest {

    @Test
    void aBufferRingIsFoundByItsGroup() {
        assertThat(MapOffset.bufferRing(0)).isEqualTo(0x80000000L);
        assertThat(MapOffset.bufferRing(1)).isEqualTo(0x80010000L);
        assertThat(MapOffset.bufferRing(2047)).isEqualTo(0x87ff0000L);
    }

    @Test
    void aGroupTheKernelWouldMistakeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> MapOffset.bufferRing(2048))
            .withMessageContaining("bufferGroup=2048");
        assertThatIllegalArgumentException().isThrownBy(() -> MapOffset.bufferRing(-1));
    }
}
