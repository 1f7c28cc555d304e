package dev.rill.tool;

import dev.rill.simulate.Feature;
import dev.rill.simulate.Outcome;
import dev.rill.simulate.Tally;
import java.io.PrintWriter;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// What `./rill simulate` prints: the seed, what broke at once, then what was done.
final class SimulateReport {

    private final PrintWriter out;
    private final Terminal terminal;
    private final boolean json;

    SimulateReport(PrintWriter out, Terminal terminal, boolean json) {
        this.out = out;
        this.terminal = terminal;
        this.json = json;
    }

    void begin(long seed) {
        if (json) {
            out.println(new Json().put("event", "start").put("seed", seed).line());
        } else {
            out.println("seed " + seed);
        }
        out.flush();
    }

    void trace(String line) {
        out.println(line);
    }

    static String progress(Tally tally, long broken, long nanos) {
        return Units.count(tally.steps()) + " steps, " + Units.count(tally.seeds()) + " seeds, "
                + Units.count(perSecond(tally.steps(), nanos)) + " steps/s, "
                + Units.count(tally.connections()) + " connections, "
                + Units.duration(tally.nanos()) + " simulated, " + broken + " broken";
    }

    void broken(Outcome outcome, Outcome smallest) {
        if (json) {
            out.println(new Json().put("event", "broken").put("seed", outcome.seed())
                    .put("invariant", outcome.invariant()).put("details", outcome.details())
                    .put("setting", outcome.setting()).put("replay", replay(smallest))
                    .put("trace", outcome.trace()).line());
            out.flush();
            return;
        }
        out.println();
        out.println(terminal.red("BROKEN ") + terminal.bold(outcome.invariant()));
        out.println("  " + outcome.details());
        out.println("  seed " + outcome.seed() + ": " + outcome.setting());
        if (outcome.cause() != null) {
            out.println("  " + outcome.cause());
            for (StackTraceElement place : outcome.cause().getStackTrace()) {
                out.println("      at " + place);
            }
        }
        out.println("what happened last:");
        outcome.trace().forEach(line -> out.println("  " + line));
        out.println();
        out.println("  all of it:  ./rill simulate --seed " + outcome.seed() + " --seeds 1");
        out.println("  less of it: " + replay(smallest));
        out.println("              " + smallest.setting());
        out.flush();
    }

    private static String replay(Outcome outcome) {
        String without = new TreeSet<>(outcome.without()).stream().map(Feature::name)
                .collect(Collectors.joining(","));
        return "./rill simulate --seed " + outcome.seed() + " --seeds 1 --connections "
                + outcome.connectionsMax() + (without.isEmpty() ? "" : " --without " + without);
    }

    void summarise(long seed, Tally tally, long broken, long nanos) {
        String hash = String.format("%016x", tally.hash());
        if (json) {
            out.println(new Json().put("event", "summary").put("seed", seed)
                    .put("seeds", tally.seeds()).put("broken", broken)
                    .put("steps", tally.steps()).put("seconds", nanos / 1e9)
                    .put("connections", tally.connections()).put("bytes", tally.bytes())
                    .put("completions", tally.completions())
                    .put("exhaustions", tally.exhaustions()).put("rescues", tally.rescues())
                    .put("holds", tally.holds()).put("holdRescues", tally.holdRescues())
                    .put("faults", tally.faults()).put("checks", tally.checks())
                    .put("simulatedSeconds", tally.nanos() / 1e9).put("hash", hash).line());
            out.flush();
            return;
        }
        row("seeds", Units.count(tally.seeds()), "");
        row("steps", Units.count(tally.steps()),
                Units.count(perSecond(tally.steps(), nanos)) + " a second");
        row("connections", Units.count(tally.connections()), "");
        row("bytes compared", Units.count(tally.bytes()), Units.bytes(tally.bytes()));
        row("completions", Units.count(tally.completions()), "of the event loops");
        row("ENOBUFS", Units.count(tally.exhaustions()), "");
        row("rescues", Units.count(tally.rescues()), "of unsent bytes");
        row("holds", Units.count(tally.holds()),
                Units.count(tally.holdRescues()) + " buffers rescued from them");
        row("faults", Units.count(tally.faults()), "");
        row("checks", Units.count(tally.checks()), "");
        row("simulated", Units.duration(tally.nanos()), "");
        row("hash", hash, "the same for the same seeds");
        String text = "seed " + seed + ": " + Units.count(tally.steps()) + " steps of "
                + Units.count(tally.seeds()) + " seeds in " + Units.duration(nanos) + ", "
                + (broken == 0 ? "no invariant broken" : broken + " broken");
        out.println(broken > 0 ? terminal.red(text) : terminal.green(text));
        out.flush();
    }

    private void row(String name, String value, String more) {
        out.println(String.format("  %-16s%18s  %s", name, value, more).stripTrailing());
    }

    private static long perSecond(long count, long nanos) {
        return count * TimeUnit.SECONDS.toNanos(1) / Math.max(nanos, 1);
    }
}
