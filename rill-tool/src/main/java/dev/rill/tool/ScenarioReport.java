package dev.rill.tool;

import dev.rill.scenario.Outcome;
import dev.rill.scenario.Outcome.Status;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What `./rill scenario` prints: failures at once, skips with their reasons, then counts.
final class ScenarioReport {

    private final PrintWriter out;
    private final Terminal terminal;
    private final boolean json;
    private final boolean trace;
    private final Map<String, Map<Status, Integer>> counts = new LinkedHashMap<>();
    private final List<Outcome> failed = new ArrayList<>();

    ScenarioReport(PrintWriter out, Terminal terminal, boolean json, boolean trace) {
        this.out = out;
        this.terminal = terminal;
        this.json = json;
        this.trace = trace;
    }

    void add(Outcome outcome) {
        counts.computeIfAbsent(outcome.target(), _ -> new TreeMap<>())
                .merge(outcome.status(), 1, Integer::sum);
        if (outcome.status() == Status.FAILED) {
            failed.add(outcome);
        }
        if (json) {
            out.println(object(outcome).line());
        } else {
            print(outcome);
        }
        out.flush();
    }

    boolean allGood() {
        return failed.isEmpty();
    }

    void summarise() {
        counts.forEach((target, byStatus) -> {
            int passed = byStatus.getOrDefault(Status.PASSED, 0);
            int wrong = byStatus.getOrDefault(Status.FAILED, 0);
            int skipped = byStatus.getOrDefault(Status.SKIPPED, 0);
            int elsewhere = byStatus.getOrDefault(Status.ELSEWHERE, 0);
            if (json) {
                out.println(new Json().put("event", "summary").put("kernel", target)
                        .put("passed", passed).put("failed", wrong).put("skipped", skipped)
                        .put("elsewhere", elsewhere).line());
                return;
            }
            String text = passed + " passed, " + wrong + " failed, " + skipped + " skipped"
                    + (elsewhere == 0 ? "" : ", " + elsewhere + " shown elsewhere")
                    + " on " + target;
            out.println(wrong > 0 ? terminal.red(text) : terminal.green(text));
        });
        if (!json && !failed.isEmpty()) {
            out.println("failed: " + String.join(", ", failed.stream()
                    .map(outcome -> outcome.scenario().id() + " (" + outcome.target() + ")")
                    .toList()));
        }
        out.flush();
    }

    private void print(Outcome outcome) {
        String about = outcome.scenario().id() + "  " + outcome.scenario().title();
        switch (outcome.status()) {
            case FAILED -> {
                out.println(terminal.red("FAILED ") + terminal.bold(about) + "  on "
                        + outcome.target());
                out.println("  " + outcome.detail());
                out.println("  what happened:");
                outcome.trace().forEach(line -> out.println("    " + line));
                out.println();
            }
            case SKIPPED -> out.println("skipped " + about + ": " + outcome.detail()
                    + ", not so on " + outcome.target());
            case ELSEWHERE -> out.println("elsewhere " + about + ": " + outcome.detail());
            case PASSED -> {
                if (trace) {
                    out.println(terminal.green("passed ") + about);
                    outcome.trace().forEach(line -> out.println("    " + line));
                }
            }
        }
    }

    private Json object(Outcome outcome) {
        Json object = new Json().put("event", "case")
                .put("id", outcome.scenario().id())
                .put("title", outcome.scenario().title())
                .put("file", outcome.scenario().file().toString())
                .put("line", outcome.scenario().line())
                .put("kernel", outcome.target())
                .put("status", outcome.status().name().toLowerCase(Locale.ROOT))
                .put("detail", outcome.detail());
        if (trace || outcome.status() == Status.FAILED) {
            object.put("trace", outcome.trace());
        }
        return object;
    }
}
