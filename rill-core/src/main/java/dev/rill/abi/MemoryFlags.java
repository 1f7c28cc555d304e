package dev.rill.abi;

/// Mappings: `PROT_*`, `MAP_*` and `MADV_*` of `sys/mman.h`.
public final class MemoryFlags {

    /// No access.
    public static final int PROT_NONE = 0;
    /// May be read.
    public static final int PROT_READ = 0x1;
    /// May be written.
    public static final int PROT_WRITE = 0x2;
    /// May be run.
    public static final int PROT_EXEC = 0x4;
    /// Changes are seen by the other side: what rings need.
    public static final int MAP_SHARED = 0x1;
    /// Changes stay with us.
    public static final int MAP_PRIVATE = 0x2;
    /// Like shared, and refuses unknown flags.
    public static final int MAP_SHARED_VALIDATE = 0x3;
    /// Exactly at this address, whatever was there.
    public static final int MAP_FIXED = 0x10;
    /// Memory without a file.
    public static final int MAP_ANONYMOUS = 0x20;
    /// Never swapped out.
    public static final int MAP_LOCKED = 0x2000;
    /// No swap space is set aside.
    public static final int MAP_NORESERVE = 0x4000;
    /// Pages are there before the call returns.
    public static final int MAP_POPULATE = 0x8000;
    /// Made of huge pages.
    public static final int MAP_HUGETLB = 0x40000;
    /// Exactly at this address, or `-EEXIST`.
    public static final int MAP_FIXED_NOREPLACE = 0x100000;
    /// Where the size of huge pages stands, as a power of two.
    public static final int MAP_HUGE_SHIFT = 26;
    /// Huge pages of 2 MiB.
    public static final int MAP_HUGE_2MB = 21 << 26;
    /// Huge pages of 1 GiB.
    public static final int MAP_HUGE_1GB = 30 << 26;
    /// What `mmap` answers when it fails.
    public static final long MAP_FAILED = -1L;
    /// No advice.
    public static final int MADV_NORMAL = 0;
    /// No reading ahead.
    public static final int MADV_RANDOM = 1;
    /// Much reading ahead.
    public static final int MADV_SEQUENTIAL = 2;
    /// Soon needed.
    public static final int MADV_WILLNEED = 3;
    /// Contents may be dropped.
    public static final int MADV_DONTNEED = 4;
    /// Contents may be dropped when memory is short.
    public static final int MADV_FREE = 8;
    /// Not passed on by fork: for memory the kernel writes into.
    public static final int MADV_DONTFORK = 10;
    /// Passed on by fork again.
    public static final int MADV_DOFORK = 11;
    /// Huge pages are welcome.
    public static final int MADV_HUGEPAGE = 14;
    /// No huge pages.
    public static final int MADV_NOHUGEPAGE = 15;
    /// Left out of core dumps.
    public static final int MADV_DONTDUMP = 16;
    /// In core dumps again.
    public static final int MADV_DODUMP = 17;
    /// Makes pages present for reading; since 5.14.
    public static final int MADV_POPULATE_READ = 22;
    /// Makes pages present for writing; since 5.14.
    public static final int MADV_POPULATE_WRITE = 23;

    private MemoryFlags() {
    }
}
