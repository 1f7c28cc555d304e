package dev.rill.tool;

import dev.rill.fuzz.Finding;
import dev.rill.fuzz.Tally;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// What `./rill fuzz` prints: the seed, each difference at once, then what was covered.
final class FuzzReport {

    private static final int WORDS_PER_LINE = 5;

    private final PrintWriter out;
    private final Terminal terminal;
    private final boolean json;

    FuzzReport(PrintWriter out, Terminal terminal, boolean json) {
        this.out = out;
        this.terminal = terminal;
        this.json = json;
    }

    void begin(long seed, String linux, String engine) {
        if (json) {
            out.println(new Json().put("event", "start").put("seed", seed).put("linux", linux)
                    .put("engine", engine).line());
        } else {
            out.println("seed " + seed + ": linux " + linux + " beside the engine as " + engine);
        }
        out.flush();
    }

    void add(Finding finding, Path file) {
        if (json) {
            out.println(new Json().put("event", "difference")
                    .put("scenarioSeed", finding.scenarioSeed()).put("what", finding.what())
                    .put("description", finding.description()).put("lines", finding.lines())
                    .put("file", file.toString()).put("scenario", finding.scenario()).line());
        } else {
            out.println();
            out.println(terminal.red("DIFFERENT ") + terminal.bold(finding.what()) + " "
                    + finding.description());
            out.println();
            finding.scenario().lines().forEach(line -> out.println("    " + line));
            out.println();
            out.println("  all of it:    ./rill fuzz --replay " + finding.scenarioSeed());
            out.println("  only this:    ./rill scenario " + file + " --kernel both");
        }
        out.flush();
    }

    static String progress(Tally tally, int differences, long nanos) {
        return Units.count(tally.steps()) + " steps, " + Units.count(tally.scenarios())
                + " scenarios, " + Units.count(perSecond(tally, nanos)) + " steps/s, "
                + differences + " differences, " + accepted(tally) + " accepted";
    }

    void summarise(long seed, Tally tally, int differences, long nanos) {
        if (json) {
            Json words = new Json();
            tally.words().forEach(words::put);
            Json accepted = new Json();
            tally.accepted().forEach(accepted::put);
            out.println(new Json().put("event", "summary").put("seed", seed)
                    .put("scenarios", tally.scenarios()).put("steps", tally.steps())
                    .put("completions", tally.completions()).put("seconds", nanos / 1e9)
                    .put("differences", differences).put("accepted", accepted)
                    .put("unsteady", tally.unsteady().size()).put("racy", tally.racy().size())
                    .put("seedsUnsteady", tally.unsteady().toString())
                    .put("seedsRacy", tally.racy().toString()).put("covered", words).line());
            out.flush();
            return;
        }
        out.println("covered, in lines:");
        StringBuilder line = new StringBuilder();
        int on = 0;
        for (Map.Entry<String, Long> word : tally.words().entrySet()) {
            line.append(String.format("  %-18s%9s", word.getKey(), Units.count(word.getValue())));
            if (++on % WORDS_PER_LINE == 0) {
                out.println(line);
                line.setLength(0);
            }
        }
        if (!line.isEmpty()) {
            out.println(line);
        }
        tally.accepted().forEach((name, count) ->
                out.println("accepted " + Units.count(count) + " times: " + name));
        again(tally.unsteady(), "did not come again: a network or a thread was late");
        again(tally.racy(), "came from Linux, which did something else each time");
        String text = "seed " + seed + ": " + Units.count(tally.steps()) + " steps of "
                + Units.count(tally.scenarios()) + " scenarios, "
                + Units.count(tally.completions()) + " completions, in " + Units.duration(nanos)
                + " (" + Units.count(perSecond(tally, nanos)) + " steps/s), " + differences
                + (differences == 1 ? " difference" : " differences");
        out.println(differences > 0 ? terminal.red(text) : terminal.green(text));
        out.flush();
    }

    private void again(List<Long> seeds, String what) {
        if (!seeds.isEmpty()) {
            out.println(Units.count(seeds.size()) + " differences " + what + ": "
                    + seeds.stream().map(String::valueOf).collect(Collectors.joining(", ")));
        }
    }

    private static long accepted(Tally tally) {
        return tally.accepted().values().stream().mapToLong(Long::longValue).sum();
    }

    private static long perSecond(Tally tally, long nanos) {
        return tally.steps() * TimeUnit.SECONDS.toNanos(1) / Math.max(nanos, 1);
    }
}
