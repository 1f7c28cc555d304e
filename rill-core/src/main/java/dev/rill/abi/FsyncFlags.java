package dev.rill.abi;

/**
 * Options of {@link Opcode#IORING_OP_FSYNC}, in {@code sqe->fsync_flags}
 * ({@code linux/io_uring.h}).
 */
public final class FsyncFlags {

    /** Like {@code fdatasync}: no metadata that is not needed to read the data. */
    public static final int IORING_FSYNC_DATASYNC = 1 << 0;

    private FsyncFlags() {
    }
}
