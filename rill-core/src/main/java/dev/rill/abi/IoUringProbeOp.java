package dev.rill.abi;

/// What the kernel says of one opcode, `struct io_uring_probe_op` of
/// `linux/io_uring.h`: byte offsets.
///
/// ```
///       0        1        2                 4                               8
///     +--------+--------+-----------------+-----------------------------------+
///   0 | op     | 0      | flags           | 0                                 |
///     +--------+--------+-----------------+-----------------------------------+
/// ```
public final class IoUringProbeOp {

    /// u8, the [Opcode].
    public static final int OP = 0;
    /// u16, [#IO_URING_OP_SUPPORTED] or 0.
    public static final int FLAGS = 2;
    /// Bytes of one element.
    public static final int SIZE = 8;
    /// In [#FLAGS]: the kernel can do it.
    public static final int IO_URING_OP_SUPPORTED = 1 << 0;

    private IoUringProbeOp() {
    }
}
