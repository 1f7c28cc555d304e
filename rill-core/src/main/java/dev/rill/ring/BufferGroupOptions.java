package dev.rill.ring;

import dev.rill.kernel.HugePages;
import java.util.Objects;

/// How much memory a [BufferGroup] lends, and how.
///
/// @param ring the buffer ring: group id, entries, kind
/// @param buffers how many buffers, at most the ring's entries
/// @param bufferSize the size of each in bytes, below 2 GiB
/// @param bundles whether receives may take several buffers with one completion
///        (`IORING_RECVSEND_BUNDLE`, Linux 6.10)
/// @param watchedHolds every how many-th [Hold] is watched: the place where it was taken is kept,
///        and reported when it is lost. 1 finds all of them and costs about a microsecond each, 0
///        none
/// @param rescueMax how many held bytes may be moved to the heap when buffers run out, see
///        [Holds#rescue]; with the buffers themselves this is all the memory received bytes ever
///        take. 0 for never
/// @param areaBuffers how many buffers are allocated at a time: at the beginning, and whenever all
///        that there are were not enough; `buffers` for all at once
/// @param lentMin how many buffers are lent to the kernel while it does not run short, at most
///        `areaBuffers`; when it does, up to all
/// @param hugePages which pages the buffers are made of, where the kernel has them
public record BufferGroupOptions(BufferRingOptions ring, int buffers, int bufferSize,
        boolean bundles, int watchedHolds, long rescueMax, int areaBuffers, int lentMin,
        HugePages hugePages) {

    private static final int DEFAULT_WATCHED_HOLDS = 128;
    private static final int DEFAULT_BUFFERS = 64;
    private static final int DEFAULT_BUFFER_SIZE = 256 * 1024;
    /// What fits into the processor's cache and is best or close to it for every load, see
    /// docs/buffers.md.
    static final int DEFAULT_LENT = 1024 * 1024;
    /// The size of a huge page on most machines.
    private static final int HUGE_PAGE = 2 * 1024 * 1024;
    private static final int CLASSIC_BUFFER_SIZE_MAX = 16 * 1024;

    /// Checks sizes.
    public BufferGroupOptions {
        Objects.requireNonNull(ring, "ring");
        Objects.requireNonNull(hugePages, "hugePages");
        if (buffers < 1 || buffers > ring.entries()) {
            throw new IllegalArgumentException("buffers=" + buffers
                    + ": must be 1 to the ring's entries=" + ring.entries());
        }
        if (bufferSize < 1) {
            throw new IllegalArgumentException("bufferSize=" + bufferSize
                    + ": must be 1 byte to 2 GiB - 1");
        }
        if (watchedHolds < 0) {
            throw new IllegalArgumentException("watchedHolds=" + watchedHolds
                    + ": must be 0 (none), 1 (each) or every how many-th");
        }
        if (rescueMax < 0) {
            throw new IllegalArgumentException("rescueMax=" + rescueMax
                    + ": must be 0 (never) or a number of bytes");
        }
        if (areaBuffers < 1 || areaBuffers > buffers) {
            throw new IllegalArgumentException("areaBuffers=" + areaBuffers
                    + ": must be 1 to buffers=" + buffers);
        }
        if (lentMin < 1 || lentMin > areaBuffers) {
            throw new IllegalArgumentException("lentMin=" + lentMin
                    + ": must be 1 to areaBuffers=" + areaBuffers);
        }
        if (bundles && ring.minLeft() > 1) {
            throw new IllegalArgumentException("minLeft=" + ring.minLeft() + " with bundles:"
                    + " a completion could skip bytes that nobody can see; use one or the other");
        }
    }

    /// With all buffers allocated and lent from the beginning, one hold in 128 watched, and an
    /// eighth of the memory more for what is rescued.
    ///
    /// @param ring the buffer ring
    /// @param buffers how many buffers
    /// @param bufferSize the size of each in bytes
    /// @param bundles whether receives may take several buffers at once
    public BufferGroupOptions(BufferRingOptions ring, int buffers, int bufferSize,
            boolean bundles) {
        this(ring, buffers, bufferSize, bundles, DEFAULT_WATCHED_HOLDS,
                (long) buffers * bufferSize / 8, buffers, buffers, HugePages.NONE);
    }

    /// The same with other holds watched.
    ///
    /// @param every every how many-th; 1 for each, 0 for none
    /// @return new options
    public BufferGroupOptions withWatchedHolds(int every) {
        return new BufferGroupOptions(ring, buffers, bufferSize, bundles, every, rescueMax,
                areaBuffers, lentMin, hugePages);
    }

    /// The same with another bound on what is moved when buffers run out.
    ///
    /// @param bytes how much; 0 for nothing
    /// @return new options
    public BufferGroupOptions withRescueMax(long bytes) {
        return new BufferGroupOptions(ring, buffers, bufferSize, bundles, watchedHolds, bytes,
                areaBuffers, lentMin, hugePages);
    }

    /// The same, beginning with less memory and growing to all of it.
    ///
    /// @param area how many buffers at a time, see [#areaBuffers]
    /// @param lent how many are lent as long as that is enough, see [#lentMin]
    /// @return new options
    public BufferGroupOptions growing(int area, int lent) {
        return new BufferGroupOptions(ring, buffers, bufferSize, bundles, watchedHolds, rescueMax,
                area, lent, hugePages);
    }

    /// The same, beginning with a MiB, or two buffers where they are larger.
    ///
    /// @return new options
    public BufferGroupOptions growing() {
        int count = Math.clamp(DEFAULT_LENT / bufferSize, Math.min(2, buffers), buffers);
        return growing(count, count);
    }

    /// The same of other pages. Where there are none, it is ordinary ones, and
    /// [BufferGroup#stepDowns] says why. To be called last: at least 2 MiB, or all there is, are
    /// allocated at a time then, because a page that is cut is no huge one.
    ///
    /// @param pages which
    /// @return new options
    public BufferGroupOptions withHugePages(HugePages pages) {
        int area = pages == HugePages.NONE ? areaBuffers
                : Math.clamp(Math.ceilDiv(HUGE_PAGE, bufferSize), areaBuffers, buffers);
        return new BufferGroupOptions(ring, buffers, bufferSize, bundles, watchedHolds, rescueMax,
                area, lentMin, pages);
    }

    /// A few large buffers, filled bit by bit, of 256 KiB: 4 while that is enough, at most 64.
    /// Little lent memory stays in the processor's cache; large buffers make neighbouring receives
    /// contiguous.
    ///
    /// @param bgid the buffer group id
    /// @return options for an incremental group
    public static BufferGroupOptions incremental(int bgid) {
        return incremental(bgid, DEFAULT_BUFFERS, DEFAULT_BUFFER_SIZE).growing();
    }

    /// Buffers that are filled bit by bit, all of them lent from the beginning.
    ///
    /// @param bgid the buffer group id
    /// @param buffers how many, 1 to 32768
    /// @param bufferSize the size of each in bytes
    /// @return options for an incremental group
    public static BufferGroupOptions incremental(int bgid, int buffers, int bufferSize) {
        return new BufferGroupOptions(BufferRingOptions.incremental(bgid, entries(buffers)),
                buffers, bufferSize, false);
    }

    /// Buffers that are given up whole, one for each receive, all lent from the beginning.
    ///
    /// @param bgid the buffer group id
    /// @param buffers how many, 1 to 32768
    /// @param bufferSize the size of each in bytes
    /// @return options for a classic group
    public static BufferGroupOptions classic(int bgid, int buffers, int bufferSize) {
        return new BufferGroupOptions(BufferRingOptions.classic(bgid, entries(buffers)),
                buffers, bufferSize, false);
    }

    /// The same with another group id.
    ///
    /// @param bgid the buffer group id
    /// @return new options
    public BufferGroupOptions withBgid(int bgid) {
        return new BufferGroupOptions(new BufferRingOptions(bgid, ring.entries(),
                ring.incremental(), ring.mapped(), ring.minLeft()), buffers, bufferSize, bundles,
                watchedHolds, rescueMax, areaBuffers, lentMin, hugePages);
    }

    /// How much memory this is.
    ///
    /// @return bytes of all buffers
    public long byteSize() {
        return (long) buffers * bufferSize;
    }

    /// The same memory as a classic group, in buffers of at most 16 KiB: what is used where a
    /// kernel has no incremental rings.
    ///
    /// @return new options
    public BufferGroupOptions asClassic() {
        int size = Math.min(bufferSize, CLASSIC_BUFFER_SIZE_MAX);
        long count = Math.min(byteSize() / size, BufferRingOptions.ENTRIES_MAX);
        return new BufferGroupOptions(
                new BufferRingOptions(ring.bgid(), entries((int) count), false, ring.mapped(), 0),
                (int) count, size, bundles, watchedHolds, rescueMax,
                scaled(areaBuffers, size, count), scaled(lentMin, size, count),
                hugePages);
    }

    /// How many smaller buffers are as much memory as so many of these.
    private int scaled(int count, int size, long max) {
        return (int) Math.clamp((long) count * bufferSize / size, 1, max);
    }

    /// The same with a completion for each buffer.
    BufferGroupOptions withoutBundles() {
        return new BufferGroupOptions(ring, buffers, bufferSize, false, watchedHolds, rescueMax,
                areaBuffers, lentMin, hugePages);
    }

    private static int entries(int buffers) {
        if (buffers < 1 || buffers > BufferRingOptions.ENTRIES_MAX) {
            throw new IllegalArgumentException("buffers=" + buffers + ": must be 1 to "
                    + BufferRingOptions.ENTRIES_MAX);
        }
        return buffers == 1 ? 1 : Integer.highestOneBit(buffers - 1) << 1;
    }
}
