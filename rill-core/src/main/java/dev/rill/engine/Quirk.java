package dev.rill.engine;

/// What differs between kernels, each a switch of a [Profile]. The names say what a program sees
/// while the switch is on; the numbers are those of the specification's table of quirks.
enum Quirk {
    /// Q2: a file read's data lands at the address *after* the early commit. 6.12.0 to 6.12.8.
    EARLY_ADDRESS_BUG,
    /// Q3: one segment per incremental peek, and a commit touches one slot. The patch itself;
    /// until 6.12.80, 6.13 and 6.14.
    SINGLE_SLOT_COMMIT,
    /// Q6: deferred single-shot completions appear after multishot completions whose data follows
    /// theirs. Before 6.12.29, 6.14.7 and 6.15.
    DEFERRED_REORDER,
    /// Q7: what a waiting MSG_WAITALL receive has got so far is not committed. Before 6.12.44.
    WAITALL_UNCOMMITTED,
    /// Q8: only the first part of a MSG_WAITALL receive is committed. Open as of 7.2.8.
    WAITALL_FIRST_PART_ONLY,
    /// Q9: the end of a file finishes the buffer. 6.15 to 6.18.19.
    EOF_FINISHES,
    /// Q10: the completion of an early commit never carries BUF_MORE. Before 6.12.81 and 6.18.20.
    EARLY_MORE_LOST,
    /// Q12: a read that fails after it waited names a buffer. Before 6.18.
    READ_ERROR_NAMES_BUFFER,
    /// Q13: `min_left` is a reserved field. Before 6.12.90, 6.18.30 and 7.1.
    NO_MIN_LEFT,
    /// Q14: MSG_TRUNC commits the whole size of a datagram. Before 7.2.7.
    TRUNC_OVER_COMMIT,
    /// Q15: a classic bundle writes the shortened length into the shared entry. 6.10 to 6.12.93.
    SHRINK_ENTRY,
    /// The first kernels with bundles make one pass per completion. Before 6.12.36.
    NO_BUNDLE_RETRY,
    /// Q20: registrations check the address first, and refuse one together with MMAP. Before 6.14.
    STRICT_RING_ADDRESS,
    /// Q21: a multishot receive cannot be limited. Before 6.17.
    NO_MULTISHOT_LIMIT,
    /// Q22: the range of a selected address is checked at selection. Since 7.2.
    ACCESS_CHECK,
    /// Q23: Unix sockets do not say what is left to read. Before 6.17.
    NO_UNIX_PENDING_HINT,
    /// Q24: data and the end of the stream that come together lose the end. Before 6.12.81.
    LOST_END,
    /// List groups hold 65536 buffers, not 65535. Since 7.2.
    LARGER_LISTS,
    /// Mapping what is no region at all is -EINVAL, not -ENOMEM. Since 7.2.
    UNKNOWN_REGION_IS_INVALID
}
