package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScenarioCommandTest {

    private static final String GOOD = """
            case X-1 ten bytes
              unix A
              group INC/4 {100#7}
              feed A 10
              recv A => (10, 0x70011)
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void aFolderOfGoodCasesEndsWithZeroAndCounts() throws IOException {
        Run.needsLinux();
        file("a.scenario", GOOD);
        file("b.scenario", GOOD.replace("X-1", "X-2") + "case X-3 far\n  needs kernel >= 99\n"
                + "  unix A\ncase X-4 not here\n  elsewhere in another test\n");
        assertThat(rill(folder.toString())).isZero();
        assertThat(out.toString())
                .contains("skipped X-3  far: needs kernel >= 99, not so on linux ")
                .contains("elsewhere X-4  not here: in another test")
                .contains("2 passed, 0 failed, 1 skipped, 1 shown elsewhere on linux ");
    }

    @Test
    void aWrongCaseEndsWithOneAndShowsWhatHappened() throws IOException {
        Run.needsLinux();
        Path file = file("a.scenario", GOOD.replace("(10,", "(9,"));
        assertThat(rill(file.toString())).isOne();
        assertThat(out.toString()).contains("FAILED X-1  ten bytes", "a.scenario:5: recv A",
                "what happened:", "res 10, flags 0x70011", "0 passed, 1 failed",
                "failed: X-1 (linux ");
    }

    @Test
    void oneCaseCanBeChosenAndTraced() throws IOException {
        Run.needsLinux();
        Path file = file("a.scenario", GOOD + GOOD.replace("X-1", "X-2"));
        assertThat(rill(file.toString(), "--case", "x-2", "--trace")).isZero();
        assertThat(out.toString()).contains("passed X-2", "RECV fd", "1 passed, 0 failed")
                .doesNotContain("X-1");
    }

    @Test
    void jsonIsOneObjectALine() throws IOException {
        Run.needsLinux();
        Path file = file("a.scenario", GOOD);
        assertThat(rill(file.toString(), "--json")).isZero();
        assertThat(out.toString().lines()).hasSize(2)
                .first().asString().startsWith("{\"event\": \"case\", \"id\": \"X-1\"")
                .contains("\"status\": \"passed\"");
        assertThat(out.toString().lines().toList().getLast())
                .startsWith("{\"event\": \"summary\"").contains("\"passed\": 1, \"failed\": 0");
    }

    @Test
    void whatIsExpectedOfAReleaseCanBeShown() throws IOException {
        Path file = file("a.scenario", """
                case X-1 ten bytes
                  unix A
                  feed A 10
                  on kernel < 6.12.81/6.15 recv A noselect len 5 => (5, 0)
                  on kernel >= 6.12.81/6.15 recv A noselect len 5 => (5, 4)
                case X-2 later
                  needs kernel >= 7.0
                  unix A
                """);
        assertThat(rill(file.toString(), "--lines-on", "6.12.90")).isZero();
        assertThat(out.toString().lines()).containsExactly("case X-1 ten bytes", "part",
                "  unix A", "  feed A 10", "  recv A noselect len 5 => (5, 4)",
                "case X-2 later");
    }

    @Test
    void aWrongFileEndsWithTwoAndNamesTheLine() throws IOException {
        Path file = file("a.scenario", GOOD.replace("recv", "recieve"));
        assertThat(rill(file.toString())).isEqualTo(2);
        assertThat(err.toString()).startsWith("rill: " + file + ":5: expected what to do");
    }

    @Test
    void anIdInTwoFilesEndsWithTwo() throws IOException {
        file("a.scenario", GOOD);
        file("b.scenario", GOOD);
        assertThat(rill(folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("b.scenario:1: there is a case X-1 already",
                "a.scenario:1");
    }

    @Test
    void whatIsNotThereEndsWithTwo() throws IOException {
        assertThat(rill(folder.resolve("none.scenario").toString())).isEqualTo(2);
        assertThat(rill(folder.toString())).isEqualTo(2);
        Path file = file("a.scenario", GOOD);
        assertThat(rill(file.toString(), "--case", "X-9")).isEqualTo(2);
        assertThat(rill(file.toString(), "--kernel", "windows")).isEqualTo(2);
        assertThat(rill(file.toString(), "--profile", "6.12.0")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no file or folder", "there is no *.scenario",
                "there is no case X-9", "--kernel windows", "--profile 6.12.0 is for the engine");
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private int rill(String... args) {
        String[] all = new String[args.length + 1];
        all[0] = "scenario";
        System.arraycopy(args, 0, all, 1, args.length);
        return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), all);
    }
}
