package dev.rill.net;

import java.time.Duration;
import java.util.function.LongSupplier;

/// A timing wheel: deadlines in buckets of 10 ms, setting and cancelling at constant cost.
///
/// Times are those of the kernel. A timer never fires early, and late by at most one bucket and
/// whatever the loop was busy with.
final class Timers {

    private static final long TICK_NANOS = 10_000_000;
    private static final int BUCKETS = 1024;
    /// In no bucket.
    private static final int UNSET = -1;
    /// Taken out of its bucket and about to run.
    private static final int DUE = -2;

    /// Some write "never" as the longest duration there is.
    private static final Duration CENTURY = Duration.ofDays(36_500);

    private final LongSupplier clock;
    private final Timer[] buckets = new Timer[BUCKETS];
    private final long start;
    private long tick;
    private int size;
    /// No timer fires before this; what makes looking cheap while nothing is due.
    private long earliest = Long.MAX_VALUE;

    Timers(LongSupplier clock) {
        this.clock = clock;
        start = clock.getAsLong();
    }

    /// One deadline and what to do then; set as often as needed.
    static final class Timer {
        private final Runnable action;
        private Timer previous;
        private Timer next;
        private Timer nextDue;
        private long deadline;
        private int bucket = UNSET;

        Timer(Runnable action) {
            this.action = action;
        }

        boolean isSet() {
            return bucket >= 0;
        }
    }

    /// Sets a timer, or sets it anew.
    void set(Timer timer, long deadline) {
        cancel(timer);
        long due = Math.max(tick + 1, (deadline - start + TICK_NANOS - 1) / TICK_NANOS);
        int bucket = (int) (due % BUCKETS);
        timer.deadline = deadline;
        timer.bucket = bucket;
        timer.previous = null;
        timer.next = buckets[bucket];
        if (timer.next != null) {
            timer.next.previous = timer;
        }
        buckets[bucket] = timer;
        size++;
        earliest = Math.min(earliest, start + due * TICK_NANOS);
    }

    /// Sets a timer to a time from now.
    void after(Duration delay, Timer timer) {
        set(timer, clock.getAsLong() + nanos(delay));
    }

    /// A delay in nanoseconds, as long as they can say it.
    static long nanos(Duration delay) {
        return (delay.compareTo(CENTURY) < 0 ? delay : CENTURY).toNanos();
    }

    /// The same, except that a delay of zero stands for never.
    void unlessZero(Duration delay, Timer timer) {
        if (delay.isZero()) {
            cancel(timer);
        } else {
            after(delay, timer);
        }
    }

    void cancel(Timer timer) {
        if (timer.bucket < 0) {
            timer.bucket = UNSET;
            return;
        }
        if (timer.previous == null) {
            buckets[timer.bucket] = timer.next;
        } else {
            timer.previous.next = timer.next;
        }
        if (timer.next != null) {
            timer.next.previous = timer.previous;
        }
        timer.bucket = UNSET;
        size--;
    }

    /// How long the loop may sleep.
    ///
    /// @return nanoseconds, or -1 when no timer is set
    long delayNanos(long now) {
        return size == 0 ? -1 : Math.max(0, earliest - now);
    }

    /// Runs what is due.
    void advance(long now) {
        if (now < earliest) {
            return;
        }
        long target = (now - start) / TICK_NANOS;
        long from = Math.max(tick + 1, target - BUCKETS + 1); // one round visits every bucket
        tick = target;
        for (long at = from; at <= target; at++) {
            fire((int) (at % BUCKETS), now);
        }
        earliest = nextOccupied();
    }

    /// Takes the due timers out of a bucket, then runs them: an action may set and cancel any.
    private void fire(int bucket, long now) {
        Timer due = null;
        Timer next;
        for (Timer timer = buckets[bucket]; timer != null; timer = next) {
            next = timer.next;
            if (timer.deadline <= now) {
                cancel(timer);
                timer.bucket = DUE;
                timer.nextDue = due;
                due = timer;
            }
        }
        while (due != null) {
            Timer timer = due;
            due = timer.nextDue;
            timer.nextDue = null;
            if (timer.bucket == DUE) {
                timer.bucket = UNSET;
                timer.action.run();
            }
        }
    }

    private long nextOccupied() {
        if (size == 0) {
            return Long.MAX_VALUE;
        }
        for (long at = tick + 1; at <= tick + BUCKETS; at++) {
            if (buckets[(int) (at % BUCKETS)] != null) {
                return start + at * TICK_NANOS;
            }
        }
        return start + (tick + BUCKETS) * TICK_NANOS;
    }
}
