package dev.rill.bench;

/// Processor time of a process since its start.
///
/// @param nanos all of it, from the scheduler's own clock
/// @param userTicks in user mode, in ticks of 10 ms
/// @param systemTicks in the kernel, in ticks of 10 ms
record CpuTime(long nanos, long userTicks, long systemTicks) {

    static final CpuTime NONE = new CpuTime(0, 0, 0);

    CpuTime plus(CpuTime other) {
        return new CpuTime(nanos + other.nanos, userTicks + other.userTicks,
                systemTicks + other.systemTicks);
    }

    CpuTime minus(CpuTime earlier) {
        return new CpuTime(nanos - earlier.nanos, userTicks - earlier.userTicks,
                systemTicks - earlier.systemTicks);
    }

    /// The share of user mode, 0 to 1; undefined when no tick has passed.
    double userShare() {
        return (double) userTicks / (userTicks + systemTicks);
    }
}
