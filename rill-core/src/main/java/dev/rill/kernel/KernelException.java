package dev.rill.kernel;

import dev.rill.abi.Errno;

/// A kernel refused something: which operation, with which errno, and what to do about it.
///
/// The one exception type for everything that comes from a kernel. Below the public API errors
/// travel as `-errno`; they become this exception where a user of the library would see them.
public final class KernelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String operation;
    private final int errno;

    /// Describes a refusal.
    ///
    /// @param operation what was asked, in the kernel's words, such as `io_uring_setup`
    /// @param errno the error, either as `errno` or as `-errno`
    /// @param advice what to do about it, a sentence, or the empty string
    public KernelException(String operation, int errno, String advice) {
        super(operation + ": " + Errno.describe(errno) + (advice.isEmpty() ? "" : ". " + advice));
        this.operation = operation;
        this.errno = Math.abs(errno);
    }

    /// Describes a refusal that needs no advice.
    ///
    /// @param operation what was asked, in the kernel's words
    /// @param errno the error, either as `errno` or as `-errno`
    public KernelException(String operation, int errno) {
        this(operation, errno, "");
    }

    private KernelException(Availability availability) {
        super(availability.message());
        operation = "io_uring_setup";
        errno = 0;
    }

    /// Describes a kernel that cannot be used at all.
    ///
    /// @param availability why, and what to do about it
    /// @return an exception to be thrown, without an errno
    public static KernelException unavailable(Availability availability) {
        return new KernelException(availability);
    }

    /// Passes a value on, or throws when it is `-errno`.
    ///
    /// @param operation what was asked, in the kernel's words
    /// @param result what the kernel answered
    /// @return `result`, zero or more
    /// @throws KernelException when `result` is negative
    public static int check(String operation, int result) {
        if (result < 0) {
            throw new KernelException(operation, result);
        }
        return result;
    }

    /// What was asked.
    ///
    /// @return the operation, in the kernel's words
    public String operation() {
        return operation;
    }

    /// Which error it was.
    ///
    /// @return a positive errno, one of [Errno]; 0 when no single call was refused
    public int errno() {
        return errno;
    }
}
