package dev.rill.scenario;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// One case: an id, what it is about, and what to do and expect.
///
/// @param id as in `C-029`
/// @param title one line
/// @param file where it is written
/// @param line the line of its `case`
/// @param parts run one after the other, each with a ring of its own; empty when elsewhere
/// @param elsewhere what shows it instead, for what the language cannot say; empty otherwise
public record Scenario(String id, String title, Path file, int line, List<Part> parts,
        String elsewhere) {

    private static final Pattern CONDITION =
            Pattern.compile("on (?:linux|engine|(?:profile|memlock) \\S+|kernel \\S+ \\S+) +");

    /// What is played on the Linux of a release: the lines of the parts whose needs are met,
    /// without their conditions.
    ///
    /// @param release as `uname -r` prints it, without a suffix
    /// @return `part` before the lines of each part; empty when the case is about other kernels
    public List<String> linesOn(String release) {
        List<String> lines = new ArrayList<>();
        for (Part part : parts) {
            if (part.needs().stream().allMatch(need -> need.holds(release, false))) {
                lines.add("part");
                add(lines, part.statements(), release);
            }
        }
        return lines;
    }

    private static void add(List<String> lines, List<Statement> statements, String release) {
        for (Statement statement : statements) {
            if (statement.condition() == null || statement.condition().holds(release, false)) {
                lines.add("  " + CONDITION.matcher(statement.place().text()).replaceFirst(""));
                if (statement.step() instanceof Step.Repeat repeat) {
                    add(lines, repeat.statements(), release);
                }
            }
        }
    }

    /// One run from a fresh ring to its end.
    ///
    /// @param name which of the parts this is, empty when there is one
    /// @param needs what must hold for it to mean anything
    /// @param statements in order
    public record Part(String name, List<Condition> needs, List<Statement> statements) {
    }
}
