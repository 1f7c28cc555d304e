package dev.rill.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rill.Kernels;
import dev.rill.kernel.Availability;
import dev.rill.kernel.Kernel;
import dev.rill.scenario.Outcome;
import dev.rill.scenario.Runner;
import dev.rill.scenario.Scenario;
import dev.rill.scenario.ScenarioParser;
import dev.rill.scenario.Target;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A kernel that differs is found out, and what it does differently is cut down to a scenario that
/// shows it by itself.
final class FuzzerTest {

    private static final String OTHER = "6.12.0";
    private static final int LINES_MAX = 12;

    @Test
    void anotherKernelIsFoundOut() {
        Kernel linux = linux();
        Fuzzer fuzzer = new Fuzzer(linux, () -> Kernels.inMemory(OTHER));
        Finding finding = null;
        for (int i = 0; finding == null; i++) {
            finding = fuzzer.play(Fuzzer.scenarioSeed(1, i));
        }
        assertThat(finding.lines()).isLessThanOrEqualTo(LINES_MAX);
        assertThat(finding.description()).contains("linux: ", "engine: ");

        Scenario scenario = ScenarioParser.parse(Path.of("found.scenario"), finding.scenario())
                .getFirst();
        assertThat(Runner.run(scenario, Target.linux(linux)))
                .extracting(Outcome::status, Outcome::detail)
                .containsExactly(Outcome.Status.PASSED, "");
        assertThat(Runner.run(scenario, Target.engine(Kernels.inMemory(OTHER))).status())
                .isEqualTo(Outcome.Status.FAILED);
    }

    @Test
    void everySeedOfARunIsAnother() {
        assertThat(java.util.stream.LongStream.range(0, 10_000)
                .map(index -> Fuzzer.scenarioSeed(7, index)).distinct().count())
                .isEqualTo(10_000);
    }

    static Kernel linux() {
        Availability linux = Kernels.linuxAvailability();
        if (!linux.available()) {
            String required = System.getenv().getOrDefault("RILL_REQUIRE", "");
            if (List.of(required.split(",")).contains("linux")) {
                throw new IllegalStateException("RILL_REQUIRE=linux, but: " + linux.message());
            }
            System.out.println("SKIPPED on kernel linux: " + linux.message());
            assumeTrue(false, linux.message());
        }
        return Kernels.linux();
    }
}
