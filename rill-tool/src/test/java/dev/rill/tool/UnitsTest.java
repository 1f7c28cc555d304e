package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnitsTest {

    @Test
    void bytesHaveThreeDigitsAndABinaryUnit() {
        assertThat(Units.bytes(0)).isEqualTo("0 B");
        assertThat(Units.bytes(1023)).isEqualTo("1023 B");
        assertThat(Units.bytes(1024)).isEqualTo("1 KiB");
        assertThat(Units.bytes(32 * 1024)).isEqualTo("32 KiB");
        assertThat(Units.bytes(1024 * 1024 - 1)).isEqualTo("1 MiB");
        assertThat(Units.bytes(1.254 * (1L << 30))).isEqualTo("1.25 GiB");
        assertThat(Units.bytes(100 * 1024)).isEqualTo("100 KiB");
        assertThat(Units.bytes(Long.MAX_VALUE)).isEqualTo("8 EiB");
    }

    @Test
    void ratesAndSharesOfNothingAreADash() {
        assertThat(Units.rate(1 << 20, 500_000_000L)).isEqualTo("2 MiB/s");
        assertThat(Units.rate(5, 0)).isEqualTo("-");
        assertThat(Units.percent(1, 3)).isEqualTo("33.3%");
        assertThat(Units.percent(5, 5)).isEqualTo("100%");
        assertThat(Units.percent(1, 0)).isEqualTo("-");
    }

    @Test
    void countsAreExact() {
        assertThat(Units.count(1_048_576)).isEqualTo("1,048,576");
        assertThat(Units.count(7)).isEqualTo("7");
    }

    @Test
    void durationsPickTheirUnit() {
        assertThat(Units.duration(850)).isEqualTo("850 ns");
        assertThat(Units.duration(1_240_000)).isEqualTo("1.24 ms");
        assertThat(Units.duration(42_500)).isEqualTo("42.5 us");
        assertThat(Units.duration(999_900)).isEqualTo("1 ms");
        assertThat(Units.duration(999_999_999)).isEqualTo("1 s");
        assertThat(Units.duration(12_340_000_000L)).isEqualTo("12.3 s");
        assertThat(Units.duration(125_900_000_000L)).isEqualTo("2 min 5 s");
        assertThat(Units.duration(10_800_000_000_000L)).isEqualTo("3 h 0 min");
    }
}
