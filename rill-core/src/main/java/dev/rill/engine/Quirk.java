package dev.rill.engine;

/// What differs between kernels, each a switch of a [Profile]. The names say what a program sees
/// while the switch is on; the numbers are those of the specification's table of quirks.
public enum Quirk {
    /// Q2.
    EARLY_ADDRESS_BUG("a file read's data lands at the address after the early commit",
            "6.12.0 to 6.12.8"),
    /// Q3.
    SINGLE_SLOT_COMMIT("an incremental bundle takes one buffer, a commit touches one slot",
            "6.12.0 to 6.12.80, 6.13, 6.14"),
    /// Q4: the first pass of a bundle was cut inside a buffer, and there is a second one.
    PARTIAL_BUNDLE_RETRY("a classic bundle that ends inside a buffer goes on in the next one",
            "6.13.11 and 6.14.2 on, 6.15.0 to 6.15.4"),
    /// Q5.
    SECOND_PASS_COUNTS_FIRST("the second pass of a bundle consumes what the first one has again",
            "6.13.11 and 6.14.2 on, 6.15.0 to 6.15.3"),
    /// Q6.
    DEFERRED_REORDER("deferred single-shot completions appear after multishot completions whose"
            + " data follows theirs", "before 6.12.29, 6.14.7 and 6.15"),
    /// Q7.
    WAITALL_UNCOMMITTED("what a waiting MSG_WAITALL receive has got so far is not committed",
            "before 6.12.44"),
    /// Q8.
    WAITALL_FIRST_PART_ONLY("only the first part of a MSG_WAITALL receive is committed",
            "open as of 7.2.8"),
    /// Q9.
    EOF_FINISHES("the end of a file finishes the buffer", "6.15 to 6.18.19"),
    /// Q10.
    EARLY_MORE_LOST("the completion of an early commit never carries BUF_MORE",
            "before 6.12.81 and 6.18.20"),
    /// Q12.
    READ_ERROR_NAMES_BUFFER("a read that fails after it waited names a buffer", "before 6.18"),
    /// Q13.
    NO_MIN_LEFT("min_left is a reserved field", "before 6.12.90, 6.18.30 and 7.1"),
    /// Q14.
    TRUNC_OVER_COMMIT("MSG_TRUNC commits the whole size of a datagram", "before 7.2.7"),
    /// Q15.
    SHRINK_ENTRY("a classic bundle writes the shortened length into the shared entry",
            "6.10 to 6.12.93"),
    /// The first kernels with bundles.
    NO_BUNDLE_RETRY("a bundle makes one pass per completion", "before 6.12.36"),
    /// Q20.
    STRICT_RING_ADDRESS("registrations check the address first, and refuse one together with"
            + " MMAP", "before 6.14"),
    /// Q21.
    NO_MULTISHOT_LIMIT("a multishot receive cannot be limited", "before 6.17"),
    /// Q22.
    ACCESS_CHECK("the range of a selected address is checked at selection", "since 7.2"),
    /// Q23.
    NO_UNIX_PENDING_HINT("Unix sockets do not say what is left to read", "before 6.17"),
    /// Q24.
    LOST_END("data and the end of the stream that come together lose the end", "before 6.12.81"),
    /// Not in the table: it does not concern incremental buffers.
    LARGER_LISTS("list groups hold 65536 buffers, not 65535", "since 7.2"),
    /// Not in the table either.
    UNKNOWN_REGION_IS_INVALID("mapping what is no region at all is -EINVAL, not -ENOMEM",
            "since 7.2"),
    /// Not in the table: found by fuzzing.
    READ_KEEPS_LIST_BUFFER("a read that waits keeps the buffer of a list group that it was given",
            "since 6.18");

    private final String summary;
    private final String kernels;

    Quirk(String summary, String kernels) {
        this.summary = summary;
        this.kernels = kernels;
    }

    /// What a program sees.
    public String summary() {
        return summary;
    }

    /// Which kernels have it.
    public String kernels() {
        return kernels;
    }
}
