package dev.rill.net;

import dev.rill.ring.BufferGroup;

/// A buffer group of an event loop, with the connections that wait for its buffers.
final class Lane {

    private final BufferGroups lanes;
    private final BufferGroup group;
    private final boolean exclusive;
    private final Starvation starvation;
    private final Upkeep upkeep;
    /// In the list of those that something was done with.
    private boolean busy;

    /// @param exclusive whether all its bytes come from one connection
    Lane(EventLoop loop, BufferGroups lanes, BufferGroup group, boolean exclusive) {
        this.lanes = lanes;
        this.group = group;
        this.exclusive = exclusive;
        starvation = new Starvation(loop, group, exclusive);
        upkeep = new Upkeep(group, loop.timers());
        group.onReturn(this::touch);
        group.holds().onReturn(() -> lanes.returned(this));
    }

    BufferGroup group() {
        return group;
    }

    Starvation starvation() {
        return starvation;
    }

    /// A completion, or a buffer that has come back: there may be something to lend at the end of
    /// the turn.
    void touch() {
        if (!busy) {
            busy = true;
            lanes.touched(this);
        }
    }

    /// After everybody has had what there was.
    ///
    /// @return whether it is to be looked at after the next turn as well
    boolean relieve() {
        starvation.relieve();
        upkeep.turned();
        busy = starvation.parked() > 0;
        return busy;
    }

    boolean isExclusive() {
        return exclusive;
    }

    /// Whether nothing of it is with anyone, and nothing is to be done at the end of the turn.
    boolean isIdle() {
        return !busy && group.held() == 0 && group.holds().open() == 0 && starvation.parked() == 0;
    }

    void close() {
        starvation.close();
        upkeep.close();
        group.close();
    }
}
