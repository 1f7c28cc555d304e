package dev.rill.kernel;

/// Which pages memory is made of: with fewer and larger ones the processor looks up less.
public enum HugePages {

    /// The ordinary ones, 4 KiB each on most machines.
    NONE,
    /// The kernel makes huge ones where it can (`MADV_HUGEPAGE`, Linux 2.6.38), 2 MiB each on most
    /// machines, and takes them apart again when it must. The machine must allow it:
    /// `/sys/kernel/mm/transparent_hugepage/enabled` is `madvise` or `always`.
    TRANSPARENT,
    /// Huge ones that the machine has set aside (`MAP_HUGETLB`, Linux 2.6.32; `vm.nr_hugepages`).
    /// They are taken at once, are never swapped out, and each mapping takes whole ones.
    EXPLICIT
}
