package dev.rill.ring;

/// Something that kernels do with provided buffers, all or some of them, and that would cost bytes
/// if nobody knew of it: what it breaks, how it is found, and what Rill does about it.
///
/// Whether the running kernel has one is found by [Quirks], never by its version: the releases are
/// a remark, because distributions carry single corrections back. Those without a [#test] cannot be
/// shown without a race, a hang or a warning of the kernel; Rill guards against them everywhere.
///
/// The numbers and the history are those of `docs/quirks.md`.
public enum Quirk {

    /// No `IOU_PBUF_RING_INC`.
    NO_INCREMENTAL(1, "D1", "there are no incremental buffer rings", "before 6.12",
            Guard.WHERE_FOUND, "groups use the same memory in whole buffers"),
    /// The address after the early commit is used for the transfer.
    FILE_DATA_MISPLACED(2, "D3", "a file's data lands behind its place", "6.12.0 to 6.12.8",
            Guard.ALWAYS, "reads at a file offset are refused on incremental groups"),
    /// One slot for each commit.
    BUNDLE_OF_ONE(3, "D6", "a bundle fills one incremental buffer at a time",
            "6.12.0 to 6.12.80, 6.13, 6.14",
            Guard.ALWAYS, "a bundle's completion may stand for any number of buffers"),
    /// A second pass although the first was cut short.
    CLASSIC_BUNDLE_MISPLACED(4, "D11", "a bundle's bytes are not in the buffers it names",
            "6.13.11 and 6.14.2 on, 6.15.0 to 6.15.4",
            Guard.WHERE_FOUND, "groups do without bundles: a completion for each buffer"),
    /// The second pass commits the bytes of the first again.
    BUNDLE_COUNTED_TWICE(5, "D7", "a bundle moves the receive point too far",
            "6.13.11 and 6.14.2 on, 6.15.0 to 6.15.3",
            Guard.WHERE_FOUND, "groups do without bundles: a completion for each buffer"),
    /// Single-shot completions wait for the end of the batch.
    COMPLETIONS_OUT_OF_ORDER(6, "D12", "a multishot's completion overtakes an earlier receive's",
            "before 6.12.29, 6.14.7 and 6.15",
            Guard.WHERE_FOUND, "an event loop does not mix the two; with a ring alone, do not"),
    /// What came before the wait is not committed.
    WAITALL_UNCOMMITTED(7, "D4", "what MSG_WAITALL has got is given to others as well",
            "before 6.12.44, 6.15.11 and 6.16.2",
            Guard.ALWAYS, "MSG_WAITALL is refused on incremental groups and in bundles"),
    /// What came after the wait is not committed.
    WAITALL_FIRST_PART_ONLY(8, "D4", "of what MSG_WAITALL gets only the first part is counted",
            "6.12.44 to 6.12.117, 6.15.11, 6.16.2 to 7.2",
            Guard.ALWAYS, "MSG_WAITALL is refused on incremental groups and in bundles"),
    /// A commit of no bytes says "finished".
    END_FINISHES_BUFFER(9, "D2", "the end of a stream seems to finish its buffer",
            "6.15 to 6.18.19, 6.19.9",
            Guard.ALWAYS, "a completion without bytes never finishes an incremental buffer"),
    /// The early commit's answer is forgotten.
    EARLY_MORE_LOST(10, "D3", "what is consumed early seems to finish its buffer",
            "6.12.0 to 6.12.80, 6.13 to 6.18.19",
            Guard.ALWAYS, "IOSQE_ASYNC and file offsets are refused on incremental groups"),
    /// The commit loop meets a length of 0.
    EMPTIED_ENTRY_LOOPS(11, "", "the kernel spins on a lent buffer whose length becomes 0",
            "6.15 to 6.16.4",
            Guard.ALWAYS, "published buffers are not edited, empty ones are refused"),
    /// The buffer of a failed read is named although it was recycled.
    READ_ERROR_NAMES_BUFFER(12, "", "what fails names a buffer that it has not used",
            "before 6.12.81, 6.18",
            Guard.ALWAYS,
            "an error finishes no incremental buffer;"
            + " MSG_DONTWAIT is refused on whole ones"),
    /// `min_left` is a reserved field.
    NO_MIN_LEFT(13, "D1", "there is no min_left: the end of a buffer cuts messages",
            "before 6.12.90, 6.18.30, 7.0.7 and 7.1",
            Guard.ALWAYS, "selectForDatagrams demands min_left, or whole buffers"),
    /// The size of the datagram is committed, not what was written.
    TRUNC_OVER_COMMIT(14, "D5", "MSG_TRUNC consumes more than was written",
            "6.12.0 to 6.12.117, 6.13 to 7.2.6",
            Guard.ALWAYS, "MSG_TRUNC is refused on incremental groups, but for messages"),
    /// The shortened length is written to the shared entry.
    BUNDLE_SHORTENS_ENTRY(15, "D10", "a bundle with a length shortens a buffer it only looked at",
            "6.10 to 6.12.35, 6.12.81 to 6.12.93, 6.17 to 6.18.35, 7.0.12",
            Guard.WHERE_FOUND, "bundles with a length are refused on classic groups"),
    /// The second pass has no limit.
    BUNDLE_EXCEEDS_LENGTH(16, "D7", "a bundle takes more than its length",
            "all whose bundles make a second pass",
            Guard.ALWAYS, "a bundle's completion may bring any number of bytes"),
    /// No more without a further buffer.
    BUNDLE_ENDS_AT_LAST_BUFFER(17, "", "a multishot bundle ends at the last lent buffer", "all",
            Guard.PROGRAM, "whoever bundles looks at IORING_CQE_F_MORE"),
    /// A length of 0 is never finished.
    EMPTY_BUFFER_STUCK(18, "", "receives get stuck on a buffer of length 0", "all",
            Guard.ALWAYS, "empty buffers are refused"),
    /// The mapping offset has no room for the group id.
    MAPPED_GROUPS_ALIAS(19, "", "mapping group 32768 + n maps group n", "all",
            Guard.ALWAYS, "mapped rings have ids up to 2047"),
    /// An address next to `IOU_PBUF_RING_MMAP`.
    MAPPED_ADDRESS_REFUSED(20, "", "a mapped ring must not have an address", "before 6.14",
            Guard.ALWAYS, "mapped rings are registered without one"),
    /// `len` and `optlen` of multishot receives.
    NO_MULTISHOT_LIMIT(21, "D9", "a multishot receive takes no limit", "before 6.17",
            Guard.WHERE_FOUND, "connections that ask for bytes are armed receive by receive"),
    /// A foreign address is noticed when it is used.
    LATE_ADDRESS_CHECK(22, "", "an address that is none fails the receive, not its selection",
            "before 7.2",
            Guard.ALWAYS, "a group publishes its own memory only"),
    /// No hint after a receive from a Unix socket.
    NO_UNIX_HINT(23, "D13", "Unix sockets do not say that more is there", "before 6.17",
            Guard.ALWAYS, "IORING_CQE_F_SOCK_NONEMPTY is a hint nothing depends on"),
    /// Data and the end in one pass.
    LOST_END(24, "D15", "an end that comes together with data may be lost",
            "6.12 to 6.12.85, 6.13 to 6.18.19, 6.19.9",
            Guard.WHERE_FOUND,
            "event loops poll for each connection's end; with a ring alone, do so"),
    /// A waiting receive remembers the room there was.
    LENGTH_LATCH(25, "D8", "a waiting receive takes no more than there was room for before",
            "all known",
            Guard.ALWAYS, "selectForDatagrams demands min_left, or whole buffers"),
    /// A worker's receive holds its range.
    WORKERS_PIN(26, "", "IOSQE_ASYNC consumes before, and completes in any order", "all",
            Guard.ALWAYS, "IOSQE_ASYNC is refused on incremental groups"),
    /// A vector is inherited from bundle to bundle.
    BUNDLE_SIZES_VARY(27, "", "how much a bundle takes depends on those before it", "all",
            Guard.ALWAYS, "nothing depends on where a bundle ends"),
    /// Flags of polled completions.
    POLLED_FLAGS_WRONG(28, "", "completions of IOPOLL rings name wrong buffers", "before 7.3",
            Guard.ALWAYS, "groups are refused on IOPOLL rings"),
    /// A length with the sign bit.
    HUGE_BUFFER_NOT_CONSUMED(29, "", "what is consumed early of 2 GiB or more is not counted",
            "all",
            Guard.ALWAYS, "buffers are smaller than 2 GiB"),
    /// Later rounds of a send bundle.
    STALE_SEND_LENGTH(30, "", "a send bundle goes on with a length of before", "6.17 to 7.2-rc5",
            Guard.PROGRAM, "Rill sends from addresses, not from groups"),
    /// The early commit takes what was asked for.
    FILES_CONSUME_REQUEST(31, "", "file reads consume what was asked for, not what was read",
            "all",
            Guard.ALWAYS, "reads at a file offset are refused on incremental groups"),
    /// Consumed before it is sent.
    SHORT_SEND_LOSES_REST(32, "", "a short send from an incremental buffer loses its rest", "all",
            Guard.ALWAYS, "sends from incremental groups are refused"),
    /// A buffer retired between two passes.
    BUNDLE_SKIPS_UNSEEN(33, "", "a bundle skips what min_left retires, and does not say so",
            "all that have both",
            Guard.ALWAYS, "bundles together with minLeft > 1 are refused"),
    /// What is there when a multishot is armed is received in two goes.
    END_BEHIND_PIECES(34, "", "a multishot that finds many pieces and the end misses the end",
            "all; resets since 6.8, Unix sockets since 6.17",
            Guard.ALWAYS, "an event loop arms anew behind 33 pieces; with a ring alone, do so"),
    /// The flags of the first of two passes are those of the completion.
    BUNDLE_SPEAKS_OF_FIRST_PASS(35, "D14",
            "a bundle does not say whether its last buffer is finished, but its first",
            "6.12.36 to 6.12.93, 6.15 to 6.18.35, 6.19, 7.0.12",
            Guard.WHERE_FOUND, "groups do without bundles: a completion for each buffer");

    /// When Rill does something about it.
    public enum Guard {
        /// Whatever the kernel is: it costs nothing, or the right kernel is not known yet.
        ALWAYS("always"),
        /// Only where it was found, or could not be told.
        WHERE_FOUND("where found"),
        /// It is the program's to know.
        PROGRAM("left to the program");

        private final String text;

        Guard(String text) {
            this.text = text;
        }

        /// The answer in words.
        ///
        /// @return lower case, to stand in a table
        public String text() {
            return text;
        }
    }

    private final int number;
    private final String test;
    private final String breaks;
    private final String kernels;
    private final Guard guard;
    private final String remedy;

    Quirk(int number, String test, String breaks, String kernels, Guard guard, String remedy) {
        this.number = number;
        this.test = test;
        this.breaks = breaks;
        this.kernels = kernels;
        this.guard = guard;
        this.remedy = remedy;
    }

    /// Its short name in messages and in `docs/quirks.md`.
    ///
    /// @return for example `Q8`
    public String id() {
        return "Q" + number;
    }

    /// The self-test that finds it.
    ///
    /// @return for example `D4`; empty when it is not looked for
    public String test() {
        return test;
    }

    /// What a program would see.
    ///
    /// @return a phrase without a full stop
    public String breaks() {
        return breaks;
    }

    /// The Linux releases that have it, as far as known. A remark: nothing is decided by it.
    ///
    /// @return for example `before 6.17`
    public String kernels() {
        return kernels;
    }

    /// When Rill does something about it.
    ///
    /// @return always, where it is found, or not at all
    public Guard guard() {
        return guard;
    }

    /// What Rill does about it.
    ///
    /// @return a phrase without a full stop
    public String remedy() {
        return remedy;
    }
}
