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
    static final int CONFIRMATIONS = 3;
    /// A ring that takes so long to close has left requests behind that may still write.
    private static final long LEFT_BEHIND_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final Path NAME = Path.of("fuzz");

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
        playingSince = System.nanoTime();
        engineSaw = Recorder.record(scenario, engine, List.of(), bytes);
        if (engineSaw.getLast().hasThrown()) {
            renewEngine();
        } else {
            engineMemory.recycle();
        }
        long start = System.nanoTime();
        linuxSaw = Recorder.record(scenario, linux, engineSaw, bytes);
        if (System.nanoTime() - start > LEFT_BEHIND_NANOS) {
            linuxMemory.renew();
        } else {
            linuxMemory.recycle();
        }
        return Difference.between(linuxSaw, engineSaw);
    }

    /// @return where they part each time, or null when the lines mean nothing or they do not
    Difference steady(List<String> lines) {
        Scenario scenario;
        try {
            scenario = parse(lines);
        } catch (ScenarioSyntaxException _) {
            return null;
        }
        Difference found = null;
        for (int i = 0; i < CONFIRMATIONS; i++) {
            found = play(scenario);
            if (found == null) {
                return null;
            }
        }
        return found;
    }

    private void renewEngine() {
        engineMemory = new RecycledMemory(engines.get());
        engine = Target.engine(engineMemory);
    }
}
