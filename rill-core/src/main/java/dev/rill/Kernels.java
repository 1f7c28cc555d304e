package dev.rill;

import dev.rill.engine.InProcessKernel;
import dev.rill.engine.Profile;
import dev.rill.engine.SimulatedMachine;
import dev.rill.kernel.Availability;
import dev.rill.kernel.CheckingKernel;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.kernel.RuleBrokenException;
import dev.rill.kernel.Simulation;
import dev.rill.kernel.SimulationOptions;
import dev.rill.linux.LinuxAvailability;
import dev.rill.linux.LinuxKernel;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// Where a program asks for a kernel.
///
/// ```java
/// try (Kernel kernel = Kernels.best(); EventLoop loop = EventLoop.open(kernel)) { ... }
/// ```
///
/// With the system property `rill.check` each kernel has a [CheckingKernel] in front:
/// `-Drill.check=throw` throws what breaks a rule, `-Drill.check=report` logs it as an error and
/// goes on. (That of a [Simulation] has none: put one there.)
public final class Kernels {

    private static final System.Logger LOGGER = System.getLogger(Kernels.class.getName());

    /// Names, separated by commas, kernels that must be there.
    private static final String REQUIRE = "RILL_REQUIRE";
    /// Whether, and how, kernels are watched.
    private static final String CHECK = "rill.check";

    private Kernels() {
    }

    /// The best kernel this machine offers: the running Linux where its io_uring can be used,
    /// otherwise io_uring in Java inside this process, and a warning in the log that says why and
    /// what to do about it. [Kernel#name] tells which one it is.
    ///
    /// @return a kernel that works here
    /// @throws KernelException when io_uring cannot be used and the environment says that it must
    ///         be there (`RILL_REQUIRE=linux`), with the reason and the remedy
    public static Kernel best() {
        return linuxOr(Kernels::engineInstead);
    }

    static Kernel engineInstead(Availability missing) {
        Kernel engine = inProcess();
        LOGGER.log(System.Logger.Level.WARNING, "{0}. Running on the engine in this process"
                + " instead, which behaves like Linux {1}", missing.message(), engine.release());
        return engine;
    }

    /// The running Linux where its io_uring can be used, otherwise what the program wants then:
    /// [#best] for programs that choose, or say what happened, in their own way.
    ///
    /// @param otherwise is given the reason and the remedy, and answers with a kernel
    /// @return a kernel that works here
    /// @throws KernelException when io_uring cannot be used and the environment says that it must
    ///         be there (`RILL_REQUIRE=linux`), with the reason and the remedy
    public static Kernel linuxOr(Function<Availability, Kernel> otherwise) {
        return choose(linuxAvailability(), System.getenv(REQUIRE), otherwise);
    }

    /// The choice, apart from the machine it is made for.
    static Kernel choose(Availability linux, String required,
            Function<Availability, Kernel> otherwise) {
        if (linux.available()) {
            return watched(new LinuxKernel());
        }
        for (String name : required == null ? new String[0] : required.split(",")) {
            String objection = switch (name.strip().toLowerCase(Locale.ROOT)) {
                case "", "engine" -> "";
                case "linux" -> " forbids to run on anything else";
                default -> " names no kernel: there are linux and engine";
            };
            if (!objection.isEmpty()) {
                throw KernelException.unavailable(Availability.no(linux.kernel(), linux.reason(),
                        linux.remedy() + ". " + REQUIRE + "=" + required + objection));
            }
        }
        return otherwise.apply(linux);
    }

    /// The running Linux kernel.
    ///
    /// @return io_uring itself
    /// @throws KernelException when io_uring cannot be used here, with the reason and the remedy
    public static Kernel linux() {
        Availability availability = linuxAvailability();
        if (!availability.available()) {
            throw KernelException.unavailable(availability);
        }
        return watched(new LinuxKernel());
    }

    /// io_uring in Java, inside this process, on the machine's own sockets and files: what programs
    /// run on where the real one is missing or forbidden. It needs no native access and behaves
    /// like Linux 6.18.
    ///
    /// @return a kernel to be closed by the caller
    public static Kernel inProcess() {
        return watched(InProcessKernel.overNio(Profile.reference()));
    }

    /// The same, behaving like a certain Linux: incremental buffers were not the same in all.
    ///
    /// @param release one of [#profiles], or any other from 6.12.0 on
    /// @return a kernel to be closed by the caller
    /// @throws IllegalArgumentException when there is no such release
    public static Kernel inProcess(String release) {
        return watched(InProcessKernel.overNio(profile(release)));
    }

    /// io_uring in Java with a network in memory, all to itself: for tests, and for two ends in
    /// one program. It behaves like Linux 6.18.
    ///
    /// @return a kernel with a network of its own
    public static Kernel inMemory() {
        return watched(InProcessKernel.inMemory(Profile.reference()));
    }

    /// The same, behaving like a certain Linux.
    ///
    /// @param release one of [#profiles], or any other from 6.12.0 on
    /// @return a kernel with a network of its own
    /// @throws IllegalArgumentException when there is no such release
    public static Kernel inMemory(String release) {
        return watched(InProcessKernel.inMemory(profile(release)));
    }

    /// A machine for tests: what [#inMemory] is, with a time of its own that stands still until the
    /// program waits, and with the network and the faults of the options. A program with one thread
    /// sees the same on every run with the same seed, byte for byte, however long it takes:
    ///
    /// ```java
    /// for (long seed = 0; seed < 1000; seed++) {
    ///     Kernel kernel = Kernels.simulated(SimulationOptions.faulty(seed));
    ///     try (EventLoop loop = EventLoop.open(kernel)) {
    ///         loop.listen(address, new MyServer());
    ///         loop.connect(address, new MyClient(loop::stop)); // stops it when it has its answer
    ///         loop.schedule(Duration.ofMinutes(5), () -> fail("hangs"));
    ///         loop.run();                                      // milliseconds
    ///     }
    /// }
    /// ```
    ///
    /// Time moves in waits only: a loop that looks again and again without waiting looks for ever.
    /// A wait that nothing can end throws an `IllegalStateException` that says so.
    ///
    /// @param options the seed, the network, what goes wrong
    /// @return a kernel with a network and a time of its own
    /// @throws IllegalArgumentException when the options' release is no such release
    public static Kernel simulated(SimulationOptions options) {
        return watched(simulation(options).kernel());
    }

    /// The same machine, for those who run several programs on it in one thread and want to see
    /// what goes on.
    ///
    /// @param options the seed, the network, what goes wrong
    /// @return a machine whose kernel nobody uses yet
    /// @throws IllegalArgumentException when the options' release is no such release
    public static Simulation simulation(SimulationOptions options) {
        return SimulatedMachine.of(profile(options.release()), options);
    }

    /// Releases of Linux that differ much. The kernels in Java can behave like these and any other
    /// from 6.12.0 on.
    ///
    /// @return as `uname -r` prints them, oldest first
    public static List<String> profiles() {
        return Profile.releases();
    }

    /// Whether the kernels in Java can behave like the Linux of a release.
    ///
    /// @param release as `uname -r` prints it, without a suffix
    /// @return whether it is a release, and one from 6.12.0 on
    public static boolean hasProfile(String release) {
        return Profile.of(release).isPresent();
    }

    /// What sets the Linux of a release apart from others that the kernels in Java can behave
    /// like.
    ///
    /// @param release one of [#profiles], or any other from 6.12.0 on
    /// @return what is not the same in all of them
    /// @throws IllegalArgumentException when there is no such release
    public static List<ProfileQuirk> quirks(String release) {
        return profile(release).quirks().stream().map(quirk -> new ProfileQuirk(
                quirk.name(), quirk.summary(), quirk.kernels())).toList();
    }

    private static Kernel watched(Kernel kernel) {
        return watched(kernel, System.getProperty(CHECK));
    }

    /// The decision, apart from the property it is made by.
    static Kernel watched(Kernel kernel, String how) {
        return switch (how == null ? "" : how.strip().toLowerCase(Locale.ROOT)) {
            case "", "false" -> kernel;
            case "throw", "true" -> new CheckingKernel(kernel);
            case "report" -> new CheckingKernel(kernel, Kernels::report);
            default -> throw new IllegalArgumentException(CHECK + "=" + how
                    + ": there are throw, report and false");
        };
    }

    private static void report(RuleBrokenException broken) {
        LOGGER.log(System.Logger.Level.ERROR, broken.getMessage(), broken);
    }

    private static Profile profile(String release) {
        return Profile.of(release).orElseThrow(() -> new IllegalArgumentException("release="
                + release + ": must be a release of Linux from 6.12.0 on, such as "
                + String.join(", ", Profile.releases())));
    }

    /// Whether the running Linux kernel can be used, tried by creating a small ring.
    ///
    /// @return yes, or the reason and the remedy
    public static Availability linuxAvailability() {
        return LinuxAvailability.check();
    }
}
