package dev.rill.testing;

import dev.rill.Kernels;
import dev.rill.kernel.Availability;
import dev.rill.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInfo;

/// The kernels tests run on.
///
/// A kernel that is missing here is counted and printed, and an error where the environment says
/// that it must be there (`RILL_REQUIRE=linux`).
public final class TestKernels {

    private static final AtomicInteger SKIPS = new AtomicInteger();

    private TestKernels() {
    }

    /// Rooms whose tests have sockets of the machine as peers: the kernel in Java has a network in
    /// memory, all to itself, so there is nobody it could talk to.
    private static final Set<String> REAL_NETWORK = Set.of("dev.rill.net");
    /// Tests that measure what a program does apart from what the kernel does.
    private static final Set<String> KERNEL_APART = Set.of("SteadyStateAllocationTest");

    /// The kernels that work here: the real one, and where the test can do with it the one in Java.
    public static Stream<Kernel> all(TestInfo test) {
        Class<?> type = test.getTestClass().orElseThrow();
        boolean engine = !REAL_NETWORK.contains(type.getPackageName())
                && !KERNEL_APART.contains(type.getSimpleName());
        return engine ? Stream.concat(real(), Stream.of(Kernels.inMemory())) : real();
    }

    private static Stream<Kernel> real() {
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
        System.out.println("SKIPPED on kernel " + kernel + " (" + SKIPS.incrementAndGet() + "): "
                + message);
    }
}
