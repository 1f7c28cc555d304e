package dev.rill.abi;

/// Argument of [RegisterOp#IORING_REGISTER_SYNC_CANCEL],
/// `struct io_uring_sync_cancel_reg` of `linux/io_uring.h`: byte offsets.
///
/// ```
///       0                                   4                               8
///     +-----------------------------------------------------------------------+
///   0 | addr                                                                  |
///     +-----------------------------------+-----------------------------------+
///   8 | fd                                | flags                             |
///     +-----------------------------------+-----------------------------------+
///  16 | timeout.tv_sec                                                        |
///     +-----------------------------------------------------------------------+
///  24 | timeout.tv_nsec                                                       |
///     +--------+--------------------------------------------------------------+
///  32 | opcode | 0, 31 bytes ...                                              |
///     +--------+--------------------------------------------------------------+
/// ```
public final class IoUringSyncCancelReg {

    /// u64, the `user_data` to look for.
    public static final int ADDR = 0;
    /// s32, the file to look for.
    public static final int FD = 8;
    /// u32, [CancelFlags].
    public static final int FLAGS = 12;
    /// [KernelTimespec], how long to wait; both -1 for no limit.
    public static final int TIMEOUT = 16;
    /// u8, the opcode to look for, with `IORING_ASYNC_CANCEL_OP`; since 6.6.
    public static final int OPCODE = 32;
    /// Bytes of the structure.
    public static final int SIZE = 64;

    private IoUringSyncCancelReg() {
    }
}
