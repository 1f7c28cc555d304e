package dev.rill.tool;

import dev.rill.abi.CqeFlags;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.kernel.TracingKernel;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `./rill trace`: the worked example of incremental buffers, live.
@Command(
    name = "trace",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Show two buffers being filled by receives, as the kernel reports it.",
    descriptionHeading = "%n",
    description = {
        "Lends two buffers of 32 KiB to the kernel and receives 4, 8, 20 and 4 KiB into them: the "
            + "worked example of the patch that brought incremental buffers (Linux 6.12), on the "
            + "kernel. After each receive it prints the completion, and from the entries of the "
            + "shared ring, which the kernel rewrites, where the next receive will land. Each "
            + "character of a bar is 1 KiB and says which receive filled it. Every byte is "
            + "compared with what was sent.",
        "",
        "BUF_MORE in the flags means that the buffer stays the kernel's; without it, it is used "
            + "up. The patch's text has two slips, which no kernel does: res 0x2010 stands for "
            + "0x2000, and flags 0x10001 for 0x10011. More: docs/worked-example.md"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:every byte was right and in its place",
        "1:a byte was wrong, or the example could not be run",
        "2:the command line was wrong",
    },
    footerHeading = "%nExamples:%n",
    footer = {
        "  ./rill trace",
        "  ./rill trace --transport tcp --calls",
        "  ./rill trace --kernel engine --profile 6.12.0",
        "  ./rill trace --json | jq -c '.receives[] | [.res, .flags, .bid, .offset]'",
    })
final class TraceCommand implements Callable<Integer> {

    private static final int BAR_BYTES = 1024;

    @Mixin
    private final KernelOptions kernels;

    @Option(names = "--transport", paramLabel = "KIND", defaultValue = "unix",
            description = "Receive from a pair of Unix sockets (unix), a TCP connection over "
                + "loopback (tcp) or a pipe (pipe). Default: ${DEFAULT-VALUE}.")
    private ExampleLink.Transport transport;

    @Option(names = "--calls",
            description = "Show every call as well, with the requests and completions that went "
                + "through the ring: strace for rings.")
    private boolean calls;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final Terminal terminal = Terminal.out();
    private final List<String> callLines = new ArrayList<>();
    private final List<WorkedExample.Step> steps = new ArrayList<>();
    /// Which receive filled each piece of each buffer, 0 for none yet.
    private final int[][] filled =
            new int[WorkedExample.BUFFERS][WorkedExample.BUFFER_SIZE / BAR_BYTES];

    TraceCommand() {
        this(new KernelOptions());
    }

    /// For tests: a kernel that does something wrong.
    TraceCommand(KernelOptions kernels) {
        this.kernels = kernels;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (Kernel plain = kernels.open()) {
            Kernel kernel = calls ? new TracingKernel(plain, line -> showCall(out, line)) : plain;
            if (!json) {
                printHead(out, plain);
            }
            int received = WorkedExample.run(kernel, transport, step -> show(out, step));
            boolean right = steps.stream().allMatch(step -> step.wrongBytes() == 0
                    && step.agreed());
            if (json) {
                out.println(object(plain, received, right).pretty());
            } else {
                printFoot(out, received);
            }
            out.flush();
            if (!right) {
                throw new CommandFailed(whatIsWrong());
            }
            return 0;
        } catch (KernelException e) {
            throw new CommandFailed(e.getMessage(), e);
        }
    }

    private void showCall(PrintWriter out, String line) {
        if (json) {
            callLines.add(line);
        } else {
            out.println(terminal.faint("  | " + line));
        }
    }

    private void show(PrintWriter out, WorkedExample.Step step) {
        steps.add(step);
        int end = step.offset() + step.res();
        for (int at = step.offset(); at < end; at += BAR_BYTES) {
            filled[step.bid()][at / BAR_BYTES] = step.number();
        }
        if (!json) {
            print(out, step);
        }
    }

    private void printHead(PrintWriter out, Kernel kernel) {
        out.println(terminal.bold("Two buffers of " + Units.bytes(WorkedExample.BUFFER_SIZE)
                + " in an incremental buffer ring")
                + ", filled over " + transport + " (" + KernelOptions.name(kernel) + ")");
    }

    private void print(PrintWriter out, WorkedExample.Step step) {
        out.println();
        out.println(terminal.bold(step.number() + ": " + Units.bytes(step.res()) + " received")
                + (step.res() == step.sent() ? "" : " of " + Units.bytes(step.sent()) + " sent"));
        out.printf("   res 0x%x, flags 0x%x %s%n", step.res(), step.flags(),
                CqeFlags.decode(step.flags()));
        String wrong = Units.count(step.wrongBytes())
                + (step.wrongBytes() == 1 ? " byte is wrong" : " bytes are wrong");
        out.printf("   data in buffer %d at 0x%x, %s%n", step.bid(), step.offset(),
                step.wrongBytes() == 0 ? "every byte is right" : terminal.red(wrong));
        for (int bid = 0; bid < WorkedExample.BUFFERS; bid++) {
            WorkedExample.Entry entry = step.entries().get(bid);
            out.println("   buffer " + bid + " [" + bar(bid, step.number()) + "] "
                    + (entry.left() == 0 ? "used up" : String.format(
                            "next receive at 0x%x, 0x%x bytes left", entry.offset(), entry.left()))
                    + (step.head() == bid ? "  <- head" : ""));
        }
        if (!step.agreed()) {
            out.println("   " + terminal.red("the shared ring contradicts the completion"));
        }
    }

    private String bar(int bid, int current) {
        StringBuilder bar = new StringBuilder();
        for (int number : filled[bid]) {
            String cell = number == 0 ? "." : Integer.toString(number % 10);
            bar.append(number == current ? terminal.green(cell)
                    : number == 0 ? terminal.faint(cell) : cell);
        }
        return bar.toString();
    }

    private void printFoot(PrintWriter out, int received) {
        out.println();
        long wrong = steps.stream().mapToLong(WorkedExample.Step::wrongBytes).sum();
        out.println(Units.count(received) + " bytes received, "
                + (wrong == 0 ? "all of them as they were sent."
                        : Units.count(wrong) + " of them not as they were sent."));
        out.println(terminal.faint("The patch prints res 0x2010 for the second receive and flags"
                + " 0x10001 for the fourth."));
        out.println(terminal.faint("These are slips for 0x2000 and 0x10011: see"
                + " docs/worked-example.md."));
    }

    private String whatIsWrong() {
        for (WorkedExample.Step step : steps) {
            if (step.wrongBytes() > 0) {
                return "receive " + step.number() + ": " + Units.count(step.wrongBytes()) + " of "
                        + Units.count(step.res()) + " bytes are not those that were sent";
            }
            if (!step.agreed()) {
                WorkedExample.Entry entry = step.entries().get(step.bid());
                return String.format("receive %d: 0x%x bytes at 0x%x of buffer %d, but the shared"
                        + " ring says 0x%x bytes are left at 0x%x", step.number(), step.res(),
                        step.offset(), step.bid(), entry.left(), entry.offset());
            }
        }
        throw new IllegalStateException("nothing is wrong");
    }

    private Json object(Kernel kernel, int received, boolean right) {
        List<Json> receives = new ArrayList<>();
        for (WorkedExample.Step step : steps) {
            List<Json> entries = new ArrayList<>();
            for (WorkedExample.Entry entry : step.entries()) {
                entries.add(new Json().put("offset", entry.offset()).put("left", entry.left()));
            }
            receives.add(new Json().put("sent", step.sent())
                    .put("res", step.res())
                    .put("flags", Integer.toUnsignedLong(step.flags()))
                    .put("flagNames", flagNames(step.flags()))
                    .put("bid", step.bid())
                    .put("offset", step.offset())
                    .put("entries", entries)
                    .put("head", step.head() < 0 ? null : step.head())
                    .put("wrongBytes", step.wrongBytes())
                    .put("agreed", step.agreed()));
        }
        Json object = new Json().put("kernel", kernel.toString())
                .put("because", kernels.because())
                .put("transport", transport.toString())
                .put("buffers", WorkedExample.BUFFERS)
                .put("bufferSize", WorkedExample.BUFFER_SIZE)
                .put("receives", receives)
                .put("bytes", received)
                .put("right", right);
        return calls ? object.put("calls", callLines) : object;
    }

    private static List<String> flagNames(int flags) {
        return List.of(CqeFlags.decode(flags).replaceFirst(" bid .*", "").split("\\|"));
    }
}
