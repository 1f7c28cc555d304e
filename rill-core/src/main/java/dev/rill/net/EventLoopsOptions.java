package dev.rill.net;

import java.util.Objects;
import java.util.concurrent.ThreadFactory;

/// How many [EventLoops] there are and how they share the work.
///
/// @param count how many loops, each with a thread; there may be more than processors
/// @param pin whether each thread is bound to one of the processors that this process may use, in
///        turn; threads that it starts are bound as well
/// @param roundRobin whether the first loop accepts for all and gives each the next connection.
///        Otherwise each accepts for itself where the kernel spreads connections among them
///        (`SO_REUSEPORT`): that takes no hand-over and scales further, but by a hash of addresses,
///        so that few connections may well meet on one loop
/// @param threads makes the threads
/// @param loop of each loop: every one has receive memory and limits of its own
public record EventLoopsOptions(int count, boolean pin, boolean roundRobin, ThreadFactory threads,
        EventLoopOptions loop) {

    private static final int COUNT_MAX = 4096;
    private static final String THREAD_NAME = "rill-loop-";

    /// Checks the number of loops.
    public EventLoopsOptions {
        if (count < 1 || count > COUNT_MAX) {
            throw new IllegalArgumentException("count=" + count + ": must be 1 to " + COUNT_MAX);
        }
        Objects.requireNonNull(threads, "threads");
        Objects.requireNonNull(loop, "loop");
    }

    /// A loop for each processor that this process may use, not pinned, each accepting by itself;
    /// threads named `rill-loop-1` and so on.
    ///
    /// @return options
    public static EventLoopsOptions defaults() {
        return new EventLoopsOptions(Runtime.getRuntime().availableProcessors(), false, false,
                named(THREAD_NAME), EventLoopOptions.defaults());
    }

    /// The same with another number of loops.
    ///
    /// @param loops see [#count]
    /// @return new options
    public EventLoopsOptions withCount(int loops) {
        return new EventLoopsOptions(loops, pin, roundRobin, threads, loop);
    }

    /// The same with threads that are pinned or not.
    ///
    /// @param pinned see [#pin]
    /// @return new options
    public EventLoopsOptions withPin(boolean pinned) {
        return new EventLoopsOptions(count, pinned, roundRobin, threads, loop);
    }

    /// The same with another way to spread connections.
    ///
    /// @param inTurn see [#roundRobin]
    /// @return new options
    public EventLoopsOptions withRoundRobin(boolean inTurn) {
        return new EventLoopsOptions(count, pin, inTurn, threads, loop);
    }

    /// The same with other names for the threads.
    ///
    /// @param prefix what stands before the number, which counts from 1
    /// @return new options
    public EventLoopsOptions withThreadName(String prefix) {
        return withThreads(named(Objects.requireNonNull(prefix, "prefix")));
    }

    /// The same with other threads.
    ///
    /// @param factory makes platform threads, one for each loop
    /// @return new options
    public EventLoopsOptions withThreads(ThreadFactory factory) {
        return new EventLoopsOptions(count, pin, roundRobin, factory, loop);
    }

    /// The same with other options for each loop.
    ///
    /// @param options of each loop
    /// @return new options
    public EventLoopsOptions withLoop(EventLoopOptions options) {
        return new EventLoopsOptions(count, pin, roundRobin, threads, options);
    }

    private static ThreadFactory named(String prefix) {
        return Thread.ofPlatform().name(prefix, 1).factory();
    }
}
