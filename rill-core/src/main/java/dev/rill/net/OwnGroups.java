package dev.rill.net;

import dev.rill.kernel.KernelException;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.Ring;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;

/// Groups that connections have for themselves: opened when they are needed, used again by the
/// next connection when everything has come back, and closed when nobody has needed them for a
/// while.
final class OwnGroups {

    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final EventLoop loop;
    private final BufferGroups lanes;
    private final Ring ring;
    private final BufferLayout.PerConnection layout;

    /// Of connections that are there, or were there and somebody still holds bytes of them.
    private final Set<Lane> used = new LinkedHashSet<>();
    private final ArrayDeque<Lane> left = new ArrayDeque<>();
    /// Nothing of them is with anyone.
    private final ArrayDeque<Lane> free = new ArrayDeque<>();
    /// The fewest that were free since the last look.
    private int freeLow;
    private final ArrayDeque<Integer> freeIds = new ArrayDeque<>();
    private int idsUsed;
    private long fallbacks;
    private final BufferGroups.Sums gone = new BufferGroups.Sums();
    private final Timers.Timer timer = new Timers.Timer(this::trim);

    OwnGroups(EventLoop loop, BufferGroups lanes, Ring ring, BufferLayout.PerConnection layout) {
        this.loop = loop;
        this.lanes = lanes;
        this.ring = ring;
        this.layout = layout;
    }

    /// @param otherwise when there is none to be had
    Lane take(Lane otherwise) {
        if (free.isEmpty()) {
            collect();
        }
        Lane lane = free.poll();
        freeLow = Math.min(freeLow, free.size());
        if (lane == null) {
            lane = open();
        }
        if (lane == null) {
            fallbacks++;
            return otherwise;
        }
        used.add(lane);
        return lane;
    }

    private Lane open() {
        if (used.size() + left.size() >= layout.groupsMax()) {
            return null;
        }
        Integer known = freeIds.poll();
        int id = known != null ? known : lanes.otherId(idsUsed++);
        try {
            return new Lane(loop, lanes, BufferGroup.open(ring, layout.each().withBgid(id)), true);
        } catch (KernelException e) {
            freeIds.push(id); // no memory for it, maybe later
            return null;
        }
    }

    void give(Lane lane) {
        used.remove(lane);
        left.add(lane);
        collect();
        if (!timer.isSet()) {
            freeLow = free.size();
            loop.timers().after(PERIOD, timer);
        }
    }

    /// Those of which everything has come back.
    private void collect() {
        for (int i = left.size(); i > 0; i--) {
            Lane lane = left.poll();
            (lane.isIdle() ? free : left).add(lane);
        }
    }

    private void trim() {
        collect();
        for (int i = (Math.min(freeLow, free.size()) + 1) / 2; i > 0; i--) {
            Lane lane = free.poll();
            gone.add(lane);
            freeIds.push(lane.group().options().ring().bgid());
            lane.close();
        }
        freeLow = free.size();
        if (!free.isEmpty() || !left.isEmpty()) {
            loop.timers().after(PERIOD, timer);
        }
    }

    void addTo(BufferGroups.Sums sums) {
        used.forEach(sums::add);
        left.forEach(sums::add);
        free.forEach(sums::add);
        sums.addGone(gone);
        sums.fallbacks += fallbacks;
    }

    void close() {
        used.forEach(Lane::close);
        left.forEach(Lane::close);
        free.forEach(Lane::close);
    }
}
