package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.kernel.Availability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `--kernel` and `--profile`, which every command has that runs on a kernel.
final class KernelOptionsTest {

    private static final Availability FORBIDDEN = Availability.no("linux 6.6",
            "io_uring is switched off for everybody", "As root: sysctl x=0");
    private static final String ABOVE = "rill: io_uring cannot be used here (linux 6.6): io_uring"
            + " is switched off for everybody. As root: sysctl x=0";
    private static final String CASE = """
            case X-1 ten bytes
              unix A
              group INC/4 {100#7}
              feed A 10
              recv A => (10, 0x70011)
            """;

    /// Lends the same buffer twice.
    private static final String WRONG = CASE.replace("100#7", "100#7, 100#7");

    @TempDir
    private static Path folder;

    static Stream<List<String>> commands() throws IOException {
        Path file = Files.writeString(folder.resolve("a.scenario"), CASE);
        return Stream.of(List.of("probe"), List.of("trace"), List.of("demo"),
                List.of("proxy", "--listen=127.0.0.1:0", "--connect=127.0.0.1:1"),
                List.of("scenario", file.toString()));
    }

    static Stream<Arguments> wrong() throws IOException {
        return commands().flatMap(command -> Stream.of(
                Arguments.of(command, "--kernel=windows", "--kernel windows: there are auto, linux,"
                        + " engine" + (command.getFirst().equals("scenario") ? ", both" : "")),
                Arguments.of(command, "--kernel=", "--kernel : there are auto, "),
                Arguments.of(command, "--kernel=engine,linux", "--kernel engine,linux: there are "),
                Arguments.of(command, "--kernel", "Missing required parameter"),
                Arguments.of(command, "--kernel=engine --profile=6.12", "--profile 6.12: there are"
                        + " 6.12.0, 6.12.107, 6.18.44, 7.2.8"),
                Arguments.of(command, "--kernel=engine --profile=linux",
                        "--profile linux: there are 6.12.0"),
                Arguments.of(command, "--kernel=engine --profile=", "--profile : there are 6.12.0"),
                Arguments.of(command, "--check=maybe", "--check maybe: there are throw, report"),
                Arguments.of(command, "--profile=6.18.44",
                        "--profile 6.18.44 is for the engine: add --kernel engine"),
                Arguments.of(command, "--kernel=linux --profile=6.18.44",
                        "--profile 6.18.44 is for the engine: add --kernel engine")));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatDoesNotExistIsRefusedByEveryCommand(List<String> command, String options,
            String message) {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of(options.split(" ")));
        Run run = Run.of(words.toArray(String[]::new));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("rill: ").contains(message)
                .endsWith("Try 'rill " + command.getFirst() + " --help'." + System.lineSeparator());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasThemInItsHelp(List<String> command) {
        assertThat(Run.of(command.getFirst(), "--help").out()).contains("--kernel=KERNEL",
                "--profile=RELEASE", "--check[=HOW]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--check", "--check=throw", "--check=report"})
    void aProgramThatKeepsTheRulesIsWatchedWithoutAWord(String option) {
        Run run = Run.of("trace", "--kernel", "engine", option);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("all of them as they were sent");
    }

    @Test
    void whatBreaksARuleEndsTheCommandOrIsTold() throws IOException {
        Path file = Files.writeString(folder.resolve("wrong.scenario"), WRONG);
        Run thrown = Run.of("scenario", file.toString(), "--kernel=engine", "--check");
        assertThat(thrown.code()).isNotZero();
        assertThat(thrown.out() + thrown.err()).contains("BUFFER_TWICE: buffer 7 of group ");
        Run told = Run.of("scenario", file.toString(), "--kernel=engine", "--check=report");
        assertThat(told.code()).as(told.err()).isZero();
        assertThat(told.err()).startsWith("rill: ring ")
                .contains("BUFFER_TWICE: buffer 7 of group ");
    }

    @Test
    void onlyScenariosArePlayedOnBoth() throws IOException {
        Run.needsLinux();
        assertThat(Run.of("trace", "--kernel", "both").err())
                .contains("--kernel both: there are auto, linux, engine");
        String file = commands().toList().getLast().getLast();
        Run run = Run.of("scenario", file, "--kernel", "both", "--profile", "6.12.0");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("1 passed, 0 failed, 0 skipped on linux ",
                "1 passed, 0 failed, 0 skipped on engine 6.12.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"engine", "Engine", "ENGINE"})
    void theEngineRunsWhereItIsAskedFor(String word) {
        Run run = Run.of("trace", "--json", "--kernel", word);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(JsonText.object(run.out())).containsEntry("kernel", "engine 6.18.44");
    }

    @Test
    void theRunningKernelIsTakenWithoutAWord() {
        Run.needsLinux();
        for (String[] arguments : new String[][] {{"trace"}, {"trace", "--kernel", "auto"}}) {
            Run run = Run.of(arguments);
            assertThat(run.code()).isZero();
            assertThat(run.err()).isEmpty();
            assertThat(run.out()).contains("(linux ");
        }
    }

    @Test
    void whereItIsMissingTheEngineRunsAndTheReasonIsSaid() {
        Run run = Run.of(new TraceCommand(missing()));
        assertThat(run.code()).isZero();
        assertThat(run.err().lines()).containsExactly(ABOVE
                + ". Running on the engine, behaving like Linux 6.18.44, instead");
        assertThat(run.out()).contains("(engine, behaving like Linux 6.18.44)",
                "all of them as they were sent");
        Map<String, Object> object = JsonText.object(
                Run.of(new TraceCommand(missing()), "--json").out());
        assertThat(object).containsEntry("kernel", "engine 6.18.44")
                .containsEntry("because", FORBIDDEN.message());
    }

    @Test
    void whereItIsMissingButAskedForTheCommandFails() {
        Run run = Run.of(new TraceCommand(missing()), "--kernel", "linux");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).containsExactly(ABOVE);
    }

    @Test
    void whereItIsMissingTheEngineNeedsNoExcuse() {
        Run run = Run.of(new TraceCommand(missing()), "--kernel", "engine", "--profile", "7.2.8");
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("(engine, behaving like Linux 7.2.8)");
    }

    @Test
    void everyProfileCanBeChosen() {
        for (String profile : Kernels.profiles()) {
            assertThat(JsonText.object(Run.of("trace", "--json", "--kernel", "engine",
                    "--profile", profile).out())).containsEntry("kernel", "engine " + profile);
        }
    }

    private static KernelOptions missing() {
        return new KernelOptions(otherwise -> otherwise.apply(FORBIDDEN));
    }
}
