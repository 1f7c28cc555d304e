package dev.rill.ring;

import java.util.Arrays;

/// Brings back the buffers that few held bytes keep from the kernel: the bytes move to the heap,
/// and their holds follow.
final class HoldRescue {

    /// What a buffer is not to be rescued for.
    private static final long NOT = Long.MAX_VALUE;

    private final BufferGroup group;
    /// By bid: how many holds can be moved out, and how many bytes that would be.
    private final int[] movable;
    private final long[] cost;
    private long buffers;
    private long bytes;

    HoldRescue(BufferGroup group) {
        this.group = group;
        movable = new int[group.options().buffers()];
        cost = new long[group.options().buffers()];
    }

    long buffers() {
        return buffers;
    }

    long bytes() {
        return bytes;
    }

    /// A hold whose bytes were moved has been closed.
    void closed(HeldBytes held) {
        bytes -= held.length();
    }

    int rescue(HeldBytes oldest, int wanted) {
        long room = group.options().rescueMax() - bytes;
        if (room <= 0 || wanted <= 0) {
            return 0;
        }
        count(oldest);
        int rescued = 0;
        while (rescued < wanted) {
            int bid = cheapest();
            if (cost[bid] > room) {
                break;
            }
            room -= cost[bid];
            cost[bid] = NOT;
            rescued += moveOut(bid, oldest) ? 1 : 0;
        }
        buffers += rescued;
        return rescued;
    }

    private void count(HeldBytes oldest) {
        Arrays.fill(movable, 0);
        Arrays.fill(cost, 0);
        for (HeldBytes held = oldest; held != null; held = held.newer) {
            if (held.isMovable()) {
                movable[held.bid()]++;
                cost[held.bid()] += held.length();
            }
        }
        for (int bid = 0; bid < cost.length; bid++) {
            if (movable[bid] == 0 || !group.isHeldBy(bid, movable[bid])) {
                cost[bid] = NOT;
            }
        }
    }

    private int cheapest() {
        int found = 0;
        for (int bid = 1; bid < cost.length; bid++) {
            if (cost[bid] < cost[found]) {
                found = bid;
            }
        }
        return found;
    }

    /// @return false when another thread has pinned some of it meanwhile
    private boolean moveOut(int bid, HeldBytes oldest) {
        int left = movable[bid];
        for (HeldBytes held = oldest; held != null; held = held.newer) {
            if (held.bid() == bid && held.move()) {
                bytes += held.length();
                group.holds().leaveBuffer(held);
                left--;
            }
        }
        return left == 0;
    }
}
