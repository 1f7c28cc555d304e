package dev.rill.tool;

import dev.rill.kernel.Kernel;
import dev.rill.ring.StepDown;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// What the demo prints for people.
final class DemoReport {

    private static final int EXAMPLE_CELL_BYTES = 1024;
    private static final int METER_CELLS = 6;

    private final PrintWriter out;
    private final Terminal terminal;

    DemoReport(PrintWriter out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /// @param because why it is not the running one, null when that was not asked for or is used
    void kernel(Kernel kernel, String because) {
        heading("Kernel");
        out.println("  " + KernelOptions.name(kernel) + ": " + (!KernelOptions.isEngine(kernel)
                ? "its io_uring can be used here, a trial ring was made"
                : because == null ? "io_uring in Java, in this process" : because));
        out.flush();
    }

    /// The worked example: one line for each receive, and who filled what.
    void example(List<WorkedExample.Step> steps) {
        heading("Incremental buffers: four receives into two buffers of "
                + Units.bytes(WorkedExample.BUFFER_SIZE));
        StringBuilder[] bars = new StringBuilder[WorkedExample.BUFFERS];
        for (int bid = 0; bid < bars.length; bid++) {
            bars[bid] = new StringBuilder(
                    ".".repeat(WorkedExample.BUFFER_SIZE / EXAMPLE_CELL_BYTES));
        }
        for (WorkedExample.Step step : steps) {
            WorkedExample.Entry entry = step.entries().get(step.bid());
            out.printf("  %d  %6s  in buffer %d at 0x%04x, %s%n", step.number(),
                    Units.bytes(step.res()), step.bid(), step.offset(), entry.left() == 0
                            ? "which is used up now"
                            : String.format("the next receive goes to 0x%04x", entry.offset()));
            int from = step.offset() / EXAMPLE_CELL_BYTES;
            int cells = step.res() / EXAMPLE_CELL_BYTES;
            bars[step.bid()].replace(from, from + cells,
                    Integer.toString(step.number()).repeat(cells));
        }
        for (int bid = 0; bid < bars.length; bid++) {
            out.println("  buffer " + bid + " [" + bars[bid] + "]");
        }
        out.println(terminal.faint("  as the kernel wrote it to the shared ring; every byte was"
                + " right (./rill trace)"));
        out.flush();
    }

    void noExample(String why) {
        heading("Incremental buffers");
        out.println("  " + why);
    }

    void load(int clients, long seed, int rounds, Duration length, Duration warmUp) {
        heading(Units.count(clients) + (clients == 1 ? " client" : " clients")
                + " -> proxy -> origin, on loopback");
        out.println("  bursts of messages of 1 byte to 1 MiB, both ways at once; connections that");
        out.println("  half-close, connections that come and go; every byte is verified");
        out.println("  " + rounds + " rounds of " + Units.duration(length.toNanos()) + " after "
                + Units.duration(warmUp.toNanos()) + " to warm up (again the same: --seed " + seed
                + ")");
        out.println();
        out.flush();
    }

    void stepDowns(List<StepDown> missing) {
        missing.forEach(step -> out.println("  " + terminal.yellow(step.toString())));
    }

    /// The line of a round that has ended.
    void round(int number, DemoTally tally, DemoRound.State end) {
        out.println(line(number, tally, end.nanos(), end.nanos(), end.bytesVerified(),
                end.bytesVerified()));
        out.flush();
    }

    /// The line that is kept up to date, for a terminal of 80 columns: the rate is that of the last
    /// moment, the meter shows how many buffers are in use.
    String status(int number, DemoTally tally, DemoRound.State before, DemoRound.State now) {
        long nanos = now.nanos() - (before == null ? 0 : before.nanos());
        long bytes = now.bytesVerified() - (before == null ? 0 : before.bytesVerified());
        int buffers = tally.group().buffers();
        int taken = Math.clamp(buffers - now.proxy().loop().buffersLent(), 0, buffers);
        int cells = (taken * METER_CELLS + buffers - 1) / buffers;
        return line(number, tally, now.nanos(), nanos, bytes, now.bytesVerified())
                + String.format(" %4d clients [", now.clients()) + "#".repeat(cells)
                + ".".repeat(METER_CELLS - cells) + "]";
    }

    private static String line(int number, DemoTally tally, long time, long nanos, long bytes,
            long total) {
        return String.format(Locale.ROOT, "  %s %-11s %4.1f s %9s  %8s verified",
                number == 0 ? "warm-up" : "round " + number, tally.name(), time / 1e9,
                Units.rate(bytes, nanos), Units.bytes(total));
    }

    /// Both kinds of rings beside each other.
    void comparison(DemoTally left, DemoTally right) {
        out.println();
        out.println(terminal.bold(String.format("  %-20s  %-26s  %s", "",
                left.name() + " buffers", right.name() + " buffers")));
        row("buffers", left, right, DemoTally::buffers);
        row("receive memory", left, right, DemoTally::memory);
        row("throughput", left, right, DemoTally::throughput);
        row("fill ratio", left, right, DemoTally::fill);
        row("ENOBUFS", left, right, DemoTally::enobufs);
        row("rescues", left, right, DemoTally::rescues);
        row("system calls per MiB", left, right, DemoTally::systemCallsPerMebibyte);
        row("proxy CPU per GiB", left, right, DemoTally::cpuPerGibibyte);
        row("connections", left, right, tally -> Units.count(tally.connections()));
        row("verified", left, right, tally -> Units.bytes(tally.bytes()));
    }

    private void row(String name, DemoTally left, DemoTally right,
            Function<DemoTally, String> value) {
        out.printf("  %-20s  %-26s  %s%n", name, value.apply(left), value.apply(right));
    }

    void verdict(long bytes, long connections, boolean cancelled) {
        out.println();
        if (cancelled) {
            out.println(terminal.yellow("Stopped early."));
        }
        out.println(terminal.green("All "
                + Units.count(bytes) + " bytes of " + Units.count(connections)
                + " connections arrived, each in its place."));
        out.println();
        out.println(terminal.faint("""
                fill ratio  bytes received / buffer bytes used up
                ENOBUFS     receives that found no buffer and waited for one
                rescues     unsent bytes copied out, so that their buffers could be used again
                The clients and the origin make and verify every byte on the same processors, so
                the proxy's CPU time says more than the throughput. A few seconds on loopback
                show that it works; they are no benchmark."""));
        out.flush();
    }

    private void heading(String text) {
        out.println();
        out.println(terminal.bold(text));
    }
}
