package dev.rill.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is not needed to show a difference goes away: lines, words, flags, numbers.
final class ShrinkerTest {

    @Test
    void onlyTheLinesThatAreNeededStay() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            lines.add("line" + (char) ('a' + i % 26) + i);
        }
        assertThat(Shrinker.shrink(lines, some -> some.contains("lined3")
                && some.contains("linef31"))).containsExactly("lined3", "linef31");
    }

    @Test
    void wordsFlagsAndBuffersGo() {
        List<String> lines = List.of("recv A MULTISHOT|POLL_FIRST|WAITALL select group 7 as r12",
                "group 7 INC/4 {10#0, 20#1, 30#2}");
        assertThat(Shrinker.shrink(lines, some -> some.size() == 2
                && some.get(0).startsWith("recv A") && some.get(0).contains("POLL_FIRST")
                && some.get(1).matches(".*\\{(?:\\d+#\\d+, )*20#1(?:, \\d+#\\d+)*}")))
                .containsExactly("recv A POLL_FIRST", "group {20#1}");
    }

    @Test
    void numbersBecomeSmall() {
        assertThat(Shrinker.shrink(List.of("offer A 5000"), some -> {
            String[] words = some.getFirst().split(" ");
            return words.length == 3 && words[2].matches("\\d+")
                    && Integer.parseInt(words[2]) > 700;
        })).containsExactly("offer A 701");
    }

    @Test
    void whatCannotBeCutStaysAsItIs() {
        List<String> lines = List.of("a 1", "b 2");
        assertThat(Shrinker.shrink(lines, lines::equals)).isEqualTo(lines);
    }
}
