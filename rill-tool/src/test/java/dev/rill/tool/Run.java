package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.kernel.Availability;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Assumptions;
import picocli.CommandLine;

/// What one run of the tool printed and answered.
record Run(int code, String out, String err) {

    /// Runs the whole tool in this JVM.
    static Run of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.execute(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Run(code, out.toString(), err.toString());
    }

    /// Runs a command that was made for a test; failures look as [Main] prints them.
    static Run of(Callable<Integer> command, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new CommandLine(command)
                .setOut(new PrintWriter(out)).setErr(new PrintWriter(err))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, line, _) -> {
                    assertThat(failure).isInstanceOf(CommandFailed.class);
                    line.getErr().println("rill: " + failure.getMessage());
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments);
        return new Run(code, out.toString(), err.toString());
    }

    /// Skips a test where there is no io_uring, unless the environment says that there must be.
    static void needsLinux() {
        Availability linux = Kernels.linuxAvailability();
        String required = System.getenv().getOrDefault("RILL_REQUIRE", "");
        Assumptions.assumeTrue(
                linux.available() || List.of(required.split(",")).contains("linux"),
                () -> "SKIPPED: " + linux.reason() + ". " + linux.remedy());
    }
}
