package dev.rill.net;

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
        BufferGroups.Sums all = loop.groups().sums();
        return new LoopStatistics(loop.connections().count(), accepted, all.received, bytesSent,
                bytesDiscarded, completions, loop.ring().enters(), all.lent, all.held,
                all.usedUp, all.exhaustions, all.parked, all.rescues, all.rescuedBytes,
                loop.outbox().copies().byteSize(), all.holds, all.holdRescues, all.moved,
                bytesOvershot, overBudget, all.groups, all.fallbacks, loop.group().snapshot());
    }
}
