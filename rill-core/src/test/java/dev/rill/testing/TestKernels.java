package dev.rill.testing;

import dev.rill.Kernels;
import dev.rill.kernel.Availability;
import dev.rill.kernel.CheckingKernel;
import dev.rill.kernel.Kernel;
import dev.rill.ring.Feature;
import dev.rill.ring.Features;
import dev.rill.ring.Probe;
import dev.rill.ring.Quirk;
import dev.rill.ring.Quirks;
import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInfo;

/// The kernels tests run on.
///
/// A kernel that is missing here is counted and printed, and an error where the environment says
/// that it must be there (`RILL_REQUIRE=linux`).
public final class TestKernels {

    private static final AtomicInteger SKIPS = new AtomicInteger();
    private static final Map<String, Known> KNOWN = new ConcurrentHashMap<>();

    private TestKernels() {
    }

    /// Rooms whose tests have sockets of the machine as peers: on the kernel whose network is in
    /// memory there is nobody to talk to.
    private static final Set<String> REAL_NETWORK = Set.of("dev.rill.net");
    /// Tests that measure what a program does apart from what the kernel does.
    private static final Set<String> KERNEL_APART =
            Set.of("SteadyStateAllocationTest", "LoopAllocationTest");

    /// Where a machine is booted to see what its kernel does, the engine has nothing to add.
    private static final boolean REAL_ONLY =
            System.getProperty("rill.test.engine", "true").equals("false");

    /// The kernels that work here: the real one, and the one in Java over both of its wires, as far
    /// as the test can do with them. In the run that checks the program's side of rings, each has
    /// a [CheckingKernel] in front.
    public static Stream<Kernel> all(TestInfo test) {
        Stream<Kernel> kernels = plain(test).filter(kernel -> suits(test, kernel));
        return Boolean.getBoolean("rill.test.check") && !breaksRules(test)
                ? kernels.map(CheckingKernel::new) : kernels;
    }

    private static boolean suits(TestInfo test, Kernel kernel) {
        Set<String> missing = new TreeSet<>();
        for (AnnotatedElement element : List.of(test.getTestClass().orElseThrow(),
                test.getTestMethod().orElseThrow())) {
            Needs needs = element.getAnnotation(Needs.class);
            if (needs != null) {
                Known known = KNOWN.computeIfAbsent(kernel.toString(), _ -> Known.of(kernel));
                known.addMissing(needs, missing);
            }
        }
        if (!missing.isEmpty()) {
            printSkip(kernel.toString(), test.getTestClass().orElseThrow().getSimpleName() + "."
                    + test.getTestMethod().orElseThrow().getName() + " is about a kernel "
                    + String.join(" and ", missing));
            kernel.close(); // those that a test is given, JUnit closes
        }
        return missing.isEmpty();
    }

    /// What a kernel is like, found out once.
    private record Known(Features features, Quirks quirks) {

        static Known of(Kernel kernel) {
            return new Known(Probe.run(kernel), Quirks.of(kernel));
        }

        void addMissing(Needs needs, Set<String> missing) {
            for (Feature feature : needs.value()) {
                if (!features.has(feature)) {
                    missing.add("with " + feature.kernelName());
                }
            }
            for (Quirk quirk : needs.without()) {
                if (quirks.mayHave(quirk)) {
                    missing.add("without " + quirk.id());
                }
            }
        }
    }

    private static boolean breaksRules(TestInfo test) {
        return test.getTestMethod().orElseThrow().isAnnotationPresent(BreaksRules.class)
                || test.getTestClass().orElseThrow().isAnnotationPresent(BreaksRules.class);
    }

    private static Stream<Kernel> plain(TestInfo test) {
        Class<?> type = test.getTestClass().orElseThrow();
        if (KERNEL_APART.contains(type.getSimpleName()) || REAL_ONLY) {
            return real();
        }
        Stream<Kernel> kernels = Stream.concat(real(), Stream.of(Kernels.inProcess()));
        return REAL_NETWORK.contains(type.getPackageName()) ? kernels
                : Stream.concat(kernels, Stream.of(Kernels.inMemory()));
    }

    /// Whether a receive that took all bytes knows that the end has come, too: `java.nio` does not
    /// say what is left.
    public static boolean tellsWhatIsLeft(Kernel kernel) {
        return !kernel.name().equals("engine") || isInMemory(kernel);
    }

    /// Whether it is the engine with a network in memory, all to itself.
    public static boolean isInMemory(Kernel kernel) {
        return kernel.toString().contains("in memory");
    }

    /// The real one; none in the run that shows what works where nothing native may be called.
    private static Stream<Kernel> real() {
        if (System.getProperty("rill.test.native", "true").equals("false")) {
            return Stream.empty();
        }
        List<Kernel> kernels = new ArrayList<>();
        Availability linux = Kernels.linuxAvailability();
        if (linux.available()) {
            kernels.add(Kernels.linux());
        } else {
            skip("linux", linux);
        }
        return kernels.stream();
    }

    private static void skip(String kernel, Availability why) {
        String message = why.reason() + ". " + why.remedy();
        if (List.of(System.getenv().getOrDefault("RILL_REQUIRE", "").split(",")).contains(kernel)) {
            throw new IllegalStateException("RILL_REQUIRE=" + kernel + ", but: " + message);
        }
        printSkip(kernel, message);
    }

    private static void printSkip(String kernel, String why) {
        System.out.println("SKIPPED on kernel " + kernel + " (" + SKIPS.incrementAndGet() + "): "
                + why);
    }
}
