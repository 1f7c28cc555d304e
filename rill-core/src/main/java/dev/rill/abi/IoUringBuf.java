package dev.rill.abi;

/// One entry of a buffer ring, `struct io_uring_buf` of `linux/io_uring.h`: byte
/// offsets.
///
/// ```
///       0                                   4                 6             8
///     +-----------------------------------------------------------------------+
///   0 | addr                                                                  |
///     +-----------------------------------+-----------------+-----------------+
///   8 | len                               | bid             | resv            |
///     +-----------------------------------+-----------------+-----------------+
/// ```
///
/// In entry 0 the bytes of `resv` are the ring's tail, see [IoUringBufRing]: entries
/// are written field by field, never as 16 bytes. On an incremental ring the kernel rewrites
/// `addr` and `len` as it fills the buffer.
public final class IoUringBuf {

    /// u64, where the buffer's free part begins.
    public static final int ADDR = 0;
    /// u32, bytes of the free part, unsigned.
    public static final int LEN = 8;
    /// u16, the buffer id, any number.
    public static final int BID = 12;
    /// u16, not read in entries 1 and above; the tail in entry 0.
    public static final int RESV = 14;
    /// Bytes of one entry.
    public static final int SIZE = 16;

    private IoUringBuf() {
    }
}
