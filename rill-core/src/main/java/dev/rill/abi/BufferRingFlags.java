package dev.rill.abi;

/// How a buffer ring is made: [IoUringBufReg#FLAGS], `IOU_PBUF_RING_*` in
/// `linux/io_uring.h`.
public final class BufferRingFlags {

    /// The kernel brings the ring's memory, to be mapped by [MapOffset#bufferRing]; since 6.4.
    public static final int IOU_PBUF_RING_MMAP = 1;
    /// A buffer is filled piece by piece, not given up after one use; since 6.12.
    public static final int IOU_PBUF_RING_INC = 2;

    // Index = bit number.
    private static final String[] NAMES = {"MMAP", "INC"};

    private BufferRingFlags() {
    }

    /// The bits by name, for people.
    ///
    /// @param flags the flags of a registration
    /// @return for example `"INC"`; `"0"` when no bit is set
    public static String decode(int flags) {
        return BitNames.join(flags, NAMES);
    }
}
