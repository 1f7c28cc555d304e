package dev.rill.engine;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The memory a program may name by address: what came from `Kernel.memory` and is still alive.
///
/// The engine never follows a raw address. It looks the address up here and works on the segment
/// that the program holds itself; everything else is `-EFAULT`, as an unmapped page is.
///
/// Written under the kernel's lock; read by anyone through an immutable snapshot.
final class AddressSpace {

    /// The first address that cannot be a program's on x86-64 (TASK_SIZE_MAX).
    static final long USER_END = 0x7fff_ffff_f000L;

    private record Ranges(long[] bases, MemorySegment[] segments) {
    }

    private volatile Ranges ranges = new Ranges(new long[0], new MemorySegment[0]);
    private int pruneAt = 64;

    /// Whether a range could be a program's at all (`access_ok`); mapped or not is another matter.
    static boolean isUserRange(long address, long length) {
        return address >= 0 && address <= USER_END && length <= USER_END - address;
    }

    /// Makes memory known. What it overlaps has been freed, or it could not be here.
    synchronized void add(MemorySegment segment) {
        Ranges old = ranges;
        long base = segment.address();
        long end = base + segment.byteSize();
        boolean prune = old.bases.length >= pruneAt;
        long[] bases = new long[old.bases.length + 1];
        MemorySegment[] segments = new MemorySegment[bases.length];
        int count = 0;
        boolean placed = false;
        for (int i = 0; i < old.bases.length; i++) {
            long other = old.bases[i];
            MemorySegment known = old.segments[i];
            boolean overlaps = other < end && base < other + known.byteSize();
            if (overlaps || prune && !known.scope().isAlive()) {
                continue;
            }
            if (!placed && other > base) {
                bases[count] = base;
                segments[count++] = segment;
                placed = true;
            }
            bases[count] = other;
            segments[count++] = known;
        }
        if (!placed) {
            bases[count] = base;
            segments[count++] = segment;
        }
        if (prune) {
            pruneAt = Math.max(64, 2 * count);
        }
        ranges = new Ranges(Arrays.copyOf(bases, count), Arrays.copyOf(segments, count));
    }

    /// The memory that holds a whole range.
    ///
    /// @return the segment it is part of, or null when it is not all mapped
    MemorySegment find(long address, long length) {
        Ranges now = ranges;
        int i = Arrays.binarySearch(now.bases, address);
        if (i < 0) {
            i = -i - 2;
        }
        if (i < 0 || length < 0) {
            return null;
        }
        MemorySegment segment = now.segments[i];
        long offset = address - now.bases[i];
        boolean inside = offset <= segment.byteSize() && length <= segment.byteSize() - offset
                && (length == 0 || offset < segment.byteSize());
        return inside && isUsable(segment) ? segment : null;
    }

    /// How much memory has not been freed, in bytes.
    long byteSize() {
        long bytes = 0;
        for (MemorySegment segment : ranges.segments) {
            bytes += segment.scope().isAlive() ? segment.byteSize() : 0;
        }
        return bytes;
    }

    /// Whether memory has not been freed, and is this thread's to use: an arena may be confined to
    /// another, and Java lets no stranger in.
    static boolean isUsable(MemorySegment segment) {
        return segment.scope().isAlive() && segment.isAccessibleBy(Thread.currentThread());
    }

    /// A view of exactly one range (`copy_from_user` and `copy_to_user`).
    ///
    /// @return the memory, or null when it is not all mapped
    MemorySegment slice(long address, long length) {
        MemorySegment segment = find(address, length);
        return segment == null ? null : segment.asSlice(address - segment.address(), length);
    }
}
