package dev.rill.tool;

import dev.rill.ring.Quirk;
import dev.rill.ring.Quirks;
import dev.rill.ring.Quirks.Finding;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;

/// What `./rill probe` says of a kernel's quirks: found or not, and what Rill does about each.
final class QuirkReport {

    private final Quirks quirks;
    private final Terminal terminal;

    QuirkReport(Quirks quirks, Terminal terminal) {
        this.quirks = quirks;
        this.terminal = terminal;
    }

    void print(PrintWriter out) {
        List<Quirk> lookedFor = Stream.of(Quirk.values()).filter(QuirkReport::isLookedFor).toList();
        long found = lookedFor.stream().filter(quirk -> quirks.finding(quirk) == Finding.FOUND)
                .count();
        out.println();
        out.println(terminal.bold("Quirks") + ", found by trying: " + found + " of "
                + lookedFor.size());
        for (Finding finding : Finding.values()) {
            lookedFor.stream().filter(quirk -> quirks.finding(quirk) == finding)
                    .forEach(quirk -> print(out, quirk));
        }
        out.println("  " + (Quirk.values().length - lookedFor.size())
                + " more are not looked for: docs/quirks.md");
    }

    private void print(PrintWriter out, Quirk quirk) {
        // Padded before it is coloured: escapes take no room.
        String finding = String.format("%-9s", word(quirk));
        String coloured = switch (quirks.finding(quirk)) {
            case FOUND -> terminal.yellow(finding);
            case ABSENT -> terminal.faint(finding);
            case UNKNOWN -> terminal.red(finding);
        };
        out.println("  " + String.format("%-4s ", quirk.id()) + coloured + "  " + quirk.breaks());
        if (quirks.finding(quirk) == Finding.UNKNOWN) {
            indent(out, "because " + quirks.why(quirk));
        }
        indent(out, quirk.guard().text() + ": " + quirk.remedy());
    }

    private static void indent(PrintWriter out, String text) {
        out.println(" ".repeat(18) + text);
    }

    private String word(Quirk quirk) {
        return switch (quirks.finding(quirk)) {
            case FOUND -> "found";
            case ABSENT -> "not found";
            case UNKNOWN -> "unknown";
        };
    }

    /// All of them; those that are not looked for have an empty `test`.
    static List<Json> json(Quirks quirks) {
        QuirkReport report = new QuirkReport(quirks, Terminal.out());
        return Stream.of(Quirk.values()).map(quirk -> new Json().put("id", quirk.id())
                .put("name", quirk.name())
                .put("test", quirk.test())
                .put("finding", isLookedFor(quirk) ? report.word(quirk) : "not looked for")
                .put("why", isLookedFor(quirk) ? quirks.why(quirk) : "")
                .put("breaks", quirk.breaks())
                .put("kernels", quirk.kernels())
                .put("guarded", quirk.guard().text())
                .put("remedy", quirk.remedy())).toList();
    }

    private static boolean isLookedFor(Quirk quirk) {
        return !quirk.test().isEmpty();
    }
}
