package dev.rill.engine;

/// What differs between kernels, each a switch of a [Profile]. The names say what a program sees
/// while the switch is on; the numbers are those of the specification's table of quirks.
public enum Quirk {

    /// Q2.
    EARLY_ADDRESS_BUG("a file read's data lands at the address after the early commit",
            Span.before("6.12.9/6.13")),
    /// Q3.
    SINGLE_SLOT_COMMIT("an incremental bundle takes one buffer, a commit touches one slot",
            Span.before("6.12.81/6.15")),
    /// Q4: the first pass of a bundle was cut inside a buffer, and there is a second one.
    PARTIAL_BUNDLE_RETRY("a classic bundle that ends inside a buffer goes on in the next one",
            Span.of("6.13.11/6.14.2/6.15", "6.15.5/6.16")),
    /// Q5.
    SECOND_PASS_COUNTS_FIRST("the second pass of a bundle consumes what the first one has again",
            Span.of("6.13.11/6.14.2/6.15", "6.15.4/6.16")),
    /// Q6.
    DEFERRED_REORDER("deferred single-shot completions appear after multishot completions whose"
            + " data follows theirs",
            Span.before("6.12.29/6.14.7/6.15")),
    /// Q7.
    WAITALL_UNCOMMITTED("what a waiting MSG_WAITALL receive has got so far is not committed",
            Span.before("6.12.44/6.15.11/6.16.2/6.17")),
    /// Q8.
    WAITALL_FIRST_PART_ONLY("only the first part of a MSG_WAITALL receive is committed",
            Span.of("6.12.44/6.15.11/6.16.2/6.17", "6.12.118/7.3")),
    /// What was made of it.
    WAITALL_TAKES_WHAT_COMES("MSG_WAITALL waits for no rest in an incremental buffer or a bundle",
            Span.since("6.12.118/7.3")),
    /// Q9.
    EOF_FINISHES("the end of a file finishes the buffer",
            Span.of("6.15", "6.18.20/6.19.10/7.0")),
    /// Q10.
    EARLY_MORE_LOST("the completion of an early commit never carries BUF_MORE",
            Span.before("6.12.81/6.18.20/6.19.10/7.0")),
    /// Q12.
    READ_ERROR_NAMES_BUFFER("a read that fails names a buffer that it has not used",
            Span.before("6.12.74/6.18")),
    /// Q13.
    NO_MIN_LEFT("min_left is a reserved field",
            Span.before("6.12.90/6.18.30/7.0.7/7.1")),
    /// Q14.
    TRUNC_OVER_COMMIT("MSG_TRUNC commits the whole size of a datagram",
            Span.before("6.12.118/7.2.7/7.3")),
    /// Q15.
    SHRINK_ENTRY("a classic bundle writes the shortened length into the shared entry",
            Span.before("6.12.94/6.18.36/7.0.13/7.1")),
    /// The first kernels with bundles.
    NO_BUNDLE_RETRY("a bundle makes one pass per completion",
            Span.before("6.12.36/6.13.11/6.14.2/6.15")),
    /// Q20.
    STRICT_RING_ADDRESS("registrations check the address first, and refuse one together with MMAP",
            Span.before("6.14")),
    /// Q21.
    NO_MULTISHOT_LIMIT("a multishot receive cannot be limited",
            Span.before("6.17")),
    /// Q22.
    ACCESS_CHECK("the range of a selected address is checked at selection",
            Span.since("7.2")),
    /// Q23.
    NO_UNIX_PENDING_HINT("Unix sockets do not say what is left to read",
            Span.before("6.17")),
    /// Q24.
    LOST_END("data and the end of the stream that come together lose the end",
            Span.before("6.12.90/6.18.20/6.19.10/7.0")),
    /// Not in the table: it does not concern incremental buffers.
    LARGER_LISTS("list groups hold 65536 buffers, not 65535",
            Span.since("7.2")),
    /// Not in the table either.
    NO_REGION_IS_INVALID("mapping what is not there is -EINVAL, not -ENOMEM", Span.since("7.2")),
    /// Q35.
    BUNDLE_SPEAKS_OF_FIRST_PASS("a bundle of two passes says of the first whether its last buffer"
            + " is finished", Span.of("6.12.36/6.13.11/6.14.2/6.15", "6.12.94/6.18.36/7.0.13")),
    /// Not in the table: seen on real kernels, like those that follow.
    SOCKET_COMES_FIRST("a receive with POLL_FIRST from what is no socket fails at once",
            Span.since("7.2")),
    PART_OF_LAST_ENDS("a bundle that takes a part of the last lent buffer, or exactly its end, ends"
            + " a multishot", Span.since("6.12.118/7.3")),
    TIMEOUTS_NEVER_COUNT("timeouts do not count the end of others, whoever has ended them",
            Span.since("6.12.118/7.3")),
    ENDLESS_LISTS("list groups hold any number of buffers", Span.before("6.16")),
    FAULT_SAYS_MORE("a Unix socket says what is left although the memory for it is not there",
            Span.of("6.17", "6.18")),
    UNIX_HINT_COUNTS_READ("Unix sockets count what was taken of a piece as left to read",
            Span.of("6.17", "6.18.36/7.0.13")),
    WORKER_BUNDLE_OF_ONE("a worker's bundle takes one buffer", Span.before("6.15")),
    BUNDLE_IGNORES_LENGTH("a bundle takes one buffer at first, whatever its length",
            Span.of("6.12.36/6.13.11/6.14.2/6.15", "6.12.81/6.17")),
    LAST_WORDS_UNCHECKED("the last two reserved words of a registration are not looked at",
            Span.of("6.12.90", "6.12.118")),
    MULTISHOT_POLL_TELLS_LESS("a multishot poll tells of the peer's end only who has asked for it",
            Span.of("6.12.118", "6.13")),
    UNSENT_BUNDLES_REFUSED("a send bundle without provided buffers is refused",
            Span.before("6.16")),
    HUGE_LENGTHS("a length of 2 GiB or more is one like any other",
            Span.before("6.12.81/6.18.22/6.19.12/7.0")),
    FAILURE_NAMES_BUFFER("a receive that does not want to wait, and would have to, names a buffer",
            Span.before("6.12.81/6.18")),
    NO_ZERO_COPY_RECEIVE("there is no RECV_ZC", Span.before("6.15")),
    /// Not in the table: found by fuzzing.
    READ_KEEPS_LIST_BUFFER("a read that waits keeps the buffer of a list group that it was given",
            Span.since("6.18")),
    TWO_TABLES_OF_WAITING("a cancel meets polls, and what workers wait for, before receives",
            Span.before("6.13")),
    POLLED_SEND_BUNDLE_GOES_ON("a send bundle that has waited for room goes on after its first"
            + " completion", Span.before("6.12.81/6.17")),
    WORK_INCLUDES_WHAT_COMES("what becomes ready while others are looked after is looked after"
            + " before their links", Span.since("7.2")),
    NO_VECTORED_SENDS("a send is of one place in memory, not of an array of them",
            Span.before("6.17")),
    PLAIN_SENDS_OF_REGISTERED("a send without zero copy may be of a registered buffer",
            Span.since("7.2"));

    private final String summary;
    private final Span span;

    Quirk(String summary, Span span) {
        this.summary = summary;
        this.span = span;
    }

    /// What a program sees.
    public String summary() {
        return summary;
    }

    /// Which kernels have it.
    public String kernels() {
        return span.toString();
    }

    /// Whether a release has it.
    boolean isIn(String release) {
        return span.contains(release);
    }
}
