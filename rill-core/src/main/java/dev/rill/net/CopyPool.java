package dev.rill.net;

import dev.rill.kernel.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Memory for bytes to be sent that are not where they were received: what the program sends from
/// its own arrays, and what was moved out of a receive buffer for a peer that does not read.
///
/// Blocks of one size in areas that are allocated when needed and kept for reuse; used from the
/// loop's thread. Its size is bounded by the connections' limits on unsent bytes.
final class CopyPool implements AutoCloseable {

    static final int BLOCK_SIZE = 16 * 1024;

    private static final int AREA_BLOCKS = 64;

    private final Kernel kernel;
    private final Arena arena = Arena.ofConfined();
    private final List<MemorySegment> areas = new ArrayList<>();
    private int[] free = new int[AREA_BLOCKS];
    private int freeCount;

    CopyPool(Kernel kernel) {
        this.kernel = kernel;
    }

    /// Takes a block.
    int take() {
        if (freeCount == 0) {
            grow();
        }
        return free[--freeCount];
    }

    void give(int block) {
        free[freeCount++] = block;
    }

    /// The memory a block lies in.
    MemorySegment area(int block) {
        return areas.get(block / AREA_BLOCKS);
    }

    /// Where in its area a block starts.
    long offset(int block) {
        return (long) (block % AREA_BLOCKS) * BLOCK_SIZE;
    }

    long address(int block) {
        return area(block).address() + offset(block);
    }

    /// How much is allocated, in bytes.
    long byteSize() {
        return (long) areas.size() * AREA_BLOCKS * BLOCK_SIZE;
    }

    @Override
    public void close() {
        arena.close();
    }

    private void grow() {
        MemorySegment area = kernel.memory((long) AREA_BLOCKS * BLOCK_SIZE, arena);
        int first = areas.size() * AREA_BLOCKS;
        areas.add(area);
        if (free.length < areas.size() * AREA_BLOCKS) {
            free = new int[2 * free.length]; // all blocks are taken: nothing to copy
        }
        for (int i = AREA_BLOCKS - 1; i >= 0; i--) {
            free[freeCount++] = first + i;
        }
    }
}
