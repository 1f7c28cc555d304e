package dev.rill.abi;

/// Options of [Opcode#IORING_OP_NOP], in `sqe->nop_flags` (`IORING_NOP_*` in
/// `linux/io_uring.h`). Kernels before 6.10 ignore the field.
public final class NopFlags {

    /// `res` becomes `sqe->len`: a way to test; since 6.10.
    public static final int IORING_NOP_INJECT_RESULT = 1 << 0;
    /// Takes and drops the file in `fd`; since 6.13.
    public static final int IORING_NOP_FILE = 1 << 1;
    /// That file is a registered one; since 6.13.
    public static final int IORING_NOP_FIXED_FILE = 1 << 2;
    /// Takes and drops registered buffer `buf_index`; since 6.13.
    public static final int IORING_NOP_FIXED_BUFFER = 1 << 3;
    /// Completes as task work instead of inline; since 6.17.
    public static final int IORING_NOP_TW = 1 << 4;
    /// Completes with 32 bytes, in mixed rings; since 6.18.
    public static final int IORING_NOP_CQE32 = 1 << 5;

    private NopFlags() {
    }
}
