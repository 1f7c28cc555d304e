package dev.rill.tool;

import dev.rill.Kernels;
import dev.rill.ProfileQuirk;
import dev.rill.abi.FeatureFlags;
import dev.rill.abi.Opcode;
import dev.rill.kernel.Availability;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.ring.Feature;
import dev.rill.ring.Features;
import dev.rill.ring.Probe;
import dev.rill.ring.Quirks;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `./rill probe`: what this machine's io_uring offers, what Rill uses of it and does without.
@Command(
    name = "probe",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Say what this machine's io_uring offers and what Rill makes of it.",
    descriptionHeading = "%n",
    description = {
        "Finds out by trying, never by the kernel's version: a trial ring for each setup flag, a "
            + "trial registration for each kind of buffer ring, a receive of four bytes. Takes "
            + "milliseconds, changes nothing and needs no privileges. Each line is a feature as "
            + "the kernel's header spells it, the Linux release that brought it, and what it is "
            + "good for or what Rill does without it.",
        "",
        "Quirks are what kernels do with provided buffers that would cost bytes if nobody knew of "
            + "it, each tried with a few bytes: found or not, and what Rill does about it, always "
            + "or where it is found. What was found is kept for one boot of the kernel, in "
            + "~/.cache/rill; -Drill.quirks.cache=off in RILL_JAVA_OPTS looks again.",
        "",
        "With --kernel engine it says what the engine can do, and in what kernels differ: what the "
            + "profile does as the Linux of that release does, and others do not."
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:io_uring works here, or the engine was asked for",
        "1:it does not, and the reason and the remedy are on standard error; with --kernel auto "
            + "it is the engine that is probed then",
        "2:the command line was wrong",
    },
    footerHeading = "%nExamples:%n",
    footer = {
        "  ./rill probe",
        "  ./rill probe --kernel engine --profile 6.12.0",
        "  ./rill probe --json | jq -r '.features[] | select(.present | not) | .name'",
        "  ./rill probe --json | jq -r '.quirks[] | select(.finding == \"found\") | .breaks'",
    })
final class ProbeCommand implements Callable<Integer> {

    @Mixin
    private final KernelOptions kernels;

    @Option(names = "--json", description = "Print one JSON object, also when io_uring is missing.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final Supplier<Availability> availability;
    private final Terminal terminal = Terminal.out();

    ProbeCommand() {
        this(Kernels::linuxAvailability, new KernelOptions());
    }

    /// For tests: what would be said of another machine.
    ProbeCommand(Supplier<Availability> availability, KernelOptions kernels) {
        this.availability = availability;
        this.kernels = kernels;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Availability here = kernels.engineWanted() ? Availability.yes("engine")
                : availability.get();
        try (Kernel kernel = kernels.open()) {
            long begin = System.nanoTime();
            Features features = Probe.run(kernel);
            Quirks quirks = Quirks.of(kernel);
            long nanos = System.nanoTime() - begin;
            if (json) {
                out.println(object(here, kernel, features, quirks).pretty());
            } else {
                print(out, kernel, features, quirks, nanos);
            }
            out.flush();
            return here.available() ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (KernelException e) {
            if (here.available()) {
                throw new CommandFailed("the probe could not be finished: " + e.getMessage(), e);
            }
            if (json) {
                out.println(object(here, null, null, null).pretty());
            }
            throw new CommandFailed("io_uring cannot be used here (" + here.kernel() + ")"
                    + System.lineSeparator() + "  why     " + here.reason()
                    + System.lineSeparator() + "  remedy  " + here.remedy(), e);
        }
    }

    private void print(PrintWriter out, Kernel kernel, Features features, Quirks quirks,
            long nanos) {
        Feature[] all = Feature.values();
        boolean engine = KernelOptions.isEngine(kernel);
        out.println(terminal.bold(KernelOptions.name(kernel)
                + (engine ? "" : ": io_uring works here"))
                + ", " + count(features::has) + " of " + all.length + " features ("
                + Units.duration(nanos) + ")");
        section(out, "Rill uses", features::uses, terminal::green, Feature::purpose);
        section(out, "Rill does without", feature -> !features.has(feature), terminal::yellow,
                Feature::without);
        section(out, "There as well, not used by default",
                feature -> features.has(feature) && !features.uses(feature), terminal::faint,
                Feature::purpose);
        printOperations(out, features);
        new QuirkReport(quirks, terminal).print(out);
        if (engine) {
            printProfile(out, kernel.release());
        }
        printBackports(out);
    }

    private void section(PrintWriter out, String title, Predicate<Feature> belongs,
            UnaryOperator<String> colour, Function<Feature, String> text) {
        out.println();
        out.println(terminal.bold(title));
        if (count(belongs) == 0) {
            out.println("  nothing");
        }
        int width = Stream.of(Feature.values()).mapToInt(f -> f.kernelName().length()).max()
                .orElseThrow();
        for (Feature feature : Feature.values()) {
            if (belongs.test(feature)) {
                // Padded before it is coloured: escapes take no room.
                String name = feature.kernelName();
                out.println("  " + colour.apply(name) + " ".repeat(width - name.length())
                        + String.format("  %-6s", releases(feature).getFirst() + mark(feature))
                        + text.apply(feature));
            }
        }
    }

    private void printOperations(PrintWriter out, Features features) {
        List<String> missing = names(features.missingOperations());
        out.println();
        out.println(terminal.bold("Operations"));
        out.println("  " + features.operations().count() + " known to this kernel"
                + (missing.isEmpty() ? ", among them all that Rill can prepare"
                        : "; missing of those that Rill can prepare: "
                                + String.join(", ", missing)));
    }

    private void printProfile(PrintWriter out, String release) {
        out.println();
        out.println(terminal.bold("In what kernels differ") + ", as Linux " + release
                + " has it (profiles: " + String.join(", ", Kernels.profiles()) + ")");
        for (ProfileQuirk quirk : Kernels.quirks(release)) {
            out.println("  " + terminal.yellow(quirk.name()) + "  " + quirk.kernels());
            out.println("    " + quirk.summary());
        }
    }

    private static void printBackports(PrintWriter out) {
        for (Feature feature : Feature.values()) {
            List<String> releases = releases(feature);
            if (releases.size() > 1) {
                out.println();
                out.println("* " + feature.kernelName() + " came to older series too, from "
                        + String.join(", ", releases.subList(1, releases.size())) + " on");
            }
        }
    }

    private static Json object(Availability here, Kernel kernel, Features features,
            Quirks quirks) {
        List<Json> list = new ArrayList<>();
        if (features != null) {
            for (Feature feature : Feature.values()) {
                list.add(new Json().put("name", feature.kernelName())
                        .put("area", feature.area().title())
                        .put("since", releases(feature))
                        .put("present", features.has(feature))
                        .put("used", features.uses(feature))
                        .put("purpose", feature.purpose())
                        .put("without", feature.without()));
            }
        }
        boolean engine = kernel != null && KernelOptions.isEngine(kernel);
        return new Json().put("available", here.available())
                .put("kernel", kernel == null ? here.kernel() : kernel.toString())
                .put("reason", here.reason())
                .put("remedy", here.remedy())
                .put("features", list)
                .put("featureBits", features == null || features.bits() == 0 ? List.of()
                        : List.of(FeatureFlags.decode(features.bits()).split("\\|")))
                .put("operations", features == null ? List.of() : names(features.operations()))
                .put("missingOperations",
                        features == null ? List.of() : names(features.missingOperations()))
                .put("quirks", quirks == null ? List.of() : QuirkReport.json(quirks))
                .put("profile", engine ? kernel.release() : null)
                .put("profileQuirks", engine ? profileQuirks(kernel.release()) : List.of());
    }

    private static List<Json> profileQuirks(String release) {
        return Kernels.quirks(release).stream().map(quirk -> new Json().put("name", quirk.name())
                .put("kernels", quirk.kernels()).put("summary", quirk.summary())).toList();
    }

    private static long count(Predicate<Feature> belongs) {
        return Stream.of(Feature.values()).filter(belongs).count();
    }

    private static List<String> releases(Feature feature) {
        return List.of(feature.since().split(", "));
    }

    private static String mark(Feature feature) {
        return releases(feature).size() > 1 ? "*" : "";
    }

    private static List<String> names(IntStream opcodes) {
        return opcodes.mapToObj(Opcode::name).toList();
    }
}
