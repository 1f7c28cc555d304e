package dev.rill.fuzz;

import dev.rill.scenario.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Writes a scenario file whose expectations are what the running kernel brought.
final class ScenarioText {

    private static final int BYTES_SHOWN = 16;

    private ScenarioText() {
    }

    /// @param comments what stands above the case
    /// @param linux what the running kernel brought, line by line
    /// @param difference checks of what differs stand below its line
    static String write(String id, String title, List<String> comments, List<String> lines,
            List<Observation> linux, Difference difference) {
        List<String> text = new ArrayList<>();
        comments.forEach(comment -> text.add("# " + comment));
        text.add("");
        text.add("case " + id + " " + title);
        for (int i = 0; i < lines.size(); i++) {
            Observation seen = i < linux.size() ? linux.get(i) : null;
            if (seen == null) {
                text.add("  " + lines.get(i));
            } else {
                addLine(text, lines.get(i), seen);
            }
            if (i == difference.at()) {
                checks(difference).forEach(check -> text.add("  " + check));
            }
        }
        return String.join("\n", text) + "\n";
    }

    private static void addLine(List<String> text, String line, Observation seen) {
        String came = seen.completions().stream().map(Object::toString)
                .collect(Collectors.joining(" "));
        if (seen.anyOrder() && seen.completions().size() > 1) {
            came = "unordered " + came;
        }
        if (seen.answer() != null) {
            Observation.Answer answer = seen.answer();
            text.add("  " + line + " => " + answer.text());
            if (!came.isEmpty()) {
                text.add("  expect " + came);
            }
        } else {
            text.add("  " + line + (came.isEmpty() ? "" : " => " + came));
        }
    }

    /// Lines that say what the running kernel has and the other one has not.
    private static List<String> checks(Difference difference) {
        List<String> checks = new ArrayList<>();
        for (Observation.Group group : difference.linux().groups()) {
            Observation.Group other = difference.engine().groups().stream()
                    .filter(one -> one.bgid() == group.bgid()).findFirst().orElse(null);
            if (other == null || group.equals(other)) {
                continue;
            }
            if (group.status() != other.status() || group.head() != other.head()) {
                checks.add("status bgid " + group.bgid() + " => "
                        + new Observation.Answer(group.status(), group.head()).text());
            }
            for (int i = 0; i < Math.min(group.entries().size(), other.entries().size()); i++) {
                Observation.Entry entry = group.entries().get(i);
                if (!entry.equals(other.entries().get(i))) {
                    checks.add("slot " + i + " {" + entry.moved() + ", " + entry.length() + "}#"
                            + entry.bid() + " group " + group.bgid());
                }
            }
        }
        List<Observation.Buffer> others = difference.engine().buffers();
        for (Observation.Buffer buffer : difference.linux().buffers()) {
            others.stream().filter(buffer::isSamePlace)
                    .filter(other -> !other.equals(buffer))
                    .forEach(other -> checks.add(bytes(buffer, other)));
        }
        return checks;
    }

    /// From the first byte that differs on.
    private static String bytes(Observation.Buffer buffer, Observation.Buffer other) {
        int at = Math.max(0, java.util.Arrays.mismatch(buffer.bytes(), other.bytes()));
        int end = Math.min(buffer.bytes().length, at + BYTES_SHOWN);
        StringBuilder text = new StringBuilder("bytes #" + buffer.bid() + "@" + at + " = u8");
        for (int i = at; i < end; i++) {
            text.append(' ').append(buffer.bytes()[i] & 0xff);
        }
        return text.append(" group ").append(buffer.bgid()).toString();
    }
}
