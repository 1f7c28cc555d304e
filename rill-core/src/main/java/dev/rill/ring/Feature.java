package dev.rill.ring;

/// Something that not every kernel with io_uring has, and what it means to Rill.
///
/// Which of them the running kernel has is found by [Probe], never by its version: distributions
/// carry single features back, and containers take some away.
public enum Feature {

    /// Setting the size of the completion queue.
    COMPLETION_QUEUE_SIZE("IORING_SETUP_CQSIZE", Area.RING, "5.5", true,
            "room for bursts of completions",
            "Rill does not run here"),
    /// The rest of a batch is submitted although one entry was refused.
    SUBMIT_ALL("IORING_SETUP_SUBMIT_ALL", Area.RING, "5.18", true,
            "a refused request does not hold up its batch",
            "a refused request ends its batch, the rest goes with the next"),
    /// Completion work waits for the next call instead of interrupting the thread.
    COOPERATIVE_TASK_RUN("IORING_SETUP_COOP_TASKRUN", Area.RING, "5.19", true,
            "no interrupts for completions, where DEFER_TASKRUN is missing",
            "the thread is interrupted to run completion work"),
    /// One thread submits.
    SINGLE_ISSUER("IORING_SETUP_SINGLE_ISSUER", Area.RING, "6.0", true,
            "one thread submits, so the kernel locks less",
            "the kernel is ready for submissions of any thread"),
    /// Completion work is done only while the ring's owner waits.
    DEFERRED_TASK_RUN("IORING_SETUP_DEFER_TASKRUN", Area.RING, "6.1", true,
            "completions are worked off in batches, while the thread waits",
            "COOP_TASKRUN instead: completion work runs in any call"),
    /// Submission entries are taken in order, not through an index.
    NO_INDEX_ARRAY("IORING_SETUP_NO_SQARRAY", Area.RING, "6.6", true,
            "submissions are taken in order",
            "each submission goes through an index array"),
    /// The ring's own descriptor is registered.
    REGISTERED_RING("IORING_REGISTER_RING_FDS", Area.RING, "5.18", true,
            "no look-up of the ring's descriptor on every call",
            "the kernel looks the ring's descriptor up on every call"),
    /// Both queues in one mapping.
    SINGLE_MAPPING("IORING_FEAT_SINGLE_MMAP", Area.RING, "5.4", true,
            "both queues share one mapping",
            "a mapping for each queue"),
    /// Completions without room are kept.
    NO_DROP("IORING_FEAT_NODROP", Area.RING, "5.5", true,
            "completions that find no room are kept, none is lost",
            "Rill does not run here"),
    /// Sockets wait without worker threads.
    FAST_POLL("IORING_FEAT_FAST_POLL", Area.RING, "5.7", true,
            "requests wait for their sockets without worker threads",
            "every waiting request keeps a worker thread of the kernel"),
    /// A time limit as part of the wait.
    WAIT_ARGUMENT("IORING_FEAT_EXT_ARG", Area.RING, "5.11", true,
            "waiting with a time limit is one call",
            "Rill does not run here"),
    /// A wait that gathers completions for a moment.
    MIN_WAIT("IORING_FEAT_MIN_TIMEOUT", Area.RING, "6.12", false,
            "a wait that gathers completions for a moment",
            "a wait ends as soon as enough completions are there"),
    /// A wait that is not counted as waiting for a disk.
    NO_IO_WAIT("IORING_FEAT_NO_IOWAIT", Area.RING, "6.15", false,
            "a wait that statistics do not count as I/O wait",
            "waiting may show up as I/O wait in statistics"),

    /// Rings through which buffers are lent to the kernel.
    BUFFER_RINGS("IORING_REGISTER_PBUF_RING", Area.BUFFERS, "5.19", true,
            "one store in shared memory lends buffers to receive into",
            "Rill does not run here"),
    /// Buffers that are filled bit by bit: what Rill is built around.
    INCREMENTAL_BUFFERS("IOU_PBUF_RING_INC", Area.BUFFERS, "6.12", true,
            "a receive takes the bytes it needs, its buffer stays current",
            "each receive takes a whole buffer, of 16 KiB at most"),
    /// Buffer rings in memory of the kernel.
    MAPPED_BUFFER_RINGS("IOU_PBUF_RING_MMAP", Area.BUFFERS, "6.4", false,
            "buffer rings in the kernel's memory, where options ask for it",
            "buffer rings are always in the program's memory"),
    /// Buffers are retired before their rest is too small.
    MIN_LEFT("io_uring_buf_reg.min_left", Area.BUFFERS, "7.1, 7.0.7, 6.18.30, 6.12.90", false,
            "no datagram is cut by a buffer's end, where options ask for it",
            "datagrams need RECVMSG or whole buffers"),
    /// The kernel tells how far it has consumed.
    BUFFER_RING_STATUS("IORING_REGISTER_PBUF_STATUS", Area.BUFFERS, "6.8", true,
            "the kernel's own count of buffers, for checks and ./rill trace",
            "no check against the kernel's own count of buffers"),

    /// One request receives again and again.
    MULTISHOT_RECEIVE("IORING_RECV_MULTISHOT", Area.RECEIVING, "6.0", true,
            "one request receives as long as its connection lives",
            "Rill's network layer does not run here"),
    /// A limit to what one multishot receive takes.
    MULTISHOT_LIMIT("io_uring_sqe.optlen", Area.RECEIVING, "6.17", false,
            "a multishot receive that stops after so many bytes",
            "a multishot receive is stopped by cancelling it"),
    /// Several buffers with one completion.
    BUNDLES("IORING_FEAT_RECVSEND_BUNDLE", Area.RECEIVING, "6.10", false,
            "one completion for several buffers, where options ask for it",
            "one completion for each buffer");

    /// What a feature is about.
    public enum Area {
        /// The ring itself: how requests and completions travel.
        RING("ring"),
        /// Buffer rings.
        BUFFERS("buffers"),
        /// Requests that receive.
        RECEIVING("receiving");

        private final String title;

        Area(String title) {
            this.title = title;
        }

        /// The area in a word.
        ///
        /// @return a heading, in lower case
        public String title() {
            return title;
        }
    }

    private final String kernelName;
    private final Area area;
    private final String since;
    private final boolean byDefault;
    private final String purpose;
    private final String without;

    Feature(String kernelName, Area area, String since, boolean byDefault, String purpose,
            String without) {
        this.kernelName = kernelName;
        this.area = area;
        this.since = since;
        this.byDefault = byDefault;
        this.purpose = purpose;
        this.without = without;
    }

    /// The feature as the kernel's header spells it; a field as `struct.field`.
    ///
    /// @return a name to look for in `linux/io_uring.h`
    public String kernelName() {
        return kernelName;
    }

    /// What it is about.
    ///
    /// @return its area
    public Area area() {
        return area;
    }

    /// The Linux releases that brought it, newest first: where there are several, older series
    /// have it from that point release on.
    ///
    /// @return for example `6.12`
    public String since() {
        return since;
    }

    /// Whether Rill uses it without being asked to, where it is there.
    ///
    /// @return false for what options switch on, and for what Rill has no use for yet
    public boolean byDefault() {
        return byDefault;
    }

    /// What it is good for.
    ///
    /// @return a phrase, to stand after a colon
    public String purpose() {
        return purpose;
    }

    /// What Rill does where it is missing.
    ///
    /// @return a phrase, to stand after a colon
    public String without() {
        return without;
    }
}
