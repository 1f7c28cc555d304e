package dev.rill.testing;

import dev.rill.Kernels;
import dev.rill.kernel.Availability;
import dev.rill.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/// The kernels tests run on.
///
/// A kernel that is missing here is counted and printed, and an error where the environment says
/// that it must be there (`RILL_REQUIRE=linux`).
public final class TestKernels {

    private static final AtomicInteger SKIPS = new AtomicInteger();

    private TestKernels() {
    }

    /// The kernels that work here.
    public static Stream<Kernel> all() {
        List<Kernel> kernels = new ArrayList<>();
        Availability linux = Kernels.linuxAvailability();
        if (linux.available()) {
            kernels.add(Kernels.linux());
        } else {
            skip("linux", linux);
        }
        if (kernels.isEmpty()) {
            throw new TestAbortedException("no kernel to test on");
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
