package dev.rill.abi;

/// System call numbers of io_uring (`asm/unistd.h`). New calls share one number on all
/// architectures, so these hold for x86-64 and aarch64 alike.
///
/// Rill reaches them through libc's `syscall(2)`; libc has no wrappers of its own.
public final class Syscall {

    /// `io_uring_setup(entries, params)`: makes a ring, answers its file descriptor.
    public static final int SYS_IO_URING_SETUP = 425;
    /// `io_uring_enter(fd, to_submit, min_complete, flags, arg, argsz)`.
    public static final int SYS_IO_URING_ENTER = 426;
    /// `io_uring_register(fd, opcode, arg, nr_args)`; opcodes in [RegisterOp].
    public static final int SYS_IO_URING_REGISTER = 427;

    private Syscall() {
    }
}
