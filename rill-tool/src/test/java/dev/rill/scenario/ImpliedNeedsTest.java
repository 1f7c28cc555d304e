package dev.rill.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What older kernels do not have is left out without a word in the scenario.
class ImpliedNeedsTest {

    private static Scenario.Part part(String lines) {
        return ScenarioParser.parse(Path.of("my.scenario"), "case A needs\n" + lines).getFirst()
                .parts().getFirst();
    }

    private static String needs(String lines) {
        return part(lines).needs().stream().map(Condition::toString).distinct().sorted().toList()
                .toString();
    }

    @Test
    void theWordsOfAPartSayWhatItNeeds() {
        assertThat(needs("unix A\ngroup CL/2 {8#0}\nfeed A 1\nrecv A => (1, 1)")).isEqualTo("[]");
        assertThat(needs("unix A\ngroup INC/2 {8#0}\nrecv A => nothing"))
                .isEqualTo("[kernel >= 6.12]");
        assertThat(needs("unix A\ngroup CL/2 mmap {8#0}\nrecv A BUNDLE => nothing"))
                .isEqualTo("[kernel >= 6.10, kernel >= 6.4]");
        assertThat(needs("unix A\ngroup CL/2 {8#0}\nsend A => (8, 1)"))
                .isEqualTo("[kernel >= 6.10]");
        assertThat(needs("repeat 2 {\nregister INC entries 8 => 0\nunregister => 0\n}"))
                .isEqualTo("[kernel >= 6.12]");
        assertThat(needs("pipe P\ngroup CL/2\nread_multishot P => (-ENOBUFS, 0)"))
                .isEqualTo("[kernel >= 6.7]");
    }

    @Test
    void whatOnlyLooksIsLeftOutByItself() {
        Scenario.Part part = part("group CL/2 {8#0}\nhead 0\non linux head 0");
        assertThat(part.needs()).isEmpty();
        assertThat(part.statements().get(1).condition()).hasToString("kernel >= 6.8");
        assertThat(part.statements().get(2).condition()).hasToString("kernel linux");
    }

    @Test
    void whatIsForSomeKernelsOnlySaysSoItself() {
        assertThat(needs("on kernel >= 6.12 register entries 8 INC => 0")).isEqualTo("[]");
    }
}
