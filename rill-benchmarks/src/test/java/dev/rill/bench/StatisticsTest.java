package dev.rill.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// Medians and spreads of few values.
final class StatisticsTest {

    @Test
    void theMedianIsTheMiddleValueOrLiesBetweenTheTwoInTheMiddle() {
        assertThat(Statistics.of(9, 1, 5).median()).isEqualTo(5);
        assertThat(Statistics.of(4, 1, 2, 9).median()).isEqualTo(3);
        assertThat(Statistics.of(7).median()).isEqualTo(7);
        assertThat(Statistics.of().median()).isNaN();
    }

    @Test
    void theSpreadOfFiveValuesIsThatOfTheMiddleThree() {
        assertThat(Statistics.of(10, 9, 11, 1, 1000).spread()).isCloseTo(0.1, within(1e-9));
        assertThat(Statistics.of(10, 9, 11).spread()).isCloseTo(0.1, within(1e-9));
    }

    @Test
    void nothingIsKnownOfTheSpreadOfASingleValue() {
        assertThat(Statistics.of(10).spread()).isInfinite();
        assertThat(Statistics.of(3, 3, 3).spread()).isZero();
    }

    @Test
    void valuesThatAreNotThereAreLeftOut() {
        assertThat(Statistics.of(Double.NaN, 3, Double.NaN).median()).isEqualTo(3);
        assertThat(Statistics.of(Double.NaN).count()).isZero();
    }
}
