package dev.rill.engine;

import java.util.concurrent.locks.Condition;

/// The time that timeouts are measured in: the machine's, or one that stands still until somebody
/// waits, and then jumps to where the wait ends.
///
/// With virtual time a wait that nothing can end but its limit takes no time at all, which makes
/// simulations fast and repeatable. All calls come under the kernel's lock.
final class EngineClock {

    private final boolean virtual;
    private long now;

    private EngineClock(boolean virtual) {
        this.virtual = virtual;
    }

    static EngineClock real() {
        return new EngineClock(false);
    }

    static EngineClock virtual() {
        return new EngineClock(true);
    }

    /// Whether time stands still until somebody waits.
    boolean isVirtual() {
        return virtual;
    }

    /// Nanoseconds of the monotonic clock.
    long now() {
        return virtual ? now : System.nanoTime();
    }

    /// Nanoseconds of the wall clock.
    long wall() {
        return virtual ? now : System.currentTimeMillis() * 1_000_000L;
    }

    /// Waits for a signal until a time. An interrupt ends the wait and stays with the thread.
    ///
    /// @param until a time of [#now], or `Long.MAX_VALUE` for no limit
    void await(Condition changed, long until) {
        try {
            if (virtual && until != Long.MAX_VALUE) {
                now = Math.max(now, until);
            } else if (until == Long.MAX_VALUE) {
                changed.await();
            } else {
                long left = until - System.nanoTime();
                if (left > 0) {
                    changed.awaitNanos(left);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
