package dev.rill.scenario;

import java.util.ArrayList;
import java.util.List;

/// A buffer to be lent, or many that lie one behind the other.
///
/// @param length of each, in bytes
/// @param bid of the first; the next ones count up
/// @param offset where in the slab, or -1 for behind what was used before
/// @param address where in the address space instead, or null for the slab
/// @param count how many
record BufferSpec(int length, int bid, long offset, Address address, int count) {

    private static final int BID_MAX = 65535;
    private static final int CLAIMED_ROOM = 1 << 16;

    /// Reads `{100#1, 50#2@64, 80#3 at 0x1000, 16#4 x100}`.
    static List<BufferSpec> parseList(Words words) {
        words.require("{");
        List<BufferSpec> buffers = new ArrayList<>();
        while (!words.accept("}")) {
            if (!buffers.isEmpty()) {
                words.require(",");
            }
            buffers.add(parse(words));
        }
        return List.copyOf(buffers);
    }

    private static BufferSpec parse(Words words) {
        int length = words.size("a buffer such as 100#1 (length#bid)");
        words.require("#");
        int bid = words.integer("a bid", 0, BID_MAX);
        long offset = words.accept("@") ? words.size("an offset in the slab") : -1;
        Address address = words.accept("at") ? Address.parse(words) : null;
        return new BufferSpec(length, bid, offset, address, words.times());
    }

    /// How far into the slab it may reach: an entry that claims more than it has is given room for
    /// what a scenario may feed.
    long slabSpace() {
        long size = (long) length * count;
        if (address != null) {
            return address.base() == Address.Base.SLAB
                    ? address.offset() + Math.min(size, CLAIMED_ROOM) : 0;
        }
        return Math.max(offset, 0) + size;
    }
}
