package dev.rill;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RillTest {

    @Test
    void theVersionIsNeverEmpty() {
        assertThat(Rill.version()).isNotBlank();
    }
}
