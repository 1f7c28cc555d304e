package dev.rill.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whole servers on simulated machines: the same seeds on every run, one that nobody has seen, and
/// the simulator itself, which must be the same twice and must be able to fail.
@Timeout(300)
final class SimulatorTest {

    private static final Set<Feature> ALL = EnumSet.noneOf(Feature.class);
    private static final int CONNECTIONS_MAX = 150;
    private static final int SEEDS = 24;

    private final Simulator simulator = new Simulator();

    @AfterEach
    void close() {
        simulator.close();
    }

    private void run(long seed) {
        Outcome outcome = simulator.run(seed, CONNECTIONS_MAX, ALL, null);
        assertThat(outcome.holds()).as(() -> "./rill simulate --seed " + seed
                + " --seeds 1 --connections " + CONNECTIONS_MAX + "\n" + outcome.invariant() + ": "
                + outcome.details() + "\n" + String.join("\n", outcome.trace())).isTrue();
    }

    @Test
    void everythingHoldsOnEachOfTheSeeds() {
        for (int i = 0; i < SEEDS; i++) {
            run(Simulator.scenarioSeed(1, i));
        }
    }

    @Test
    void everythingHoldsOnSeedsThatNobodyHasSeen() {
        long seed = Long.getLong("rill.seed", System.nanoTime() & 0xffff_ffffL);
        System.out.println("SimulatorTest: -Drill.seed=" + seed);
        for (int i = 0; i < SEEDS / 8; i++) {
            run(Simulator.scenarioSeed(seed, i));
        }
    }

    @Test
    void theSameSeedIsTheSameRun() {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        Set<Long> hashes = new HashSet<>();
        for (int seed = 1; seed <= 6; seed++) {
            Tally one = simulator.run(seed, 20, ALL, first::add).tally();
            Tally two = simulator.run(seed, 20, ALL, second::add).tally();
            assertThat(two).usingRecursiveComparison().isEqualTo(one);
            hashes.add(one.hash());
        }
        assertThat(first).hasSizeGreaterThan(1000);
        assertThat(second).isEqualTo(first);
        assertThat(hashes).hasSize(6);
    }

    @Test
    void aFeatureThatIsSwitchedOffIsNotThere() {
        Outcome outcome = simulator.run(4, 7, EnumSet.allOf(Feature.class), null);
        assertThat(outcome.holds()).isTrue();
        assertThat(outcome.setting()).matches("[1-7] connections .*; \\[\\]");
        assertThat(outcome.tally().faults()).isZero();
    }

    @Test
    void seedsAreManyAndTheFirstIsTheOneAskedFor() {
        assertThat(Simulator.scenarioSeed(42, 0)).isEqualTo(42);
        assertThat(java.util.stream.LongStream.range(0, 10_000)
                .map(index -> Simulator.scenarioSeed(7, index)).distinct().count())
                .isEqualTo(10_000);
    }
}
