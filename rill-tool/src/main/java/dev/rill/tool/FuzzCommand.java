package dev.rill.tool;

import dev.rill.Kernels;
import dev.rill.fuzz.Finding;
import dev.rill.fuzz.Fuzzer;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `./rill fuzz`: the same random scenarios on the running kernel and on the engine.
@Command(
    name = "fuzz",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Play random scenarios on Linux and on the engine, and compare after each step.",
    descriptionHeading = "%n",
    description = {
        "Each scenario has some of all operations, flags, sockets and buffer groups, and odd "
            + "values. After each of its lines both kernels must have brought the same: "
            + "completions in order, answers, heads, buffer entries, bytes.",
        "",
        "What differs is played again, cut down to the lines that are needed, and written to a "
            + "file with what Linux does as the expectation. Replay it with:",
        "  ./rill scenario FILE --kernel both",
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
        "  ./rill fuzz --for 60s",
        "  ./rill fuzz --seed 1 --steps 1000000",
        "  ./rill fuzz --replay 123456789",
        "  ./rill fuzz --profile 6.12.0 --for 10s     an older kernel: differences are certain",
    })
final class FuzzCommand implements Callable<Integer> {

    /// A scenario takes a millisecond, and some seconds when something does not end.
    /// How often a scenario is met that does not end: some forty seconds, not counting those in
    /// which this process was stopped.
    private static final int STUCK_LOOKS = 80;
    private static final long DEFAULT_TIME_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    @Option(names = "--seed", paramLabel = "N",
            description = "Which scenarios; the same seed plays the same ones. Default: a new one, "
                + "printed.")
    private Long seed;

    @Option(names = "--for", paramLabel = "TIME", converter = TimeSpan.class,
            description = "How long, such as 60s or 10m. Default: 60s, or as long as --steps need.")
    private Duration time;

    @Option(names = "--steps", paramLabel = "N",
            description = "How many steps at least.")
    private Long steps;

    @Option(names = "--replay", paramLabel = "SEED",
            description = "Only the scenario with this seed, which a report has named.")
    private Long replay;

    @Option(names = "--profile", paramLabel = "VERSION",
            description = "Which kernel the engine should be. Default: the one nearest to the "
                + "running kernel.")
    private String profile;

    @Option(names = "--differences", paramLabel = "N", defaultValue = "1",
            description = "Stop after so many differences. Default: ${DEFAULT-VALUE}.")
    private int differences;

    @Option(names = "--out", paramLabel = "DIR", defaultValue = ".",
            description = "Where scenario files of differences go. Default: the current folder.")
    private Path out;

    @Option(names = "--json", description = "Print one JSON object a line: differences, summary.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final List<Finding> findings =
            Collections.synchronizedList(new ArrayList<>());
    private volatile Fuzzer fuzzer;
    private volatile Throwable failure;

    @Override
    public Integer call() {
        check();
        try (Kernel linux = Kernels.linux()) {
            String release = profile != null ? profile : nearest(linux.release());
            long runSeed = seed != null ? seed : System.nanoTime() & 0xffff_ffffL;
            FuzzReport report = new FuzzReport(spec.commandLine().getOut(), Terminal.out(), json);
            if (replay == null) {
                report.begin(runSeed, linux.release(), release);
            }
            long start = System.nanoTime();
            watch(Thread.ofPlatform().name("fuzz").daemon().start(
                    () -> run(linux, release, runSeed, start, report)), start);
            report.summarise(runSeed, fuzzer.tally(), findings.size(),
                    System.nanoTime() - start);
            return findings.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (KernelException e) {
            throw new CommandFailed(e.getMessage(), e);
        }
    }

    private void check() {
        if (profile != null && !Kernels.hasProfile(profile)) {
            throw new ParameterException(spec.commandLine(), KernelOptions.noSuch(profile));
        }
        if (replay != null && (seed != null || steps != null || time != null)) {
            throw new ParameterException(spec.commandLine(),
                    "--replay plays one scenario: leave --seed, --steps and --for out");
        }
        if (steps != null && steps < 1) {
            throw new ParameterException(spec.commandLine(), "--steps " + steps
                    + ": must be at least 1");
        }
        if (differences < 1) {
            throw new ParameterException(spec.commandLine(), "--differences " + differences
                    + ": must be at least 1");
        }
        if (!Files.isDirectory(out)) {
            throw new ParameterException(spec.commandLine(), "--out " + out
                    + ": there is no such folder");
        }
    }

    /// The running kernel's own profile, where there is one.
    static String nearest(String release) {
        String numbers = release.replaceFirst("[^0-9.].*", "");
        return Kernels.hasProfile(numbers) ? numbers : Kernels.profiles().getFirst();
    }

    private void run(Kernel linux, String release, long runSeed, long start, FuzzReport report) {
        try {
            long limit = time != null ? time.toNanos()
                    : steps != null ? Long.MAX_VALUE : DEFAULT_TIME_NANOS;
            long wanted = steps != null ? steps : Long.MAX_VALUE;
            fuzzer = new Fuzzer(linux, () -> Kernels.inMemory(release));
            if (replay != null) {
                keep(fuzzer.play(replay), report);
                return;
            }
            for (long i = 0; fuzzer.tally().steps() < wanted && findings.size() < differences
                    && System.nanoTime() - start < limit; i++) {
                keep(fuzzer.play(Fuzzer.scenarioSeed(runSeed, i)), report);
            }
        } catch (RuntimeException | IOException | Error e) {
            failure = e;
        }
    }

    private void keep(Finding finding, FuzzReport report) throws IOException {
        if (finding != null) {
            findings.add(finding);
            Path file = out.resolve("fuzz-" + finding.scenarioSeed() + ".scenario");
            Files.writeString(file, finding.scenario());
            report.add(finding, file);
        }
    }

    /// Waits for the end, shows how far it is, and knows when it gets no further.
    private void watch(Thread runner, long start) {
        Console console = new Console(spec.commandLine().getErr(), Terminal.err());
        long since = 0;
        int looks = 0;
        try {
            while (!runner.join(Duration.ofNanos(PROGRESS_NANOS))) {
                Fuzzer now = fuzzer;
                if (now == null) {
                    continue;
                }
                console.status(FuzzReport.progress(now.tally(), findings.size(),
                        System.nanoTime() - start));
                long playing = now.playing();
                looks = playing >= 0 && now.playingSince() == since ? looks + 1 : 0;
                since = now.playingSince();
                if (looks > STUCK_LOOKS) {
                    throw new CommandFailed("the scenario with seed " + playing
                            + " does not end. It is:\n" + Fuzzer.text(playing)
                            + "The thread is at:\n    " + Arrays.stream(runner.getStackTrace())
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
            throw new IllegalStateException("the fuzzer failed: " + failure, failure);
        }
    }
}
