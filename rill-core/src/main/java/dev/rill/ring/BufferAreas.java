package dev.rill.ring;

import dev.rill.kernel.HugePages;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/// The memory of a group and which of its buffers nobody uses: allocated area by area when it is
/// needed, given back when it is not.
///
/// The buffer freed last is taken first, from the lowest area that has one: few buffers are
/// touched, they stay in the processor's cache, and the areas above fall empty.
///
/// Belongs to the ring's owner thread; memory of buffers that are in use may be read from any.
final class BufferAreas implements AutoCloseable {

    private final Kernel kernel;
    private final int perArea;
    private final int bufferSize;
    private HugePages pages;
    private StepDown stepDown;
    /// By area; null where there is no memory.
    private final Arena[] arenas;
    /// By bid; null where there is no memory.
    private final MemorySegment[] buffers;
    /// Stacks of free bids, one behind the other, by area.
    private final int[] free;
    private final int[] freeCounts;
    /// No area below this one has a free buffer.
    private int lowest;
    private int freeTotal;
    private int mapped;
    private long growths;
    private long shrinks;
    /// The fewest buffers that were free at once since the last look.
    private int freeLow;
    /// The kernel had no memory for another area.
    private boolean exhausted;

    /// @throws KernelException when there is not even memory for the first area
    BufferAreas(Kernel kernel, BufferGroupOptions options) {
        this.kernel = kernel;
        perArea = options.areaBuffers();
        bufferSize = options.bufferSize();
        pages = options.hugePages();
        int areas = (options.buffers() + perArea - 1) / perArea;
        arenas = new Arena[areas];
        buffers = new MemorySegment[options.buffers()];
        free = new int[options.buffers()];
        freeCounts = new int[areas];
        allocate(0);
        freeLow = freeTotal;
    }

    /// Takes a free buffer.
    ///
    /// @param mayGrow whether to allocate more when there is none
    /// @return a bid, or -1 when all are in use
    int take(boolean mayGrow) {
        if (freeTotal == 0 && !(mayGrow && grow())) {
            return -1;
        }
        while (freeCounts[lowest] == 0) {
            lowest++;
        }
        freeTotal--;
        freeLow = Math.min(freeLow, freeTotal);
        return free[lowest * perArea + --freeCounts[lowest]];
    }

    /// Whether there is a buffer that nobody uses.
    boolean hasFree() {
        return freeTotal > 0;
    }

    /// Puts a buffer back.
    void give(int bid) {
        int area = bid / perArea;
        free[area * perArea + freeCounts[area]++] = bid;
        lowest = Math.min(lowest, area);
        freeTotal++;
    }

    /// A buffer's memory.
    MemorySegment buffer(int bid) {
        return buffers[bid];
    }

    /// How many buffers nobody uses, and how many more there may be.
    int available() {
        return freeTotal + (exhausted ? 0 : buffers.length - mapped);
    }

    /// Why there are no huge pages although they were asked for.
    Optional<StepDown> stepDown() {
        return Optional.ofNullable(stepDown);
    }

    /// How many buffers have memory.
    int mapped() {
        return mapped;
    }

    /// How many times an area was added to the first one, and how many times one was given back.
    long growths() {
        return growths;
    }

    long shrinks() {
        return shrinks;
    }

    /// Gives back the areas that were not needed since the last call: those on top that are free,
    /// when at least as many buffers were free all the time.
    ///
    /// @return how many buffers are gone
    int trim() {
        int spare = freeLow;
        int before = mapped;
        for (int area = arenas.length - 1; area > 0 && isSpare(area, spare); area--) {
            if (arenas[area] != null) {
                spare -= freeCounts[area];
                if (!drop(area)) {
                    break;
                }
            }
        }
        exhausted = false;
        freeLow = freeTotal;
        return before - mapped;
    }

    /// Frees all memory.
    ///
    /// @throws IllegalStateException when another thread is just passing a view of it to a system
    ///         call; all the rest is freed then
    @Override
    public void close() {
        IllegalStateException inUse = null;
        for (Arena arena : arenas) {
            try {
                if (arena != null && arena.scope().isAlive()) {
                    arena.close();
                }
            } catch (IllegalStateException e) {
                inUse = e;
            }
        }
        if (inUse != null) {
            throw inUse;
        }
    }

    private boolean isSpare(int area, int spare) {
        return arenas[area] == null
                || freeCounts[area] == sizeOf(area) && freeCounts[area] <= spare;
    }

    private int sizeOf(int area) {
        return Math.min(perArea, buffers.length - area * perArea);
    }

    private boolean grow() {
        if (exhausted || mapped == buffers.length) {
            return false;
        }
        int area = 0;
        while (arenas[area] != null) {
            area++;
        }
        try {
            allocate(area);
        } catch (KernelException e) {
            exhausted = true; // what there is must do, until the next look
            return false;
        }
        growths++;
        GroupGrowthEvent.changed(sizeOf(area), mapped, bufferSize);
        return true;
    }

    private void allocate(int area) {
        int count = sizeOf(area);
        Arena arena = Arena.ofShared();
        MemorySegment memory;
        try {
            memory = memory((long) count * bufferSize, arena);
        } catch (KernelException e) {
            arena.close();
            throw new KernelException("receive memory of " + count + " buffers of " + bufferSize
                    + " bytes", e.errno(), "Use fewer or smaller buffers");
        }
        arenas[area] = arena;
        int first = area * perArea;
        for (int i = count - 1; i >= 0; i--) {
            buffers[first + i] = memory.asSlice((long) i * bufferSize, bufferSize);
            give(first + i);
        }
        mapped += count;
    }

    private MemorySegment memory(long byteSize, Arena arena) {
        if (pages != HugePages.NONE) {
            try {
                return kernel.memory(byteSize, pages, arena);
            } catch (KernelException e) {
                boolean explicit = pages == HugePages.EXPLICIT;
                stepDown = new StepDown(explicit ? "MAP_HUGETLB" : "MADV_HUGEPAGE",
                        explicit ? "2.6.32" : "2.6.38", (mapped == 0 ? "" : "further ")
                        + "receive memory is of ordinary pages, " + e.getMessage());
                pages = HugePages.NONE; // areas that come later shall be there at once
            }
        }
        return kernel.memory(byteSize, arena);
    }

    /// @return false when another thread is just passing a view of it to a system call
    private boolean drop(int area) {
        try {
            arenas[area].close();
        } catch (IllegalStateException e) {
            return false;
        }
        arenas[area] = null;
        int first = area * perArea;
        Arrays.fill(buffers, first, first + sizeOf(area), null);
        freeTotal -= freeCounts[area];
        mapped -= freeCounts[area];
        freeCounts[area] = 0;
        shrinks++;
        GroupGrowthEvent.changed(-sizeOf(area), mapped, bufferSize);
        return true;
    }
}
