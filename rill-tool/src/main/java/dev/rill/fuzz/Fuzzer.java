package dev.rill.fuzz;

import dev.rill.kernel.Kernel;
import dev.rill.scenario.Observation;
import dev.rill.scenario.Scenario;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/// Plays random scenarios on two kernels and compares after each line. For one thread.
public final class Fuzzer {

    /// Seeds of scenarios are short enough to be copied by hand.
    private static final long SEED_MASK = (1L << 48) - 1;

    private final Duel duel;
    private final Tally tally = new Tally();
    private volatile long playing = -1;

    /// Makes a fuzzer.
    ///
    /// @param linux the kernel that is right
    /// @param engines makes the kernel that is tested, and makes another one after it has thrown
    public Fuzzer(Kernel linux, Supplier<Kernel> engines) {
        duel = new Duel(linux, engines);
    }

    /// The seed of one scenario of a run.
    ///
    /// @param seed of the run
    /// @param index of the scenario, from 0
    /// @return its own seed
    public static long scenarioSeed(long seed, long index) {
        long mixed = seed * 0x9e3779b97f4a7c15L + index * 0xd1342543de82ef95L + 0x2545f4914f6cdd1dL;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return (mixed ^ mixed >>> 31) & SEED_MASK;
    }

    /// What has been played so far.
    ///
    /// @return counts that go on counting
    public Tally tally() {
        return tally;
    }

    /// The scenario that is being played; for another thread that watches.
    ///
    /// @return its seed, or -1
    public long playing() {
        return playing;
    }

    /// Since when; for another thread that watches.
    ///
    /// @return a `System.nanoTime()`
    public long playingSince() {
        return duel.playingSince();
    }

    /// The lines that belong to a seed, before they are cut down.
    ///
    /// @param scenarioSeed the seed
    /// @return the text of the scenario
    public static String text(long scenarioSeed) {
        return "case F-1 seed " + scenarioSeed + "\n  "
                + String.join("\n  ", Generator.lines(scenarioSeed)) + "\n";
    }

    /// Plays one scenario.
    ///
    /// @param scenarioSeed says which
    /// @return how the kernels differ, cut down to what is needed to show it; null when they do
    ///         not, or in a way that is accepted
    public Finding play(long scenarioSeed) {
        playing = scenarioSeed;
        try {
            List<String> lines = Generator.lines(scenarioSeed);
            Scenario scenario = Duel.parse(lines);
            Difference difference = duel.play(scenario);
            List<Observation> seen = duel.linuxSaw();
            tally.played(lines, seen.size(), seen.stream()
                    .mapToLong(one -> one.completions().size()).sum());
            return difference == null ? null : examine(scenarioSeed, lines);
        } finally {
            playing = -1;
        }
    }

    private Finding examine(long scenarioSeed, List<String> lines) {
        Duel.Verdict verdict = duel.judge(lines);
        if (verdict == null) {
            tally.unsteadyOne(scenarioSeed);
            return null;
        }
        if (verdict.racy()) {
            tally.racyOne(scenarioSeed);
            return null;
        }
        Difference difference = verdict.difference();
        AcceptedDifferences.Accepted accepted =
                AcceptedDifferences.covering(lines, difference);
        if (accepted != null) {
            tally.acceptedOne(accepted.name());
            return null;
        }
        List<String> smallest = shrink(lines, difference);
        Difference shown = duel.play(Duel.parse(smallest), true);
        if (shown == null) {
            tally.unsteadyOne(scenarioSeed);
            return null;
        }
        String what = shown.kind().name().toLowerCase(Locale.ROOT);
        String line = shown.at() < smallest.size() ? smallest.get(shown.at()) : "the end";
        String text = ScenarioText.write("F-" + scenarioSeed, what + " differ after: " + line,
                List.of("Found by: ./rill fuzz --replay " + scenarioSeed,
                        "What is expected is what Linux does."),
                smallest, duel.linuxSaw(), shown);
        return new Finding(scenarioSeed, what, "after: " + line + "\n" + shown.describe(), text,
                smallest.size());
    }

    private List<String> shrink(List<String> lines, Difference difference) {
        return Shrinker.shrink(lines, fewer -> {
            Difference still = duel.steady(fewer);
            return still != null && still.kind() == difference.kind()
                    && AcceptedDifferences.covering(fewer, still) == null;
        });
    }
}
