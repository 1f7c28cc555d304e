package dev.rill.net;

import dev.rill.ring.BufferGroup;
import java.time.Duration;

/// Gives receive memory back once the load that needed it has gone.
final class Upkeep {

    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final BufferGroup group;
    private final Timers timers;
    private final Timers.Timer timer = new Timers.Timer(this::trim);
    /// How much had been received at the last look.
    private long bytes;

    Upkeep(BufferGroup group, Timers timers) {
        this.group = group;
        this.timers = timers;
    }

    /// At the end of each turn. A loop that has nothing to do is not woken for what cannot change:
    /// buffers that are lent come back only with traffic.
    void turned() {
        if (group.isEnlarged() && !timer.isSet() && bytes != group.bytesReceived()) {
            timers.after(PERIOD, timer);
        }
    }

    /// Nothing is to be done any more.
    void close() {
        timers.cancel(timer);
    }

    private void trim() {
        bytes = group.bytesReceived();
        if (group.trim() && group.isEnlarged()) {
            timers.after(PERIOD, timer);
        }
    }
}
