package dev.rill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// A change that came to each series at a release of its own.
class SpanTest {

    @Test
    void theReleaseOfTheOwnSeriesCounts() {
        Span span = Span.before("6.12.81/6.18.20/6.19.10/7.0");
        assertThat(span.contains("6.12.80")).isTrue();
        assertThat(span.contains("6.12.81")).isFalse();
        assertThat(span.contains("6.18.19")).isTrue();
        assertThat(span.contains("6.18.44")).isFalse();
    }

    @Test
    void aSeriesThatTheChangeNeverReachedIsBeforeTheLast() {
        Span span = Span.before("6.12.81/6.18.20/6.19.10/7.0");
        assertThat(span.contains("6.17.13")).isTrue();
        assertThat(span.contains("6.11.0")).isTrue();
        assertThat(span.contains("7.0.0")).isFalse();
        assertThat(span.contains("7.3.4")).isFalse();
    }

    @Test
    void bothEndsAreLists() {
        Span span = Span.of("6.12.36/6.15", "6.12.94/7.0.13");
        assertThat(span.contains("6.12.35")).isFalse();
        assertThat(span.contains("6.12.36")).isTrue();
        assertThat(span.contains("6.12.94")).isFalse();
        assertThat(span.contains("6.14.11")).isFalse();
        assertThat(span.contains("6.19.14")).isTrue();
        assertThat(span.contains("7.0.13")).isFalse();
        assertThat(span).hasToString("since 6.12.36 and 6.15, before 6.12.94 and 7.0.13");
        assertThat(Span.since("7.2")).hasToString("since 7.2");
        assertThat(Span.before("6.12.9/6.13.1/6.14")).hasToString("before 6.12.9, 6.13.1 and 6.14");
    }
}
