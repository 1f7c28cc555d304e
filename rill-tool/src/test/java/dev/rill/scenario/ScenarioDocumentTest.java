package dev.rill.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The examples of `docs/scenarios.md` are real: each of them passes.
final class ScenarioDocumentTest {

    private static final Pattern EXAMPLE =
            Pattern.compile("```scenario\\n(.*?)```", Pattern.DOTALL);
    private static final Path DOCUMENT = Documents.root().resolve("docs/scenarios.md");

    @Test
    void theExamplesPass() throws IOException {
        Target target = LinuxTarget.get();
        List<Scenario> examples = examples();
        assertThat(examples).hasSizeGreaterThanOrEqualTo(5);
        for (Scenario example : examples) {
            Outcome outcome = Runner.run(example, target);
            assertThat(outcome.status()).as(outcome.detail()).isEqualTo(Outcome.Status.PASSED);
        }
    }

    @Test
    void theGrammarNamesEveryVerb() throws IOException {
        String text = Files.readString(DOCUMENT);
        for (String verb : StatementParser.VERBS.split(", ")) {
            if (verb.matches("\\w+")) {
                assertThat(text).contains("`" + verb);
            }
        }
    }

    private static List<Scenario> examples() throws IOException {
        List<Scenario> scenarios = new ArrayList<>();
        Matcher matcher = EXAMPLE.matcher(Files.readString(DOCUMENT));
        while (matcher.find()) {
            scenarios.addAll(ScenarioParser.parse(DOCUMENT, matcher.group(1)));
        }
        return scenarios;
    }
}
