package dev.rill.net;

import dev.rill.ring.BufferGroup;
import dev.rill.ring.GroupSnapshot;

/// What a loop counts while it runs.
final class Counters {

    long accepted;
    long completions;
    long bytesSent;
    long bytesDiscarded;
    long bytesOvershot;
    long overBudget;

    /// All that is known of a loop at this moment.
    LoopStatistics statistics(EventLoop loop) {
        BufferGroup group = loop.group();
        GroupSnapshot snapshot = group.snapshot();
        Starvation starvation = loop.starvation();
        return new LoopStatistics(loop.connections().count(), accepted, group.bytesReceived(),
                bytesSent, bytesDiscarded, completions, loop.ring().enters(), group.lent(),
                group.held(), group.bytesUsedUp(), snapshot.exhaustions(),
                starvation.parked(), starvation.rescues(), starvation.rescuedBytes(),
                loop.outbox().copies().byteSize(), group.holds().open(),
                group.holds().buffersRescued(),
                group.holds().bytesMoved(), bytesOvershot, overBudget,
                snapshot);
    }
}
