package dev.rill.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What is written can be read.
final class JsonTest {

    @Test
    void whatIsWrittenIsReadBack() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("text", "a \"b\"\\\n\t\u0001 ü");
        value.put("whole", 9_007_199_254_740_993L);
        value.put("part", 0.25);
        value.put("list", Arrays.asList(1L, null, true, List.of(), Map.of()));
        assertThat(Json.parse(Json.line(value))).isEqualTo(value);
        assertThat(Json.parse(Json.pretty(value))).isEqualTo(value);
        assertThat(Json.line(value)).doesNotContain("\n");
    }

    @Test
    void whatIsNoNumberIsWrittenAsNull() {
        assertThat(Json.line(List.of(Double.NaN, Double.POSITIVE_INFINITY)))
            .isEqualTo("[null, null]");
    }

    @Test
    void whatIsNoJsonIsRefusedWithItsPlace() {
        for (String text : List.of("", "{", "{\"a\" 1}", "[1,]", "nul", "1 2", "\"\\u12",
            "hello")) {
            assertThatThrownBy(() -> Json.parse(text)).as(text)
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("expected at");
        }
        assertThatThrownBy(() -> Json.parseObject("[]")).hasMessageContaining("not a JSON object");
    }
}
