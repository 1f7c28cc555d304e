package dev.rill.ring;

import java.util.BitSet;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Adds up who holds what.
final class HolderList {

    private static final Object NOBODY_KNOWN = "?";

    private final long now;
    private final Map<Object, Sum> sums = new IdentityHashMap<>();

    private static final class Sum {
        private final BitSet bids = new BitSet();
        private int claims;
        private long bytes;
        private long oldest;
    }

    HolderList(long now) {
        this.now = now;
    }

    void add(HeldBytes held) {
        Object source = held.source() == null ? NOBODY_KNOWN : held.source();
        Sum sum = sums.computeIfAbsent(source, _ -> new Sum());
        sum.claims++;
        sum.bytes += held.length();
        sum.bids.set(held.bid());
        sum.oldest = Math.max(sum.oldest, now - held.since());
    }

    /// Those with most memory.
    List<HolderSnapshot> first(int max) {
        return sums.entrySet().stream()
                .map(entry -> new HolderSnapshot(entry.getKey().toString(),
                        entry.getValue().claims, entry.getValue().bytes,
                        entry.getValue().bids.cardinality(), entry.getValue().oldest))
                .sorted(Comparator.comparingInt(HolderSnapshot::buffers)
                        .thenComparingLong(HolderSnapshot::bytes).reversed()
                        .thenComparing(HolderSnapshot::holder))
                .limit(max).toList();
    }
}
