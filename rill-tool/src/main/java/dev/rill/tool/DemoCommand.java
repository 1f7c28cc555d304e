package dev.rill.tool;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.net.EventLoopOptions;
import dev.rill.ring.StepDown;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `./rill demo`: what a newcomer runs first.
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Show it working: a proxy between an origin and a crowd, every byte verified.",
    descriptionHeading = "%n",
    description = {
        "Shows the worked example of incremental buffers, then carries the connections of a crowd "
            + "of bursty clients through the proxy of ./rill proxy, in this process, on loopback. "
            + "Rounds on an incremental ring and on a ring of whole buffers with the same memory "
            + "take turns; at the end both are put beside each other. The clients and the origin "
            + "use plain Java sockets, and know from a seed which byte belongs where.",
        "",
        "--buffers and --buffer-size are for the incremental ring, or with --whole-buffers for "
            + "the other one; the second one gets the same memory."
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:every byte arrived, in its place",
        "1:a byte was wrong, a connection broke, or nothing could be carried",
        "2:the command line was wrong",
    },
    footerHeading = "%nExamples:%n",
    footer = {
        "  ./rill demo",
        "  ./rill demo --seconds 60 --clients 2000",
        "  ./rill demo --json | jq '.rings | map_values(.fillRatio)'",
    })
final class DemoCommand implements Callable<Integer> {

    private static final int SECONDS_MAX = 24 * 60 * 60;
    private static final int CLIENTS_MAX = 10_000;
    private static final int ROUNDS = 4;
    /// Of the whole time, for each kind of ring.
    private static final double WARM_UP_SHARE = 0.06;
    /// The client's, the proxy's two, the origin's.
    private static final int FILES_PER_CLIENT = 4;
    private static final int FILES_BESIDE = 200;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "10",
            description = "How long the proxy is shown, in all. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--clients", paramLabel = "N", defaultValue = "300",
            description = "How many clients at a time. Default: ${DEFAULT-VALUE}.")
    private int clients;

    @Option(names = "--seed", paramLabel = "N",
            description = "Decides what the clients do. Default: another one each time.")
    private Long seed;

    @Mixin
    private BufferOptions buffers;

    @Mixin
    private final KernelOptions kernels;

    @Option(names = "--json", description = "Print one JSON object at the end, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final UnaryOperator<InetSocketAddress> front;
    private final Terminal terminal = Terminal.out();
    private final List<WorkedExample.Step> steps = new ArrayList<>();
    private final List<StepDown> stepDowns = new ArrayList<>();
    private volatile boolean cancelled;
    private DemoTally incremental;
    private DemoTally whole;
    private DemoReport report;
    private Console console;
    private DemoRound.State before;
    private long bytesSent;
    private long bytesVerified;
    private long connections;
    private String failure;

    DemoCommand() {
        this(UnaryOperator.identity(), new KernelOptions());
    }

    /// For tests: what the proxy is to connect to, given the origin's address, and another machine.
    DemoCommand(UnaryOperator<InetSocketAddress> front, KernelOptions kernels) {
        this.front = front;
        this.kernels = kernels;
    }

    @Override
    public Integer call() throws InterruptedException {
        check();
        PrintWriter out = spec.commandLine().getOut();
        console = new Console(spec.commandLine().getErr(), Terminal.err());
        report = new DemoReport(json ? new PrintWriter(PrintWriter.nullWriter()) : out, terminal);
        CountDownLatch done = new CountDownLatch(1);
        Thread hook = new Thread(() -> cancel(done), "rill-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try (Kernel kernel = kernels.open()) {
            report.kernel(kernel, kernels.because());
            showExample(kernel);
            runRounds(kernel);
            conclude(out, kernel);
        } catch (KernelException e) {
            throw new CommandFailed(e.getMessage(), e);
        } finally {
            console.clear();
            out.flush();
            done.countDown();
        }
        return 0;
    }

    // ---- before ------------------------------------------------------------------------------

    private void check() {
        require(seconds >= 1 && seconds <= SECONDS_MAX, "--seconds " + seconds
                + ": must be 1 to " + SECONDS_MAX);
        require(clients >= 1 && clients <= CLIENTS_MAX, "--clients " + clients
                + ": must be 1 to " + CLIENTS_MAX);
        try {
            incremental = new DemoTally("incremental", buffers.group(false));
            whole = new DemoTally("whole", buffers.group(true));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        if (seed == null) {
            seed = (long) ThreadLocalRandom.current().nextInt(1_000_000);
        }
        int files = clients * FILES_PER_CLIENT * 5 / 4 + FILES_BESIDE;
        FileLimit.inForce().ifPresent(limit -> {
            if (limit < files) {
                long fewer = (limit - FILES_BESIDE) * 4 / 5 / FILES_PER_CLIENT;
                throw new CommandFailed(Units.count(clients) + " clients need "
                        + Units.count(files) + " file descriptors, the limit is "
                        + Units.count(limit) + ". Raise it with 'ulimit -n " + files + "'"
                        + (fewer < 1 ? "" : " or use --clients " + fewer));
            }
        });
    }

    private void require(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    /// Runs when the JVM is told to end: ends the demo, whose result is printed first.
    private void cancel(CountDownLatch done) {
        cancelled = true;
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the demo ----------------------------------------------------------------------------

    private void showExample(Kernel kernel) {
        try {
            WorkedExample.run(kernel, ExampleLink.Transport.UNIX, steps::add);
        } catch (CommandFailed e) {
            report.noExample(e.getMessage()); // an older kernel; the rest works there as well
            return;
        }
        if (steps.stream().anyMatch(step -> step.wrongBytes() > 0 || !step.agreed())) {
            throw new CommandFailed("the worked example came out wrong: see ./rill trace");
        }
        report.example(steps);
    }

    private void runRounds(Kernel kernel) throws InterruptedException {
        Duration warmUp = Duration.ofMillis((long) (seconds * 1000 * WARM_UP_SHARE));
        Duration length = Duration.ofSeconds(seconds).minus(warmUp.multipliedBy(2))
                .dividedBy(ROUNDS);
        report.load(clients, seed, ROUNDS, length, warmUp.multipliedBy(2));
        DemoRound.State first = run(kernel, 0, incremental, seed, warmUp);
        if (first != null) {
            stepDowns.addAll(first.stepDowns());
            report.stepDowns(stepDowns);
        }
        run(kernel, 0, whole, seed, warmUp);
        for (int number = 1; number <= ROUNDS; number++) {
            boolean odd = number % 2 == 1;
            DemoTally tally = odd ? incremental : whole;
            // A pair has the same seed, so that both kinds of rings get the same load.
            DemoRound.State end = run(kernel, number, tally, seed + (number + 1) / 2, length);
            if (end != null) {
                tally.add(end);
                report.round(number, tally, end);
            }
        }
    }

    /// Runs one round, unless the demo is over.
    private DemoRound.State run(Kernel kernel, int number, DemoTally tally, long roundSeed,
            Duration length) throws InterruptedException {
        if (cancelled || failure != null) {
            return null;
        }
        EventLoopOptions options = EventLoopOptions.defaults().withBuffers(tally.group());
        before = null;
        DemoRound.State end = DemoRound.run(new DemoRound.Plan(kernel, options, clients, roundSeed,
                length, front, () -> cancelled), state -> show(number, tally, state));
        console.clear();
        bytesSent += end.bytesSent();
        bytesVerified += end.bytesVerified();
        connections += end.opened();
        failure = end.failure();
        return end;
    }

    private void show(int number, DemoTally tally, DemoRound.State state) {
        console.status(report.status(number, tally, before, state));
        before = state;
    }

    private void conclude(PrintWriter out, Kernel kernel) {
        if (failure == null && !cancelled && (incremental.bytes() == 0 || whole.bytes() == 0)) {
            failure = "nothing was carried";
        }
        if (json) {
            out.println(object(kernel).pretty());
        } else if (incremental.rounds() > 0) {
            report.comparison(incremental, whole);
        }
        if (failure != null) {
            throw new CommandFailed("the demo went wrong: " + failure + " (--seed " + seed + ")");
        }
        report.verdict(bytesVerified, connections, cancelled);
    }

    private Json object(Kernel kernel) {
        return new Json().put("kernel", kernel.toString())
                .put("because", kernels.because())
                .put("clients", clients)
                .put("seconds", seconds)
                .put("seed", seed)
                .put("stepDowns", stepDowns.stream().map(StepDown::toString).toList())
                .put("exampleReceives", steps.size())
                .put("rings", new Json().put("incremental", incremental.json())
                        .put("whole", whole.json()))
                .put("connections", connections)
                .put("bytesSent", bytesSent)
                .put("bytesVerified", bytesVerified)
                .put("cancelled", cancelled)
                .put("failure", failure)
                .put("right", failure == null);
    }
}
