package dev.rill.tool;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The top of the `./rill` command. A subcommand is a class of its own that implements
/// [java.util.concurrent.Callable] and is listed below, in the order in which a newcomer
/// should meet it.
///
/// Exit codes: 0 when all is well, 1 when the command failed, 2 when it was called wrongly.
@Command(
    name = "rill",
    subcommands = {
        DemoCommand.class,
        ProbeCommand.class,
        TraceCommand.class,
        ProxyCommand.class,
        TopCommand.class,
        ScenarioCommand.class,
        FuzzCommand.class,
        SimulateCommand.class,
        BenchCommand.class,
        HelpCommand.class,
    },
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel = "COMMAND",
    header = "io_uring for the JVM, built around incremental provided buffer rings.",
    descriptionHeading = "%n",
    description = {
        "A provided buffer ring hands the kernel a few large buffers that many sockets receive "
            + "into. With incremental consumption each receive takes only the bytes it needs, and "
            + "the next one continues where it ended."
    },
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:all is well",
        "1:the command failed; the reason is on standard error",
        "2:the command line was wrong",
    },
    footerHeading = "%nEnvironment:%n",
    footer = {
        "  RILL_JAVA_HOME    the JDK to use, 25 or newer",
        "  RILL_JAVA_OPTS    more options for the JVM",
        "  RILL_REQUIRE      set to linux, running on the engine instead is an error",
        "  RILL_STACKTRACE   set to 1, the same as --stacktrace",
        "  NO_COLOR          set to anything, no colours",
        "",
        "More about a command: rill COMMAND --help",
    })
public final class Main implements Runnable {

    @Option(
        names = "--stacktrace",
        scope = ScopeType.INHERIT,
        description = "When the command fails, show where in the code.")
    private boolean stacktrace;

    @Spec
    private CommandSpec spec;

    private Main() {
    }

    /// Without a subcommand there is nothing to do but to say what there is.
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /// Runs the command and ends the JVM with its exit code.
    ///
    /// @param args the command line
    public static void main(String[] args) {
        // Everything but the picture of top is ASCII, and that shall be right in every locale.
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true);
        int code = execute(out, err, args);
        if (out.checkError() && code == ExitCode.OK) {
            err.println("rill: standard output could not be written to");
            code = ExitCode.SOFTWARE;
        }
        System.exit(code);
    }

    /// Runs the command in this JVM, for [#main] and for tests.
    static int execute(PrintWriter out, PrintWriter err, String... args) {
        Main main = new Main();
        Ansi ansi = Terminal.out().colours() ? Ansi.ON : Ansi.OFF;
        return new CommandLine(main)
            .setOut(out)
            .setErr(err)
            .setColorScheme(Help.defaultColorScheme(ansi))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler(Main::calledWrongly)
            .setExecutionExceptionHandler(main::failed)
            .execute(args);
    }

    /// A wrong command line gets one line that says what is wrong, and where to read more.
    private static int calledWrongly(ParameterException wrong, String[] args) {
        CommandLine command = wrong.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("rill: " + whatIsWrong(wrong));
        UnmatchedArgumentException.printSuggestions(wrong, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    /// A misspelt command is no "unmatched argument at index 0" to the one who misspelt it.
    private static String whatIsWrong(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched
            && !unmatched.isUnknownOption()
            && !wrong.getCommandLine().getSubcommands().isEmpty()) {
            return "there is no command '" + unmatched.getUnmatched().getFirst() + "'";
        }
        return oneLine(wrong.getMessage());
    }

    /// A failure is one line; where it happened matters only to those who ask for it.
    private int failed(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (failure instanceof CommandFailed expected) {
            err.println("rill: " + expected.getMessage());
        } else {
            err.println("rill: " + describe(failure));
            if (!wantsStackTrace()) {
                err.println("This should not happen. Run it again with --stacktrace to see where.");
            }
        }
        if (wantsStackTrace()) {
            failure.printStackTrace(err);
        }
        return ExitCode.SOFTWARE;
    }

    private boolean wantsStackTrace() {
        return stacktrace || "1".equals(System.getenv("RILL_STACKTRACE"));
    }

    private static String describe(Throwable failure) {
        String kind = failure.getClass().getSimpleName();
        String message = failure.getMessage();
        return message == null ? kind : kind + ": " + oneLine(message);
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
