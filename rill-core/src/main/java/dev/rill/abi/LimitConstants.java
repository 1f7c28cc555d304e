package dev.rill.abi;

/// Limits of the process and the machine: `RLIMIT_*` of `sys/resource.h` and the
/// `sysconf` name of the page size (`unistd.h`).
public final class LimitConstants {

    /// One more than the highest descriptor.
    public static final int RLIMIT_NOFILE = 7;
    /// Bytes that may be locked, among them registered buffers and buffer rings.
    public static final int RLIMIT_MEMLOCK = 8;
    /// No limit (unsigned, the largest number).
    public static final long RLIM_INFINITY = -1L;
    /// `sysconf`: the page size at run time, 4 to 64 KiB.
    public static final int _SC_PAGESIZE = 30;

    private LimitConstants() {
    }
}
