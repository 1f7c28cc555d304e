package dev.rill.scenario;

import dev.rill.kernel.Kernel;
import java.util.Objects;

/// The kernel under test.
///
/// @param kernel where requests go; stays open
/// @param name how messages call it, such as `linux 6.18.44`
/// @param version numbers with dots, against which conditions are held
/// @param isEngine whether it is the engine in this process rather than the running kernel
public record Target(Kernel kernel, String name, String version, boolean isEngine) {

    /// Checks that nothing is missing.
    public Target {
        Objects.requireNonNull(kernel, "kernel");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(version, "version");
    }

    /// The running Linux kernel.
    ///
    /// @param kernel it
    /// @return a target named after its release
    public static Target linux(Kernel kernel) {
        String version = kernel.release().replaceFirst("[^0-9.].*", "");
        return new Target(kernel, "linux " + version, version, false);
    }

    /// The kernel in this process.
    ///
    /// @param kernel it
    /// @return a target named after the release it behaves like
    public static Target engine(Kernel kernel) {
        return new Target(kernel, "engine " + kernel.release(), kernel.release(), true);
    }
}
