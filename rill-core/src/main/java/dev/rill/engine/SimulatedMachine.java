package dev.rill.engine;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.Simulation;
import dev.rill.kernel.SimulationOptions;

/// A simulated kernel as the world around it sees it.
public final class SimulatedMachine implements Simulation {

    private final InProcessKernel kernel;

    private SimulatedMachine(InProcessKernel kernel) {
        this.kernel = kernel;
    }

    /// A machine of its own.
    ///
    /// @param profile which Linux it behaves like
    /// @param options how far its sockets are apart, and what goes wrong
    public static SimulatedMachine of(Profile profile, SimulationOptions options) {
        return new SimulatedMachine(InProcessKernel.simulated(profile, options));
    }

    @Override
    public Kernel kernel() {
        return kernel;
    }

    @Override
    public void advance(long nanosMax) {
        boolean interrupted = kernel.lockUninterrupted();
        try {
            if (kernel.rings().takeNews()) {
                return;
            }
            long limit = nanosMax == Long.MAX_VALUE ? nanosMax
                    : Timeouts.saturated(kernel.clock().now(), nanosMax);
            kernel.await(Math.min(limit, kernel.rings().nextTimer()));
        } finally {
            kernel.unlock(interrupted);
        }
    }

    @Override
    public void calm() {
        kernel.faults().calm();
    }

    @Override
    public long faults() {
        return kernel.faults().count();
    }

    @Override
    public int openDescriptors() {
        return kernel.files().count();
    }

    @Override
    public long memory() {
        return kernel.memory().byteSize();
    }

    @Override
    public String toString() {
        return kernel.toString();
    }
}
