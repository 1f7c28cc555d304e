package dev.rill.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads scenario files. The grammar is in `docs/scenarios.md`.
///
/// Everything that can be found wrong without a kernel is found here, with file and line.
public final class ScenarioParser {

    private static final Pattern CASE = Pattern.compile("case\\s+([A-Za-z]+-?\\w*)\\s+(\\S.*)");
    private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+)");
    private static final int REPEATS_MAX = 1_000_000;

    private final Path file;
    private final List<Place> lines;
    private final Map<String, Scenario> scenarios = new java.util.LinkedHashMap<>();

    private ScenarioParser(Path file, List<Place> lines) {
        this.file = file;
        this.lines = lines;
    }

    /// Reads a file.
    ///
    /// @param file where it is; also how messages will call it
    /// @return its cases in order
    /// @throws IOException when it cannot be read
    /// @throws ScenarioSyntaxException when it is wrong: where, and what was expected
    public static List<Scenario> parse(Path file) throws IOException {
        return parse(file, Files.readString(file));
    }

    /// Reads text.
    ///
    /// @param file how messages will call it
    /// @param text the text
    /// @return its cases in order
    /// @throws ScenarioSyntaxException when it is wrong: where, and what was expected
    public static List<Scenario> parse(Path file, String text) {
        List<Place> lines = new ArrayList<>();
        String[] split = text.split("\\R", -1);
        for (int i = 0; i < split.length; i++) {
            String line = split[i].strip();
            if (!line.isEmpty() && !line.equals("#") && !line.startsWith("# ")) {
                lines.add(new Place(file, i + 1, line));
            }
        }
        ScenarioParser parser = new ScenarioParser(file, lines);
        parser.readCases();
        return List.copyOf(parser.scenarios.values());
    }

    private void readCases() {
        int at = 0;
        while (at < lines.size()) {
            int end = at + 1;
            while (end < lines.size() && !lines.get(end).text().startsWith("case ")) {
                end++;
            }
            Scenario scenario = readCase(lines.get(at), lines.subList(at + 1, end));
            if (scenarios.putIfAbsent(scenario.id(), scenario) != null) {
                throw new ScenarioSyntaxException(lines.get(at),
                        "there is a case " + scenario.id() + " already");
            }
            at = end;
        }
    }

    private Scenario readCase(Place title, List<Place> body) {
        Matcher matcher = CASE.matcher(title.text());
        if (!matcher.matches()) {
            throw new ScenarioSyntaxException(title, "expected a case: 'case', an id such as C-029,"
                    + " and a title");
        }
        List<Place> head = new ArrayList<>();
        List<List<Place>> parts = new ArrayList<>();
        String elsewhere = "";
        for (Place line : body) {
            String text = line.text();
            if (text.startsWith("elsewhere ")) {
                elsewhere = text.substring("elsewhere ".length()).strip();
            } else if (text.equals("part") || text.startsWith("part ")) {
                parts.add(new ArrayList<>(List.of(line)));
            } else {
                (parts.isEmpty() ? head : parts.getLast()).add(line);
            }
        }
        List<Scenario.Part> read = new ArrayList<>();
        if (parts.isEmpty()) {
            parts.add(List.of());
        }
        for (List<Place> part : parts) {
            readPart(head, part, read);
        }
        if (elsewhere.isEmpty() && read.stream().allMatch(part -> part.statements().isEmpty())) {
            throw new ScenarioSyntaxException(title, "expected at least one line of the case"
                    + " below its title");
        }
        return new Scenario(matcher.group(1), matcher.group(2), file, title.line(),
                elsewhere.isEmpty() ? List.copyOf(read) : List.of(),
                elsewhere);
    }

    /// A part once for each row of the tables of `with`.
    private void readPart(List<Place> head, List<Place> part, List<Scenario.Part> read) {
        String name = part.isEmpty() ? "" : part.getFirst().text().substring(4).strip();
        List<Place> all = new ArrayList<>(head);
        all.addAll(part.isEmpty() ? part : part.subList(1, part.size()));
        List<Map<String, String>> rows = new ArrayList<>(List.of(Map.of()));
        List<Place> statements = new ArrayList<>();
        for (Place line : all) {
            if (line.text().startsWith("with ")) {
                rows = crossed(rows, table(line));
            } else {
                statements.add(line);
            }
        }
        for (Map<String, String> row : rows) {
            String label = String.join(" ", row.values());
            List<Condition> needs = new ArrayList<>();
            List<Place> lines = new ArrayList<>();
            for (Place written : statements) {
                Place line = substituted(written, row);
                if (line.text().startsWith("needs ")) {
                    needs.add(need(line));
                } else {
                    lines.add(line);
                }
            }
            List<Statement> body = new Body(lines).read();
            needs.addAll(ImpliedNeeds.of(body));
            read.add(new Scenario.Part((name + " " + label).strip(), List.copyOf(needs), body));
        }
    }

    private static Condition need(Place line) {
        Words words = new Words(line);
        words.require("needs");
        Condition condition = StatementParser.condition(words);
        words.requireEnd();
        return condition;
    }

    /// `with $pair $flags = unix 0x11 | tcp 0x15`.
    private static List<Map<String, String>> table(Place line) {
        String[] sides = line.text().substring("with ".length()).split(" = ", 2);
        String[] names = sides[0].strip().split("\\s+");
        if (sides.length < 2 || !Arrays.stream(names).allMatch(name -> name.matches("\\$\\w+"))) {
            throw new ScenarioSyntaxException(line, "expected names and rows of values, such as"
                    + " 'with $pair $flags = unix 0x11 | tcp 0x15'");
        }
        List<Map<String, String>> rows = new ArrayList<>();
        for (String row : sides[1].split(" \\| ")) {
            String[] values = row.strip().split("\\s+");
            if (values.length != names.length) {
                throw new ScenarioSyntaxException(line, "expected " + names.length + " values ("
                        + sides[0].strip() + ") in the row '" + row.strip() + "'");
            }
            Map<String, String> map = new java.util.LinkedHashMap<>();
            for (int i = 0; i < names.length; i++) {
                map.put(names[i].substring(1), values[i]);
            }
            rows.add(map);
        }
        return rows;
    }

    private static List<Map<String, String>> crossed(List<Map<String, String>> outer,
            List<Map<String, String>> inner) {
        List<Map<String, String>> all = new ArrayList<>();
        for (Map<String, String> left : outer) {
            for (Map<String, String> right : inner) {
                Map<String, String> both = new java.util.LinkedHashMap<>(left);
                both.putAll(right);
                all.add(both);
            }
        }
        return all;
    }

    private static Place substituted(Place line, Map<String, String> row) {
        String text = VARIABLE.matcher(line.text()).replaceAll(match -> {
            String value = row.get(match.group(1));
            if (value == null) {
                throw new ScenarioSyntaxException(line, "expected a name that 'with' has given, $"
                        + match.group(1) + " is none");
            }
            return Matcher.quoteReplacement(value);
        });
        return new Place(line.file(), line.line(), text);
    }

    /// The lines of one part, `repeat` blocks nested.
    private static final class Body {

        private final List<Place> lines;
        private final Scope scope = new Scope();
        private int next;

        Body(List<Place> lines) {
            this.lines = lines;
        }

        List<Statement> read() {
            List<Statement> statements = read(null);
            return List.copyOf(statements);
        }

        private List<Statement> read(Place opened) {
            List<Statement> statements = new ArrayList<>();
            while (next < lines.size()) {
                Place line = lines.get(next++);
                if (line.text().equals("}")) {
                    if (opened == null) {
                        throw new ScenarioSyntaxException(line, "there is no 'repeat' to end");
                    }
                    return statements;
                }
                if (line.text().startsWith("repeat")) {
                    Words words = new Words(line);
                    words.require("repeat");
                    int count = words.integer("how many times", 1, REPEATS_MAX);
                    words.require("{");
                    words.requireEnd();
                    statements.add(new Statement(line, null,
                            new Step.Repeat(count, read(line)), null));
                } else {
                    statements.add(StatementParser.parse(line, scope));
                }
            }
            if (opened != null) {
                throw new ScenarioSyntaxException(opened, "expected a line '}' that ends this");
            }
            return statements;
        }
    }

    /// Reads several files and refuses an id that is used twice.
    ///
    /// @param files which
    /// @return all their cases, file by file
    /// @throws IOException when one cannot be read
    public static List<Scenario> parseAll(List<Path> files) throws IOException {
        Map<String, Scenario> seen = new HashMap<>();
        List<Scenario> all = new ArrayList<>();
        for (Path file : files) {
            for (Scenario scenario : parse(file)) {
                Scenario other = seen.putIfAbsent(scenario.id(), scenario);
                if (other != null) {
                    throw new ScenarioSyntaxException(new Place(file, scenario.line(),
                            "case " + scenario.id()), "there is a case " + scenario.id()
                            + " already: " + other.file() + ":" + other.line());
                }
                all.add(scenario);
            }
        }
        return all;
    }
}
