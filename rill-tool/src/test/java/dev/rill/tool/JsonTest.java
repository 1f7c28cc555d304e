package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    void membersKeepTheirOrderAndPlainListsTheirLine() {
        Json json = new Json().put("b", 1).put("a", List.of("x", true, 2.5))
                .put("none", null).put("empty", new Json()).put("no", List.of())
                .put("rows", List.of(new Json().put("n", 1L), new Json().put("n", 2L)));

        assertThat(json.line()).isEqualTo("{\"b\": 1, \"a\": [\"x\", true, 2.5], \"none\": null, "
                + "\"empty\": {}, \"no\": [], \"rows\": [{\"n\": 1}, {\"n\": 2}]}");
        assertThat(json.pretty()).isEqualTo("""
                {
                  "b": 1,
                  "a": ["x", true, 2.5],
                  "none": null,
                  "empty": {},
                  "no": [],
                  "rows": [
                    {
                      "n": 1
                    },
                    {
                      "n": 2
                    }
                  ]
                }""");
        assertThat(JsonText.parse(json.pretty())).isEqualTo(JsonText.parse(json.line()));
    }

    @Test
    void everyTextComesBackAsItWas() {
        String text = "\"\\/\b\f\n\r\t\u0000\u001f\u007f \u00e9 \u20ac \ud83d\ude00 \ud83d";
        assertThat(JsonText.object(new Json().put(text, text).line())).containsEntry(text, text);
    }

    @Test
    void numbersThatJsonDoesNotHaveAreNull() {
        Json json = new Json().put("v", Arrays.asList(Double.NaN, Float.NEGATIVE_INFINITY, 1e300));
        assertThat(json.line()).isEqualTo("{\"v\": [null, null, 1.0E300]}");
    }

    @Test
    void mistakesOfTheCallerAreRefusedAtOnce() {
        assertThatThrownBy(() -> new Json().put("a", 1).put("a", 2))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new Json().put("when", Instant.EPOCH))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("when=");
    }
}
