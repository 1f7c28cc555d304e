package dev.rill.abi;

/// Options of [Opcode#IORING_OP_FSYNC], in `sqe->fsync_flags`
/// (`linux/io_uring.h`).
public final class FsyncFlags {

    /// Like `fdatasync`: no metadata that is not needed to read the data.
    public static final int IORING_FSYNC_DATASYNC = 1 << 0;

    private FsyncFlags() {
    }
}
