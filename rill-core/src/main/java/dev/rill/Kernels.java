package dev.rill;

import dev.rill.kernel.Availability;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.linux.LinuxAvailability;
import dev.rill.linux.LinuxKernel;

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

    /// Whether the running Linux kernel can be used, tried by creating a small ring.
    ///
    /// @return yes, or the reason and the remedy
    public static Availability linuxAvailability() {
        return LinuxAvailability.check();
    }
}
