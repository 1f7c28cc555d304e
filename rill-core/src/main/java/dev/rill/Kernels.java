package dev.rill;

import dev.rill.engine.InProcessKernel;
import dev.rill.engine.Profile;
import dev.rill.kernel.Availability;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.linux.LinuxAvailability;
import dev.rill.linux.LinuxKernel;
import java.util.List;

/// Where a program asks for a kernel.
///
/// ```java
/// try (Kernel kernel = Kernels.best(); EventLoop loop = EventLoop.open(kernel)) { ... }
/// ```
public final class Kernels {

    private Kernels() {
    }

    /// The best kernel this machine offers.
    ///
    /// @return a kernel that works here
    /// @throws KernelException when there is none, with the reason and the remedy
    public static Kernel best() {
        return linux();
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
        return new LinuxKernel();
    }

    /// io_uring in Java, inside this process, with sockets and pipes in memory: what two ends in
    /// one program need, and tests. It behaves like Linux 6.18.
    ///
    /// @return a kernel with a network of its own
    public static Kernel inMemory() {
        return InProcessKernel.inMemory(Profile.reference());
    }

    /// The same, behaving like a certain Linux: incremental buffers were not the same in all.
    ///
    /// @param release one of [#profiles]
    /// @return a kernel with a network of its own
    /// @throws IllegalArgumentException when there is no profile of that release
    public static Kernel inMemory(String release) {
        return InProcessKernel.inMemory(Profile.of(release).orElseThrow(
                () -> new IllegalArgumentException("release=" + release + ": there are profiles of "
                        + String.join(", ", Profile.releases()))));
    }

    /// The releases of Linux that [#inMemory] can behave like.
    ///
    /// @return as `uname -r` prints them, oldest first
    public static List<String> profiles() {
        return Profile.releases();
    }

    /// Whether the running Linux kernel can be used, tried by creating a small ring.
    ///
    /// @return yes, or the reason and the remedy
    public static Availability linuxAvailability() {
        return LinuxAvailability.check();
    }
}
