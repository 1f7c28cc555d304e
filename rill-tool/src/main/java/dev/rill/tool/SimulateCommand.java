package dev.rill.tool;

import dev.rill.simulate.Feature;
import dev.rill.simulate.Outcome;
import dev.rill.simulate.Simulator;
import dev.rill.simulate.Tally;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `./rill simulate`: whole servers on simulated machines, seed by seed.
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Run whole servers on simulated machines, and check what must always hold.",
    descriptionHeading = "%n",
    description = {
        "A seed makes a machine with its faults, event loops with their memory and limits, a "
            + "program on them, and up to thousands of peers, good and bad. All of it runs in one "
            + "thread and in a time of its own; after each turn of a loop invariants are checked, "
            + "and in the end every byte of every connection is accounted for.",
        "",
        "The same seed is the same run. What breaks is run again with less, and the command that "
            + "shows it is printed.",
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
        "  ./rill simulate --for 60s",
        "  ./rill simulate --seed 1 --seeds 1000",
        "  ./rill simulate --seed 1 --seeds 1 --trace     everything that happens",
    })
final class SimulateCommand implements Callable<Integer> {

    private static final Duration DEFAULT_TIME = Duration.ofSeconds(60);
    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /// A seed takes less than a second, or some when it has thousands of peers.
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(120);

    @Option(names = "--seed", paramLabel = "S",
            description = "The first seed; the others follow from it. Default: a new one, printed.")
    private Long seed;

    @Option(names = "--seeds", paramLabel = "N", description = "How many seeds.")
    private Long seeds;

    @Option(names = "--for", paramLabel = "TIME", converter = TimeSpan.class,
            description = "How long, such as 60s or 10m. Default: 60s, or as long as --seeds or "
                + "--steps need.")
    private Duration time;

    @Option(names = "--steps", paramLabel = "N", description = "How many steps at least.")
    private Long steps;

    @Option(names = "--connections", paramLabel = "MAX", defaultValue = "3000",
            description = "How many peers a seed may have. Default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(names = "--without", paramLabel = "FEATURE", split = ",",
            description = "Features to switch off, as a report names them.")
    private Set<Feature> without = EnumSet.noneOf(Feature.class);

    @Option(names = "--keep-going", description = "Go on after something has broken.")
    private boolean keepGoing;

    @Option(names = {"--trace", "--verbose"}, description = "Print everything that happens.")
    private boolean trace;

    @Option(names = "--json", description = "Print one JSON object a line: what broke, summary.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final Tally tally = new Tally();
    private long broken;
    private volatile String status = "";
    private volatile long running;
    private volatile long runningSince;
    private volatile Throwable failure;

    @Override
    public Integer call() {
        check();
        long first = seed != null ? seed : System.nanoTime() & 0xffff_ffffL;
        SimulateReport report = new SimulateReport(spec.commandLine().getOut(), Terminal.out(),
                json);
        report.begin(first);
        long start = System.nanoTime();
        runningSince = start;
        watch(Thread.ofPlatform().name("simulate").daemon().start(
                () -> run(first, start, report)));
        report.summarise(first, tally, broken, System.nanoTime() - start);
        return broken == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void check() {
        requirePositive("--seeds", seeds);
        requirePositive("--steps", steps);
        requirePositive("--connections", (long) connections);
        if (seed != null && seed < 0) {
            throw new ParameterException(spec.commandLine(), "--seed " + seed
                    + ": must not be negative");
        }
    }

    private void requirePositive(String name, Long value) {
        if (value != null && value < 1) {
            throw new ParameterException(spec.commandLine(), name + " " + value
                    + ": must be at least 1");
        }
    }

    private void run(long first, long start, SimulateReport report) {
        boolean counted = seeds != null || steps != null;
        long limit = time == null && counted ? Long.MAX_VALUE
                : (time == null ? DEFAULT_TIME : time).toNanos();
        long seedsMax = seeds == null ? Long.MAX_VALUE : seeds;
        long stepsMin = steps == null ? Long.MAX_VALUE : steps;
        try (Simulator simulator = new Simulator()) {
            for (long i = 0; i < seedsMax && tally.steps() < stepsMin
                    && System.nanoTime() - start < limit && (broken == 0 || keepGoing); i++) {
                running = Simulator.scenarioSeed(first, i);
                runningSince = System.nanoTime();
                Outcome outcome = simulator.run(running, connections, without,
                        trace ? report::trace : null);
                tally.add(outcome.tally());
                if (!outcome.holds()) {
                    broken++;
                    status = "seed " + running + " broke something, looking for less that does";
                    runningSince = System.nanoTime();
                    report.broken(outcome, simulator.shrink(outcome));
                }
                status = SimulateReport.progress(tally, broken, System.nanoTime() - start);
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    /// Waits for the end, shows how far it is, and knows when it gets no further.
    private void watch(Thread runner) {
        Console console = new Console(spec.commandLine().getErr(), Terminal.err());
        try {
            while (!runner.join(Duration.ofNanos(PROGRESS_NANOS))) {
                console.status(status);
                if (System.nanoTime() - runningSince > STUCK_NANOS && !trace) {
                    throw new CommandFailed("seed " + running + " does not end. Its thread is at:"
                            + "\n    " + Arrays.stream(runner.getStackTrace())
                                    .map(Object::toString).collect(Collectors.joining("\n    ")));
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("interrupted");
        } finally {
            console.clear();
        }
        if (failure != null) {
            throw new IllegalStateException("the simulator failed: " + failure, failure);
        }
    }
}
