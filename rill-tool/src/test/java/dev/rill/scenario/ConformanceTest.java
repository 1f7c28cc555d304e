package dev.rill.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rill.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// All cases of `conformance/` on every kernel there is.
final class ConformanceTest {

    private static final int CASES = 223;
    /// Releases that differ much from those that every test is run with.
    private static final List<String> MORE_PROFILES =
            List.of("6.12.43", "6.12.85", "6.12.118", "6.16.3", "6.17.13", "6.18.5", "7.3.4");

    @TestFactory
    Stream<DynamicTest> everyCaseOnLinux() throws IOException {
        return everyCase(LinuxTarget.get(), scenarios());
    }

    @TestFactory
    Stream<DynamicContainer> everyCaseOnTheEngine() throws IOException {
        List<Scenario> scenarios = scenarios();
        return Stream.concat(Kernels.profiles().stream(), MORE_PROFILES.stream())
                .map(profile -> DynamicContainer.dynamicContainer(
                        profile, everyCase(Target.engine(Kernels.inMemory(profile)), scenarios)));
    }

    private static Stream<DynamicTest> everyCase(Target target, List<Scenario> scenarios) {
        return scenarios.stream().map(scenario -> DynamicTest.dynamicTest(
                scenario.id() + " " + scenario.title() + " on " + target.name(),
                () -> check(Runner.run(scenario, target))));
    }

    @Test
    void noCaseIsMissing() throws IOException {
        assertThat(scenarios()).extracting(Scenario::id).filteredOn(id -> id.startsWith("C-"))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, CASES).mapToObj(number ->
                                String.format(Locale.ROOT, "C-%03d", number)).toList());
    }

    private static void check(Outcome outcome) {
        switch (outcome.status()) {
            case PASSED -> {
            }
            case FAILED -> throw new AssertionError(outcome.detail() + "\n"
                    + String.join("\n", outcome.trace()));
            default -> {
                System.out.println("SKIPPED " + outcome.scenario().id() + ": " + outcome.detail());
                assumeTrue(false, outcome.detail());
            }
        }
    }

    private static List<Scenario> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(Documents.root().resolve("conformance"))) {
            return ScenarioParser.parseAll(files
                    .filter(file -> file.toString().endsWith(".scenario")).sorted().toList());
        }
    }
}
