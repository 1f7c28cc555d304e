package dev.rill.scenario;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rill.Kernels;
import dev.rill.kernel.Availability;
import java.util.List;

/// The running kernel for tests of scenarios; without one they are skipped aloud, or fail where the
/// environment says that it must be there (`RILL_REQUIRE=linux`).
final class LinuxTarget {

    private LinuxTarget() {
    }

    static Target get() {
        Availability linux = Kernels.linuxAvailability();
        if (!linux.available()) {
            String message = linux.reason() + ". " + linux.remedy();
            String required = System.getenv().getOrDefault("RILL_REQUIRE", "");
            if (List.of(required.split(",")).contains("linux")) {
                throw new IllegalStateException("RILL_REQUIRE=linux, but: " + message);
            }
            System.out.println("SKIPPED on kernel linux: " + message);
            assumeTrue(false, message);
        }
        return Target.linux(Kernels.linux());
    }
}
