package dev.rill.abi;

/// How a ring is made: `io_uring_params->flags`, `IORING_SETUP_*` in
/// `linux/io_uring.h`. A kernel answers `-EINVAL` to a bit it does not know.
public final class SetupFlags {

    /// Completions are found by polling the device; files only.
    public static final int IORING_SETUP_IOPOLL = 1 << 0;
    /// A kernel thread takes submissions; no `io_uring_enter` to submit.
    public static final int IORING_SETUP_SQPOLL = 1 << 1;
    /// `sq_thread_cpu` says where that thread runs.
    public static final int IORING_SETUP_SQ_AFF = 1 << 2;
    /// `cq_entries` is given by the caller; since 5.5.
    public static final int IORING_SETUP_CQSIZE = 1 << 3;
    /// Sizes above the limit are lowered, not refused; since 5.6.
    public static final int IORING_SETUP_CLAMP = 1 << 4;
    /// Shares the worker threads of the ring in `wq_fd`; since 5.6.
    public static final int IORING_SETUP_ATTACH_WQ = 1 << 5;
    /// Starts disabled until `IORING_REGISTER_ENABLE_RINGS`; since 5.10.
    public static final int IORING_SETUP_R_DISABLED = 1 << 6;
    /// One refused entry does not stop the rest of the batch; since 5.18.
    public static final int IORING_SETUP_SUBMIT_ALL = 1 << 7;
    /// No interrupt to run completions, they wait for the next call; since 5.19.
    public static final int IORING_SETUP_COOP_TASKRUN = 1 << 8;
    /// `IORING_SQ_TASKRUN` tells that such work waits; since 5.19.
    public static final int IORING_SETUP_TASKRUN_FLAG = 1 << 9;
    /// Submission entries of 128 bytes; since 5.19.
    public static final int IORING_SETUP_SQE128 = 1 << 10;
    /// Completion entries of 32 bytes; since 5.19.
    public static final int IORING_SETUP_CQE32 = 1 << 11;
    /// Only one thread submits, others get `-EEXIST`; since 6.0.
    public static final int IORING_SETUP_SINGLE_ISSUER = 1 << 12;
    /// Completions are worked off only while their owner waits; since 6.1.
    public static final int IORING_SETUP_DEFER_TASKRUN = 1 << 13;
    /// The caller brings the rings' memory; since 6.5.
    public static final int IORING_SETUP_NO_MMAP = 1 << 14;
    /// Answers an index of the registered rings, no descriptor; since 6.5.
    public static final int IORING_SETUP_REGISTERED_FD_ONLY = 1 << 15;
    /// No index array between tail and entries; since 6.6.
    public static final int IORING_SETUP_NO_SQARRAY = 1 << 16;
    /// Sleeps a while before polling the device; since 6.13.
    public static final int IORING_SETUP_HYBRID_IOPOLL = 1 << 17;
    /// Completions of 16 and 32 bytes in one ring; since 6.18.
    public static final int IORING_SETUP_CQE_MIXED = 1 << 18;
    /// Submissions of 64 and 128 bytes in one ring; since 6.19.
    public static final int IORING_SETUP_SQE_MIXED = 1 << 19;
    /// Each submission starts at entry 0, head and tail unused; since 7.0.
    public static final int IORING_SETUP_SQ_REWIND = 1 << 20;

    // Index = bit number.
    private static final String[] NAMES = {
        "IOPOLL", "SQPOLL", "SQ_AFF", "CQSIZE", "CLAMP", "ATTACH_WQ", "R_DISABLED", "SUBMIT_ALL",
        "COOP_TASKRUN", "TASKRUN_FLAG", "SQE128", "CQE32", "SINGLE_ISSUER", "DEFER_TASKRUN",
        "NO_MMAP", "REGISTERED_FD_ONLY", "NO_SQARRAY", "HYBRID_IOPOLL", "CQE_MIXED", "SQE_MIXED",
        "SQ_REWIND",
    };

    private SetupFlags() {
    }

    /// The bits by name, for people.
    ///
    /// @param flags `io_uring_params->flags`
    /// @return for example `"CQSIZE|SINGLE_ISSUER"`; `"0"` when no bit is set
    public static String decode(int flags) {
        return BitNames.join(flags, NAMES);
    }
}
