package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void withoutACommandTheHelpIsShown() {
        assertThat(rill()).isZero();
        assertThat(out.toString()).contains("Usage: rill", "Commands:", "Exit status:");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void theVersionNamesToolJvmAndKernel() {
        assertThat(rill("--version")).isZero();
        assertThat(out.toString()).contains("rill ", System.getProperty("os.version"))
            .doesNotContain("unknown");
    }

    @Test
    void anUnknownCommandIsAUsageError() {
        assertThat(rill("porbe")).isEqualTo(2);
        assertThat(err.toString()).contains("rill: there is no command 'porbe'", "--help");
    }

    @Test
    void anUnknownOptionIsAUsageError() {
        assertThat(rill("--nonsense")).isEqualTo(2);
        assertThat(err.toString()).contains("'--nonsense'").doesNotContain("\tat ");
    }

    @Test
    void nothingIsColouredThatIsNoTerminal() {
        rill("--help");
        assertThat(out.toString()).doesNotContain("\u001b");
    }

    @Test
    void colourFollowsTheTerminalAndNoColor() {
        assertThat(new Terminal(true, false).red("x")).isEqualTo("\u001b[31mx\u001b[0m");
        assertThat(new Terminal(true, true).red("x")).isEqualTo("x");
        assertThat(new Terminal(false, false).red("x")).isEqualTo("x");
    }

    private int rill(String... args) {
        return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }
}
