package dev.rill.tool;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/// What the ends of the demo's connections have sent and verified, and the first thing that went
/// wrong. For all threads.
final class DemoLedger {

    final Direction toOrigin = new Direction();
    final Direction toClients = new Direction();
    /// Connections that clients have made.
    final LongAdder opened = new LongAdder();
    /// Connections that ended as they should, as both ends saw it.
    final LongAdder endedAtClients = new LongAdder();
    final LongAdder endedAtOrigin = new LongAdder();

    private final AtomicReference<String> failure = new AtomicReference<>();

    /// Notes what went wrong. Only the first counts: the others may be its consequences.
    void fail(String message) {
        failure.compareAndSet(null, message);
    }

    /// The first thing that went wrong, or null.
    String failure() {
        return failure.get();
    }

    long bytesVerified() {
        return toOrigin.verified.sum() + toClients.verified.sum();
    }

    /// One direction of all connections.
    static final class Direction {

        final LongAdder sent = new LongAdder();
        final LongAdder verified = new LongAdder();
    }
}
