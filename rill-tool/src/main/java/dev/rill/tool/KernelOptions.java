package dev.rill.tool;

import dev.rill.Kernels;
import dev.rill.kernel.Availability;
import dev.rill.kernel.CheckingKernel;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The options that say which kernel a command runs on.
final class KernelOptions {

    private static final String AUTO = "auto";
    private static final String LINUX = "linux";
    private static final String ENGINE = "engine";
    private static final String BOTH = "both";
    private static final String THROW = "throw";
    private static final String REPORT = "report";

    @Option(names = "--kernel", paramLabel = "KERNEL", defaultValue = AUTO,
            description = "Which kernel to run on: linux (the running one), engine (io_uring in"
                + " Java, in this process), or auto (linux where its io_uring can be used, engine"
                + " where not, saying why). Default: ${DEFAULT-VALUE}.")
    private String kernel;

    @Option(names = "--profile", paramLabel = "RELEASE",
            description = "With --kernel engine: which Linux the engine behaves like, any release"
                + " from 6.12.0 on.")
    private String profile;

    @Option(names = "--check", paramLabel = "HOW", arity = "0..1", fallbackValue = THROW,
            description = "Watch how memory is shared with the kernel. What breaks a rule ends the"
                + " command (throw, which is what --check alone means) or is told on standard error"
                + " (report). A program that keeps the rules runs as it does without, only slower.")
    private String check;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    private final Linux linux;
    private final Function<Optional<String>, Kernel> engine;
    private Availability missing;

    /// Where the running kernel comes from, see [Kernels#linuxOr].
    @FunctionalInterface
    interface Linux {
        Kernel orElse(Function<Availability, Kernel> otherwise);
    }

    KernelOptions() {
        this(Kernels::linuxOr);
    }

    /// For tests: another machine, or a kernel that does something wrong.
    KernelOptions(Linux linux) {
        this(linux, release -> release.map(Kernels::inProcess).orElseGet(Kernels::inProcess));
    }

    private KernelOptions(Linux linux, Function<Optional<String>, Kernel> engine) {
        this.linux = linux;
        this.engine = engine;
    }

    /// For what needs no machine around it: the engine has a network in memory.
    static KernelOptions inMemory() {
        return new KernelOptions(Kernels::linuxOr,
                release -> release.map(Kernels::inMemory).orElseGet(Kernels::inMemory));
    }

    /// The kernel that was asked for. Where it is not the running one without having been asked
    /// for, standard error says why and what to do about it.
    ///
    /// @throws ParameterException when no such kernel exists
    /// @throws KernelException when it cannot be used here, with the reason and the remedy
    Kernel open() {
        check(List.of(AUTO, LINUX, ENGINE));
        return open(word());
    }

    /// The kernels that were asked for: `both` is the running one and then the engine.
    ///
    /// @throws ParameterException when no such kernel exists
    /// @throws KernelException when one cannot be used here, with the reason and the remedy
    List<Kernel> openAll() {
        check(List.of(AUTO, LINUX, ENGINE, BOTH));
        List<Kernel> kernels = new ArrayList<>();
        for (String each : word().equals(BOTH) ? List.of(LINUX, ENGINE) : List.of(word())) {
            kernels.add(open(each));
        }
        return kernels;
    }

    /// Whether the engine was asked for by name.
    boolean engineWanted() {
        return word().equals(ENGINE);
    }

    /// Why the running kernel is not used, for whom has asked for the best; null when nothing is
    /// missing.
    String because() {
        return missing == null ? null : missing.message();
    }

    /// How a kernel is called in what is printed.
    static String name(Kernel kernel) {
        return isEngine(kernel) ? "engine, behaving like Linux " + kernel.release()
                : kernel.toString();
    }

    static boolean isEngine(Kernel kernel) {
        return kernel.name().equals(ENGINE);
    }

    private Kernel open(String which) {
        Kernel kernel = choose(which);
        if (check == null) {
            return kernel;
        }
        return check.equals(THROW) ? new CheckingKernel(kernel)
                : new CheckingKernel(kernel, broken -> command.commandLine().getErr()
                        .println("rill: " + broken.getMessage()));
    }

    private Kernel choose(String which) {
        return switch (which) {
            case ENGINE -> engine.apply(Optional.ofNullable(profile));
            case LINUX -> linux.orElse(reason -> {
                throw KernelException.unavailable(reason);
            });
            default -> linux.orElse(this::instead);
        };
    }

    private Kernel instead(Availability reason) {
        missing = reason;
        Kernel kernel = engine.apply(Optional.empty());
        command.commandLine().getErr().println("rill: " + reason.message()
                + ". Running on the " + name(kernel) + ", instead");
        return kernel;
    }

    private void check(List<String> kernels) {
        require(kernels.contains(word()), "--kernel " + kernel + ": there are "
                + String.join(", ", kernels));
        require(check == null || List.of(THROW, REPORT).contains(check), "--check " + check
                + ": there are " + THROW + ", " + REPORT);
        if (profile != null) {
            require(Kernels.hasProfile(profile), noSuch(profile));
            require(word().equals(ENGINE) || word().equals(BOTH), "--profile " + profile
                    + " is for the engine: add --kernel engine");
        }
    }

    /// What is said of a `--profile` that does not exist.
    static String noSuch(String profile) {
        return "--profile " + profile + ": there are " + String.join(", ", Kernels.profiles())
                + " and all other releases from " + Kernels.profiles().getFirst() + " on";
    }

    private void require(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(command.commandLine(), message);
        }
    }

    private String word() {
        return kernel.toLowerCase(Locale.ROOT);
    }
}
