package dev.rill.ring;

import dev.rill.abi.Errno;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a group counts while it receives, and how that is put together when somebody asks. On the
/// way of a completion it adds to plain numbers; the clock is read at most once for a batch.
final class GroupMeter {

    /// For completions of 1, 2, up to 4, up to 8, ... up to 65536 parts.
    private static final int BUNDLE_CLASSES = 17;

    private final BufferGroup group;
    private final Consumption consumption;
    private final BufferAreas areas;
    private final long[] bundles = new long[BUNDLE_CLASSES];
    private long exhaustions;
    /// By bid: when the kernel was finished with it.
    private long[] finishedAt = new long[0];
    /// The time of this batch, once it was needed.
    private long batchTime;
    private boolean batchTimed;

    GroupMeter(BufferGroup group, Consumption consumption, BufferAreas areas) {
        this.group = group;
        this.consumption = consumption;
        this.areas = areas;
    }

    /// A completion was read.
    ///
    /// @param res its result
    /// @param parts how many parts of it have bytes
    void received(int res, int parts) {
        if (parts > 0) {
            bundles[Integer.SIZE - Integer.numberOfLeadingZeros(parts - 1)]++;
        } else if (res == -Errno.ENOBUFS) {
            exhaustions++;
        }
    }

    /// The kernel has let go of a buffer.
    void finished(int bid) {
        if (!batchTimed) {
            batchTimed = true;
            batchTime = group.nanoTime();
        }
        if (bid >= finishedAt.length) {
            finishedAt = Arrays.copyOf(finishedAt, Math.max(bid + 1, group.options().buffers()));
        }
        finishedAt[bid] = batchTime;
    }

    void batchEnded() {
        batchTimed = false;
    }

    long exhaustions() {
        return exhaustions;
    }

    GroupSnapshot snapshot() {
        Holds holds = group.holds();
        int current = consumption.current();
        return new GroupSnapshot(group.options().buffers(), group.options().bufferSize(),
                areas.mapped(), group.buffersWanted(), areas.growths(), areas.shrinks(),
                group.lent(), current, current < 0 ? 0 : consumption.position(current),
                group.held(), holds.open(), holds.bytes(), holds.oldestNanos(), holds.lost(),
                group.bytesReceived(), group.bytesUsedUp(), exhaustions, holds.buffersRescued(),
                holds.bytesMoved(), bundleSizes());
    }

    List<BufferSnapshot> buffers() {
        int count = group.options().buffers();
        long now = group.nanoTime();
        long[] heldBytes = new long[count];
        Object[] holders = new Object[count];
        group.holds().forEachInPlace(held -> {
            heldBytes[held.bid()] += held.length();
            if (holders[held.bid()] == null) { // the oldest comes first
                holders[held.bid()] = held.source();
            }
        });
        List<BufferSnapshot> all = new ArrayList<>(count);
        for (int bid = 0; bid < count; bid++) {
            BufferSnapshot.State state = state(bid);
            long age = state == BufferSnapshot.State.HELD ? now - finishedAt[bid] : 0;
            all.add(new BufferSnapshot(bid, state, consumption.position(bid),
                    group.references(bid), heldBytes[bid],
                    holders[bid] == null ? null : holders[bid].toString(), age));
        }
        return all;
    }

    private BufferSnapshot.State state(int bid) {
        if (consumption.isPublished(bid)) {
            boolean filling = bid == consumption.current() || consumption.position(bid) > 0;
            return filling ? BufferSnapshot.State.CURRENT : BufferSnapshot.State.PUBLISHED;
        }
        if (group.references(bid) > 0) {
            return BufferSnapshot.State.HELD;
        }
        return areas.buffer(bid) == null ? BufferSnapshot.State.ABSENT : BufferSnapshot.State.OURS;
    }

    private List<Long> bundleSizes() {
        int last = BUNDLE_CLASSES;
        while (last > 0 && bundles[last - 1] == 0) {
            last--;
        }
        return Arrays.stream(bundles, 0, last).boxed().toList();
    }
}
