package dev.rill.kernel;

/// A simulated machine, seen from outside: its time, what goes wrong on it, and what programs have
/// left behind.
///
/// For those who run several programs on one machine in one thread. Each is given a turn without
/// waiting; when none has anything to do, [#advance] lets time pass to what happens next:
///
/// ```java
/// long idle = Math.min(front.turn(Duration.ZERO), back.turn(Duration.ZERO));
/// if (idle > 0) {
///     machine.advance(idle);
/// }
/// ```
///
/// From one thread, which is the one that uses the kernel.
public interface Simulation {

    /// The machine's kernel.
    ///
    /// @return the same object on every call
    Kernel kernel();

    /// Lets time pass until something arrives or a ring's timer ends, and delivers what arrives.
    /// No time passes when something has arrived at a ring since its program had its last turn,
    /// such as what another's turn has brought it; asked again, it does, for that program may be
    /// late.
    ///
    /// @param nanosMax how long at most; `Long.MAX_VALUE` for as long as it takes
    /// @throws IllegalStateException when there is no limit and nothing will ever happen
    void advance(long nanosMax);

    /// Lets nothing go wrong any more. Latency stays.
    void calm();

    /// How many things went wrong.
    ///
    /// @return transfers cut, connections reset, connects and calls failed, datagrams lost or
    ///         doubled
    long faults();

    /// What programs have open.
    ///
    /// @return descriptors
    int openDescriptors();

    /// What programs have been given of the kernel's memory and not freed.
    ///
    /// @return bytes
    long memory();
}
