package dev.rill.abi;

/// A piece of memory, `struct iovec` of `sys/uio.h` on 64-bit machines: byte offsets.
///
/// ```
///       0                                                                   8
///     +-----------------------------------------------------------------------+
///   0 | iov_base                                                              |
///     +-----------------------------------------------------------------------+
///   8 | iov_len                                                               |
///     +-----------------------------------------------------------------------+
/// ```
public final class Iovec {

    /// u64, the address.
    public static final int BASE = 0;
    /// u64, the length in bytes.
    public static final int LEN = 8;
    /// Bytes of the structure.
    public static final int SIZE = 16;
    /// The most iovecs one request may have.
    public static final int UIO_MAXIOV = 1024;

    private Iovec() {
    }
}
