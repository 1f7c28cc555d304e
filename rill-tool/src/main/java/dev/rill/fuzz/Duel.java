package dev.rill.fuzz;

import dev.rill.kernel.Kernel;
import dev.rill.scenario.Observation;
import dev.rill.scenario.Recorder;
import dev.rill.scenario.Scenario;
import dev.rill.scenario.ScenarioParser;
import dev.rill.scenario.ScenarioSyntaxException;
import dev.rill.scenario.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Plays scenarios on both kernels.
final class Duel {

    /// How often a difference has to come again to count.
    static final int CONFIRMATIONS = 4;
    /// What a busy machine does not need for anything.
    private static final long JUDGE_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /// A ring that takes so long to close has left requests behind that may still write.
    private static final long LEFT_BEHIND_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final Path NAME = Path.of("fuzz");

    /// What playing again has shown.
    ///
    /// @param racy whether the running kernel did not do the same each time
    record Verdict(Difference difference, boolean racy) {
    }

    private final RecycledMemory linuxMemory;
    private final Target linux;
    private final Supplier<Kernel> engines;
    private RecycledMemory engineMemory;
    private Target engine;
    private List<Observation> engineSaw;
    private List<Observation> linuxSaw;
    private volatile long playingSince = System.nanoTime();

    /// @param engines makes the kernel in this process, and makes another one when it has thrown
    Duel(Kernel linux, Supplier<Kernel> engines) {
        linuxMemory = new RecycledMemory(linux);
        this.linux = Target.linux(linuxMemory);
        this.engines = engines;
        renewEngine();
    }

    /// What the running kernel brought last, line by line.
    List<Observation> linuxSaw() {
        return linuxSaw;
    }

    /// When the last scenario was begun; for another thread that watches.
    long playingSince() {
        return playingSince;
    }

    static Scenario parse(List<String> lines) {
        return ScenarioParser.parse(NAME, "case F-1 found\n" + String.join("\n", lines))
                .getFirst();
    }

    /// @return where they part, or null
    Difference play(Scenario scenario) {
        return play(scenario, false);
    }

    /// @param bytes whether to keep what the buffers hold at the end
    Difference play(Scenario scenario, boolean bytes) {
        return play(scenario, bytes, Recorder.PATIENCE_NANOS);
    }

    private Difference play(Scenario scenario, boolean bytes, long patienceNanos) {
        playingSince = System.nanoTime();
        engineSaw = Recorder.record(scenario, engine, List.of(), bytes, patienceNanos);
        if (engineSaw.getLast().hasThrown()) {
            renewEngine();
        } else {
            engineMemory.recycle();
        }
        long start = System.nanoTime();
        linuxSaw = Recorder.record(scenario, linux, engineSaw, bytes, patienceNanos);
        if (System.nanoTime() - start > LEFT_BEHIND_NANOS) {
            linuxMemory.renew();
        } else {
            linuxMemory.recycle();
        }
        return Difference.between(linuxSaw, engineSaw);
    }

    /// Plays lines again and again, with more patience.
    ///
    /// @return whether they part each time in the same way, or the running kernel does not even
    ///         agree with itself; null when the lines mean nothing, or nothing was different
    Verdict judge(List<String> lines) {
        return judge(lines, JUDGE_PATIENCE_NANOS);
    }

    /// The same in less time, for lines that are one of many guesses.
    ///
    /// @return where they part each time, or null
    Difference steady(List<String> lines) {
        Verdict verdict = judge(lines, Recorder.PATIENCE_NANOS);
        return verdict == null || verdict.racy ? null : verdict.difference;
    }

    private Verdict judge(List<String> lines, long patienceNanos) {
        Scenario scenario;
        try {
            scenario = parse(lines);
        } catch (ScenarioSyntaxException _) {
            return null;
        }
        Difference first = null;
        boolean racy = false;
        for (int i = 0; i < CONFIRMATIONS && !racy; i++) {
            Difference found = play(scenario, false, patienceNanos);
            if (found == null) {
                return first == null ? null : new Verdict(first, true);
            }
            racy = first != null
                    && (found.at() != first.at() || !found.linux().equals(first.linux()));
            first = first == null ? found : first;
        }
        return new Verdict(first, racy);
    }

    private void renewEngine() {
        engineMemory = new RecycledMemory(engines.get());
        engine = Target.engine(engineMemory);
    }
}
