package dev.rill.abi;

/// A buffer ring, `struct io_uring_buf_ring` of `linux/io_uring.h`: an array of
/// [IoUringBuf] whose entry 0 lends its last two bytes to the tail.
///
/// ```
///        0                                   8               12      14     16
///      +-----------------------------------+---------------+-------+-------+
///    0 | addr of entry 0                   | len           | bid   | TAIL  |
///      +-----------------------------------+---------------+-------+-------+
///   16 | addr of entry 1                   | len           | bid   | 0     |
///      +-----------------------------------+---------------+-------+-------+
///      | ...                                                               |
///      +-------------------------------------------------------------------+
/// ```
///
/// The tail is a free-running u16 that only we write, with release semantics, after the entries
/// it makes visible. The head is not in shared memory, it can only be asked for
/// ([IoUringBufStatus]). The ring begins at a page boundary.
public final class IoUringBufRing {

    /// u16, the producer index.
    public static final int TAIL = 14;
    /// Entry 0.
    public static final int BUFS = 0;

    private IoUringBufRing() {
    }
}
