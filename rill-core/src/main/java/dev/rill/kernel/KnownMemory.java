package dev.rill.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/// The memory that a kernel has handed out, by address, for [CheckingKernel].
final class KnownMemory {

    private static final int PRUNE_MIN = 256;

    private final ConcurrentSkipListMap<Long, MemorySegment> segments =
            new ConcurrentSkipListMap<>();
    private volatile int pruneAt = PRUNE_MIN;

    void add(MemorySegment segment) {
        segments.put(segment.address(), segment);
        if (segments.size() >= pruneAt) {
            segments.values().removeIf(known -> !known.scope().isAlive());
            pruneAt = Math.max(PRUNE_MIN, 2 * segments.size());
        }
    }

    /// The memory that holds a whole range and is alive.
    ///
    /// @return null when there is none
    MemorySegment find(long address, long length) {
        Map.Entry<Long, MemorySegment> at = segments.floorEntry(address);
        while (at != null) {
            MemorySegment segment = at.getValue();
            if (segment.scope().isAlive()) {
                return holds(segment, address, length) ? segment : null;
            }
            // Freed: what was in front of it may reach further than before, as part of another.
            at = segments.lowerEntry(at.getKey());
        }
        return null;
    }

    static boolean holds(MemorySegment segment, long address, long length) {
        long offset = address - segment.address();
        return offset >= 0 && offset < segment.byteSize() && length >= 0
                && length <= segment.byteSize() - offset;
    }
}
