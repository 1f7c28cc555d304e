package dev.rill.abi;

/// Where in a ring's descriptor `mmap` finds what: `IORING_OFF_*` in
/// `linux/io_uring.h`.
public final class MapOffset {

    /// The submission ring, and with SINGLE_MMAP the completion ring too.
    public static final long IORING_OFF_SQ_RING = 0L;
    /// The completion ring.
    public static final long IORING_OFF_CQ_RING = 0x8000000L;
    /// The submission entries.
    public static final long IORING_OFF_SQES = 0x10000000L;
    /// A buffer ring made with `IOU_PBUF_RING_MMAP`, see [#bufferRing].
    public static final long IORING_OFF_PBUF_RING = 0x80000000L;
    /// How far the group id is shifted up; since 6.4.
    public static final int IORING_OFF_PBUF_SHIFT = 16;
    /// The bits by which the kernel tells these apart.
    public static final long IORING_OFF_MMAP_MASK = 0xf8000000L;
    /// The last group id whose offset the kernel does not take for something else.
    public static final int BUFFER_GROUP_MAX = 2047;

    private MapOffset() {
    }

    /// The offset of a buffer ring that the kernel allocated.
    ///
    /// The group id overlaps [#IORING_OFF_MMAP_MASK] from bit 11 on: group 2048 cannot be
    /// mapped, and group 32768 silently maps group 0.
    ///
    /// @param bufferGroup the group id, 0 to [#BUFFER_GROUP_MAX]
    /// @return the offset for `mmap`
    public static long bufferRing(int bufferGroup) {
        if (bufferGroup < 0 || bufferGroup > BUFFER_GROUP_MAX) {
            throw new IllegalArgumentException("bufferGroup=" + bufferGroup
                + " cannot be mapped, the kernel tells apart 0.." + BUFFER_GROUP_MAX);
        }
        return IORING_OFF_PBUF_RING | (long) bufferGroup << IORING_OFF_PBUF_SHIFT;
    }
}
