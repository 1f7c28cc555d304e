package dev.rill.tool;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.scenario.Outcome;
import dev.rill.scenario.Runner;
import dev.rill.scenario.Scenario;
import dev.rill.scenario.ScenarioParser;
import dev.rill.scenario.ScenarioSyntaxException;
import dev.rill.scenario.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `./rill scenario`: plays scenario files on a kernel.
@Command(
    name = "scenario",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Play scenarios: actions on a ring, and the completions they must bring.",
    descriptionHeading = "%n",
    description = {
        "Reads scenario files (docs/scenarios.md says how they are written), plays every case on "
            + "the kernel and compares completions, buffer entries and bytes. When something else "
            + "comes than was expected, the difference and all calls that led to it are shown.",
        "",
        "--kernel both plays each case on the running kernel, then on the engine."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
        "  ./rill scenario conformance",
        "  ./rill scenario conformance/h-multishot.scenario --case C-116 --trace",
        "  ./rill scenario my.scenario --json",
    })
final class ScenarioCommand implements Callable<Integer> {

    private static final String ENDING = ".scenario";

    @Parameters(arity = "1..*", paramLabel = "FILE|DIR",
            description = "Scenario files, or folders that are searched for *" + ENDING + ".")
    private List<Path> paths;

    @Mixin
    private final KernelOptions kernels = KernelOptions.inMemory();

    @Option(names = "--case", paramLabel = "ID",
            description = "Only this case; may be given several times.")
    private List<String> ids = List.of();

    @Option(names = "--lines-on", paramLabel = "RELEASE",
            description = "Play nothing, show the lines that are about the Linux of a release.")
    private String release;

    @Option(names = "--trace",
            description = "Show all calls, requests and completions of every case.")
    private boolean trace;

    @Option(names = "--json",
            description = "Print one JSON object a line: one for each case, then the summary.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Scenario> scenarios;
        try {
            scenarios = chosen(ScenarioParser.parseAll(files()));
        } catch (ScenarioSyntaxException e) {
            spec.commandLine().getErr().println("rill: " + e.getMessage());
            return ExitCode.USAGE;
        } catch (IOException e) {
            throw new CommandFailed("the scenarios cannot be read: " + e.getMessage(), e);
        }
        if (release != null) {
            for (Scenario scenario : scenarios) {
                out.println("case " + scenario.id() + " " + scenario.title());
                scenario.linesOn(release).forEach(out::println);
            }
            return ExitCode.OK;
        }
        List<Kernel> opened = List.of();
        try {
            opened = kernels.openAll();
            return play(scenarios, opened.stream().map(kernel -> KernelOptions.isEngine(kernel)
                    ? Target.engine(kernel) : Target.linux(kernel)).toList(), out);
        } catch (KernelException e) {
            throw new CommandFailed(e.getMessage(), e);
        } finally {
            opened.forEach(Kernel::close);
        }
    }

    private int play(List<Scenario> scenarios, List<Target> targets, PrintWriter out) {
        Console console = new Console(spec.commandLine().getErr(), Terminal.err());
        ScenarioReport report = new ScenarioReport(out, Terminal.out(), json, trace);
        int done = 0;
        for (Scenario scenario : scenarios) {
            for (Target target : targets) {
                console.status(++done + " of " + scenarios.size() * targets.size() + "  "
                        + scenario.id() + "  " + scenario.title());
                Outcome outcome = Runner.run(scenario, target);
                console.clear();
                report.add(outcome);
            }
        }
        report.summarise();
        return report.allGood() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> below = Files.walk(path)) {
                    List<Path> found = below
                            .filter(file -> file.toString().endsWith(ENDING)).sorted().toList();
                    if (found.isEmpty()) {
                        throw new ParameterException(spec.commandLine(),
                                "there is no *" + ENDING + " in " + path);
                    }
                    files.addAll(found);
                }
            } else if (Files.isRegularFile(path)) {
                files.add(path);
            } else {
                throw new ParameterException(spec.commandLine(),
                        "there is no file or folder " + path);
            }
        }
        return files;
    }

    private List<Scenario> chosen(List<Scenario> all) {
        for (String id : ids) {
            if (all.stream().noneMatch(scenario -> scenario.id().equalsIgnoreCase(id))) {
                throw new ParameterException(spec.commandLine(), "there is no case " + id
                        + " in these files");
            }
        }
        return ids.isEmpty() ? all : all.stream()
                .filter(scenario -> ids.stream().anyMatch(scenario.id()::equalsIgnoreCase))
                .toList();
    }
}
