package dev.rill.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rill.bench.Verdict.Word;
import dev.rill.bench.load.Workload;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What may be said, and when nothing may.
final class VerdictTest {

    @Test
    void aRatioAboveOneMeansThatOursIsBetter() {
        Verdict verdict = judge(Rounds.costing(4, 4, 4), Rounds.costing(5, 5.1, 4.9));
        assertThat(verdict.ratio()).isCloseTo(1.25, within(1e-9));
        assertThat(verdict.word()).isEqualTo(Word.BETTER);
    }

    @Test
    void aRatioBelowOneMeansThatOursIsWorse() {
        assertThat(judge(Rounds.costing(5, 5, 5), Rounds.costing(4, 4, 4)).word())
            .isEqualTo(Word.WORSE);
    }

    @Test
    void nothingIsSaidWhenTheSpreadExceedsTheDifference() {
        Verdict verdict = judge(Rounds.costing(4, 4, 4), Rounds.costing(3.5, 4.4, 5));
        assertThat(verdict.ratio()).isCloseTo(1.1, within(1e-9));
        assertThat(verdict.word()).isEqualTo(Word.CANNOT_TELL);
        assertThat(judge(Rounds.costing(4), Rounds.costing(9)).word())
            .as("a single round tells nothing").isEqualTo(Word.CANNOT_TELL);
    }

    @Test
    void whatSlowsNeighboursAlikeDropsOut() {
        Verdict verdict = judge(Rounds.costing(4, 8, 2), Rounds.costing(5, 10, 2.5));
        assertThat(verdict.spread()).isCloseTo(0, within(1e-9));
        assertThat(verdict.word()).isEqualTo(Word.BETTER);
    }

    @Test
    void aPeerBesideItselfIsNeverBetter() {
        List<Round> rounds = Rounds.costing(4, 5, 6);
        assertThat(judge(rounds, rounds).word()).isEqualTo(Word.CANNOT_TELL);
    }

    @Test
    void theGeneratorIsTheLimitWhenOnlyItsCoreHasNoTimeLeft() {
        assertThat(Rounds.round(4, 0.99, 0).generatorWasTheLimit()).isTrue();
        assertThat(Rounds.round(4, 0.9, 0).generatorWasTheLimit()).isFalse();
    }

    @Test
    void theGateComplainsOfWhatIsWorseBeyondTheMargin() {
        assertThat(gate(Rounds.costing(4.1, 4.1, 4.1), Rounds.costing(4, 4, 4))).isEmpty();
        assertThat(gate(Rounds.costing(4.4, 4.4, 4.4), Rounds.costing(4, 4, 4)))
            .containsExactly("pingpong/50x1024: 10 % more server CPU than rill@base");
        assertThat(gate(Rounds.costing(4, 4.4, 6), Rounds.costing(5, 4, 4)))
            .as("too noisy to blame anybody").isEmpty();
    }

    @Test
    void theGateComplainsOfGarbage() {
        List<Round> rounds = List.of(Rounds.round(4, 0.5, 32 * Rounds.MESSAGES));
        assertThat(gate(rounds, rounds))
            .containsExactly("pingpong/50x1024: 32 bytes allocated per message");
    }

    private static List<String> gate(List<Round> ours, List<Round> base) {
        Cell cell = new Cell(Workload.PINGPONG, 50, 1024, 1, false);
        return new Gate(0.05, 1).complaints(Results.of(new CellResult(cell,
            List.of(Rounds.peer("rill", ours), Rounds.peer("rill@base", base)),
            Map.of(), Map.of(), 0)));
    }

    private static Verdict judge(List<Round> ours, List<Round> theirs) {
        return Verdict.ofCosts(ours, theirs, Round::cpuMicrosPerMessage);
    }
}
