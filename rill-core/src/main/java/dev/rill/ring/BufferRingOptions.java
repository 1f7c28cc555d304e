package dev.rill.ring;

/// How a [BufferRing] is registered.
///
/// @param bgid the buffer group id, 0 to 65535; 0 to 2047 with `mapped`, because the kernel's
///        mapping offsets have no room for more (a higher one would map another group's ring)
/// @param entries how many buffers can be lent at a time; a power of two, 1 to 32768
/// @param incremental `IOU_PBUF_RING_INC`: a buffer stays current until it is full (Linux 6.12)
/// @param mapped `IOU_PBUF_RING_MMAP`: the kernel allocates the ring's memory (Linux 6.4)
/// @param minLeft with `incremental`: a buffer is retired when fewer bytes than this are left, so
///        that no message is cut by its end; 0 and 1 mean when it is full (Linux 7.1, 7.0.7,
///        6.18.30, 6.12.90)
public record BufferRingOptions(int bgid, int entries, boolean incremental, boolean mapped,
        int minLeft) {

    /// The largest number of entries the kernel accepts.
    public static final int ENTRIES_MAX = 32768;
    /// The largest group id whose kernel-allocated ring can be mapped.
    public static final int MAPPED_BGID_MAX = 2047;

    private static final int BGID_MAX = 65535;

    /// Refuses what the kernel would refuse, or accept and do wrong.
    public BufferRingOptions {
        if (bgid < 0 || bgid > BGID_MAX) {
            throw new IllegalArgumentException("bgid=" + bgid + ": must be 0 to " + BGID_MAX);
        }
        if (entries < 1 || entries > ENTRIES_MAX || Integer.bitCount(entries) != 1) {
            throw new IllegalArgumentException("entries=" + entries
                    + ": must be a power of two from 1 to " + ENTRIES_MAX);
        }
        if (mapped && bgid > MAPPED_BGID_MAX) {
            throw new IllegalArgumentException("bgid=" + bgid + ": a ring allocated by the kernel"
                    + " can be mapped for 0 to " + MAPPED_BGID_MAX
                    + " only; use a smaller id or the library's memory (mapped=false)");
        }
        if (minLeft < 0) {
            throw new IllegalArgumentException("minLeft=" + minLeft + ": must not be negative");
        }
        if (minLeft > 0 && !incremental) {
            throw new IllegalArgumentException("minLeft=" + minLeft
                    + ": has a meaning for incremental rings only");
        }
    }

    /// An incremental ring in the library's own memory.
    ///
    /// @param bgid the buffer group id
    /// @param entries how many buffers can be lent at a time
    /// @return options without `min_left`
    public static BufferRingOptions incremental(int bgid, int entries) {
        return new BufferRingOptions(bgid, entries, true, false, 0);
    }

    /// A classic ring, which gives up a whole buffer to each receive.
    ///
    /// @param bgid the buffer group id
    /// @param entries how many buffers can be lent at a time
    /// @return options
    public static BufferRingOptions classic(int bgid, int entries) {
        return new BufferRingOptions(bgid, entries, false, false, 0);
    }

    /// The same in memory that the kernel allocates.
    ///
    /// @return new options
    public BufferRingOptions asMapped() {
        return new BufferRingOptions(bgid, entries, incremental, true, minLeft);
    }

    /// The same with a smallest remainder.
    ///
    /// @param bytes see [#minLeft]
    /// @return new options
    public BufferRingOptions withMinLeft(int bytes) {
        return new BufferRingOptions(bgid, entries, incremental, mapped, bytes);
    }
}
