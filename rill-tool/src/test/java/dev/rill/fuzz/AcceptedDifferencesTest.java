package dev.rill.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.CqeFlags;
import dev.rill.abi.Errno;
import dev.rill.scenario.Observation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Each difference that is accepted is that one and no other.
final class AcceptedDifferencesTest {

    private static final List<String> SENDS = List.of("unix A", "send A BUNDLE as r1",
            "send A group 6 BUNDLE IO_LINK as r2", "nop as r3", "end A");
    private static final Observation.Completion FIRST = new Observation.Completion("r1", 219264,
            CqeFlags.IORING_CQE_F_BUFFER);
    private static final Observation.Completion TAKEN_OVER = new Observation.Completion("r2",
            -Errno.ECANCELED, CqeFlags.IORING_CQE_F_BUFFER);
    private static final Observation.Completion BEHIND = new Observation.Completion("r3",
            -Errno.ECANCELED, 0);

    @Test
    void eachHasANameAndAReason() {
        assertThat(AcceptedDifferences.ALL).hasSize(1).allSatisfy(one -> {
            assertThat(one.name()).isNotBlank();
            assertThat(one.reason()).isNotBlank();
        });
    }

    @Test
    void theOrderOfTwoSendsThatWorkersTakeOver() {
        assertThat(covering(SENDS, List.of(TAKEN_OVER, BEHIND, FIRST),
                List.of(TAKEN_OVER, FIRST, BEHIND))).isNotNull();
    }

    @Test
    void notWhatTheyBring() {
        assertThat(covering(SENDS, List.of(TAKEN_OVER, BEHIND, FIRST),
                List.of(TAKEN_OVER, BEHIND))).isNull();
    }

    @Test
    void notTheOrderOfSendsThatNoWorkerHasTaken() {
        assertThat(covering(SENDS, List.of(FIRST, BEHIND), List.of(BEHIND, FIRST))).isNull();
    }

    @Test
    void notASingleSend() {
        List<String> single = new ArrayList<>(SENDS);
        single.set(2, "recv A as r2");
        assertThat(covering(single, List.of(TAKEN_OVER, FIRST), List.of(FIRST, TAKEN_OVER)))
                .isNull();
    }

    @Test
    void notAfterAnyOtherLine() {
        List<String> other = new ArrayList<>(SENDS);
        other.set(4, "take A 5");
        assertThat(covering(other, List.of(TAKEN_OVER, FIRST), List.of(FIRST, TAKEN_OVER)))
                .isNull();
    }

    private static AcceptedDifferences.Accepted covering(List<String> lines,
            List<Observation.Completion> linux, List<Observation.Completion> engine) {
        return AcceptedDifferences.covering(lines, new Difference(4, Difference.Kind.COMPLETIONS,
                observation(linux), observation(engine)));
    }

    private static Observation observation(List<Observation.Completion> completions) {
        return new Observation(null, null, completions, false, List.of(), 0, List.of());
    }
}
