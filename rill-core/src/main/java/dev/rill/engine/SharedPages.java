package dev.rill.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory that the kernel has allocated and a program maps: queues, entries, buffer rings.
///
/// Java cannot give memory two lifetimes, so what is mapped first moves to the program's own: from
/// then on the program's arena decides who may touch the pages and when they go, as with a real
/// mapping. What maps them again sees the same pages, as long as those live.
final class SharedPages {

    private MemorySegment memory;
    private boolean mapped;

    SharedPages(long size, int pageSize) {
        memory = Arena.ofAuto().allocate(
                (size + pageSize - 1) / pageSize * pageSize, pageSize);
    }

    MemorySegment memory() {
        return memory;
    }

    long byteSize() {
        return memory.byteSize();
    }

    /// Whether this thread may touch the pages, and they are still there.
    boolean usable() {
        return memory.scope().isAlive() && memory.isAccessibleBy(Thread.currentThread());
    }

    MemorySegment map(long size, int pageSize, Arena lifetime) {
        if (!mapped || !memory.scope().isAlive()) {
            MemorySegment own = lifetime.allocate(memory.byteSize(), pageSize);
            if (memory.scope().isAlive()) {
                own.copyFrom(memory);
            }
            memory = own;
            mapped = true;
        }
        return memory.asSlice(0, size);
    }
}
