package dev.rill.abi;

/// A resource limit, `struct rlimit` of `sys/resource.h` on 64-bit machines: byte
/// offsets.
///
/// ```
///       0                                                                   8
///     +-----------------------------------------------------------------------+
///   0 | rlim_cur                                                              |
///     +-----------------------------------------------------------------------+
///   8 | rlim_max                                                              |
///     +-----------------------------------------------------------------------+
/// ```
public final class Rlimit {

    /// u64, the limit in force.
    public static final int CUR = 0;
    /// u64, how far it may be raised.
    public static final int MAX = 8;
    /// Bytes of the structure.
    public static final int SIZE = 16;

    private Rlimit() {
    }
}
