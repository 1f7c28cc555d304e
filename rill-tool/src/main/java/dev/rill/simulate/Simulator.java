package dev.rill.simulate;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Runs whole servers on simulated machines, seed by seed. Everything a seed does happens in the
/// calling thread, and happens again when it is run again.
public final class Simulator implements AutoCloseable {

    /// Seeds of scenarios are short enough to be copied by hand.
    private static final long SEED_MASK = (1L << 48) - 1;
    private static final int TRACE_LINES = 30;
    private static final int SHRINK_RUNS_MAX = 60;
    private static final Pattern NUMBER = Pattern.compile("#(\\d+)");

    private final LoopLog log = new LoopLog();

    /// Makes a simulator; it listens to the library's log until it is closed.
    public Simulator() {
    }

    /// The seed of one scenario of a run.
    ///
    /// @param seed of the run
    /// @param index of the scenario, from 0
    /// @return its own seed
    public static long scenarioSeed(long seed, long index) {
        return index == 0 ? seed : Draw.of(seed, 0x5eed + index).next() & SEED_MASK;
    }

    /// Runs one seed.
    ///
    /// @param seed which one
    /// @param connectionsMax how many connections at most
    /// @param without what to switch off
    /// @param trace is told everything that happens, or null
    /// @return how it went
    public Outcome run(long seed, int connectionsMax, Set<Feature> without,
            Consumer<String> trace) {
        Setting setting = new Setting(seed, connectionsMax, without);
        if (trace != null) {
            trace.accept("seed " + seed + ": " + setting);
        }
        World world = new World(setting, trace);
        try {
            log.begin(world);
            world.run();
            world.tally().seeds = 1;
            return new Outcome(seed, setting.toString(), connectionsMax, without, world.tally(),
                    null, null, List.of(), null);
        } catch (Violation e) {
            return broken(setting, connectionsMax, without, world, e);
        } catch (RuntimeException | Error e) {
            return broken(setting, connectionsMax, without, world,
                    world.fail("nothing else is thrown", e.toString(), e));
        } finally {
            log.end();
        }
    }

    private static Outcome broken(Setting setting, int connectionsMax, Set<Feature> without,
            World world, Violation violation) {
        List<String> trace = new ArrayList<>(world.journal().last(TRACE_LINES, -1));
        Matcher number = NUMBER.matcher(violation.getMessage());
        if (number.find()) {
            trace.add("of this conversation alone:");
            trace.addAll(world.journal().last(TRACE_LINES, Integer.parseInt(number.group(1))));
        }
        return new Outcome(setting.seed, setting.toString(), connectionsMax, without,
                world.tally(), violation.invariant(), violation.getMessage(), trace,
                violation.getCause());
    }

    /// Looks for less that breaks the same invariant: fewer connections, fewer features.
    ///
    /// @param found what did not hold
    /// @return the same or less
    public Outcome shrink(Outcome found) {
        Outcome smallest = found;
        int runs = 0;
        int connections = Math.min(found.connectionsMax(), new Setting(found.seed(),
                found.connectionsMax(), found.without()).connections);
        for (int less = connections / 2; less > 0 && runs++ < SHRINK_RUNS_MAX; less /= 2) {
            Outcome tried = run(found.seed(), less, smallest.without(), null);
            if (!found.invariant().equals(tried.invariant())) {
                break;
            }
            smallest = tried;
        }
        for (Feature feature : Feature.values()) {
            if (runs++ >= SHRINK_RUNS_MAX || !new Setting(found.seed(), found.connectionsMax(),
                    smallest.without()).has(feature)) {
                continue;
            }
            Set<Feature> without = EnumSet.of(feature);
            without.addAll(smallest.without());
            Outcome tried = run(found.seed(), smallest.connectionsMax(), without, null);
            if (found.invariant().equals(tried.invariant())) {
                smallest = tried;
            }
        }
        return smallest;
    }

    @Override
    public void close() {
        log.close();
    }
}
