package dev.rill.abi;

/// Opcodes of `io_uring_register`: `enum io_uring_register_op` in
/// `linux/io_uring.h`, and the few values their arguments use.
public final class RegisterOp {

    /// Pins buffers for the `_FIXED` operations; since 5.1.
    public static final int IORING_REGISTER_BUFFERS = 0;
    /// Gives up the registered buffers; since 5.1.
    public static final int IORING_UNREGISTER_BUFFERS = 1;
    /// Registers files for use by index; since 5.1.
    public static final int IORING_REGISTER_FILES = 2;
    /// Gives up the registered files; since 5.1.
    public static final int IORING_UNREGISTER_FILES = 3;
    /// Signals an eventfd for each completion; since 5.2.
    public static final int IORING_REGISTER_EVENTFD = 4;
    /// Stops signalling the eventfd; since 5.2.
    public static final int IORING_UNREGISTER_EVENTFD = 5;
    /// Replaces some registered files; since 5.5.
    public static final int IORING_REGISTER_FILES_UPDATE = 6;
    /// Signals an eventfd only for completions out of line; since 5.6.
    public static final int IORING_REGISTER_EVENTFD_ASYNC = 7;
    /// Asks which opcodes are known, see [IoUringProbe]; since 5.6.
    public static final int IORING_REGISTER_PROBE = 8;
    /// Keeps the current credentials for later requests; since 5.6.
    public static final int IORING_REGISTER_PERSONALITY = 9;
    /// Gives up kept credentials; since 5.6.
    public static final int IORING_UNREGISTER_PERSONALITY = 10;
    /// Limits what a disabled ring will be allowed to do; since 5.10.
    public static final int IORING_REGISTER_RESTRICTIONS = 11;
    /// Enables a ring made with `R_DISABLED`; since 5.10.
    public static final int IORING_REGISTER_ENABLE_RINGS = 12;
    /// Registers files with tags, or a sparse table; since 5.13.
    public static final int IORING_REGISTER_FILES2 = 13;
    /// Replaces registered files, with tags; since 5.13.
    public static final int IORING_REGISTER_FILES_UPDATE2 = 14;
    /// Registers buffers with tags, or a sparse table; since 5.13.
    public static final int IORING_REGISTER_BUFFERS2 = 15;
    /// Replaces registered buffers, with tags; since 5.13.
    public static final int IORING_REGISTER_BUFFERS_UPDATE = 16;
    /// Ties worker threads to processors; since 5.14.
    public static final int IORING_REGISTER_IOWQ_AFF = 17;
    /// Unties worker threads; since 5.14.
    public static final int IORING_UNREGISTER_IOWQ_AFF = 18;
    /// Limits the number of worker threads; since 5.15.
    public static final int IORING_REGISTER_IOWQ_MAX_WORKERS = 19;
    /// Registers the ring's descriptor ([IoUringRsrcUpdate]); since 5.18.
    public static final int IORING_REGISTER_RING_FDS = 20;
    /// Gives up registered ring descriptors; since 5.18.
    public static final int IORING_UNREGISTER_RING_FDS = 21;
    /// Makes a buffer ring from an [IoUringBufReg]; since 5.19.
    public static final int IORING_REGISTER_PBUF_RING = 22;
    /// Gives up a buffer ring; since 5.19.
    public static final int IORING_UNREGISTER_PBUF_RING = 23;
    /// Cancels and waits, see [IoUringSyncCancelReg]; since 6.0.
    public static final int IORING_REGISTER_SYNC_CANCEL = 24;
    /// Limits the slots picked for new direct descriptors; since 6.0.
    public static final int IORING_REGISTER_FILE_ALLOC_RANGE = 25;
    /// Reads a buffer ring's head, see [IoUringBufStatus]; since 6.8.
    public static final int IORING_REGISTER_PBUF_STATUS = 26;
    /// Busy polling of the network, settings; since 6.9.
    public static final int IORING_REGISTER_NAPI = 27;
    /// Busy polling of the network, off; since 6.9.
    public static final int IORING_UNREGISTER_NAPI = 28;
    /// Picks the clock for the time limits of waits; since 6.12.
    public static final int IORING_REGISTER_CLOCK = 29;
    /// Copies the registered buffers of another ring; since 6.12.
    public static final int IORING_REGISTER_CLONE_BUFFERS = 30;
    /// [Opcode#IORING_OP_MSG_RING] without a ring of one's own; since 6.13.
    public static final int IORING_REGISTER_SEND_MSG_RING = 31;
    /// Prepares a network queue for [Opcode#IORING_OP_RECV_ZC]; since 6.15.
    public static final int IORING_REGISTER_ZCRX_IFQ = 32;
    /// Changes the sizes of a `DEFER_TASKRUN` ring; since 6.13.
    public static final int IORING_REGISTER_RESIZE_RINGS = 33;
    /// Registers a region, for instance of wait arguments; since 6.13.
    public static final int IORING_REGISTER_MEM_REGION = 34;
    /// Asks what io_uring offers, even without a ring; since 6.18.
    public static final int IORING_REGISTER_QUERY = 35;
    /// Controls a prepared network queue; since 6.19.
    public static final int IORING_REGISTER_ZCRX_CTRL = 36;
    /// Adds a BPF program that judges requests; since 7.0.
    public static final int IORING_REGISTER_BPF_FILTER = 37;
    /// Added to the opcode: the descriptor is an index of registered rings; since 6.3.
    public static final int IORING_REGISTER_USE_REGISTERED_RING = 1 << 31;

    // Values inside arguments

    /// In a file update: leave this slot as it is; since 5.12.
    public static final int IORING_REGISTER_FILES_SKIP = -2;
    /// [IoUringRsrcRegister#FLAGS]: an empty table; since 5.19.
    public static final int IORING_RSRC_REGISTER_SPARSE = 1 << 0;

    // Index = opcode.
    private static final String[] NAMES = {
        "BUFFERS", "UNREGISTER_BUFFERS", "FILES", "UNREGISTER_FILES", "EVENTFD",
        "UNREGISTER_EVENTFD", "FILES_UPDATE", "EVENTFD_ASYNC", "PROBE", "PERSONALITY",
        "UNREGISTER_PERSONALITY", "RESTRICTIONS", "ENABLE_RINGS", "FILES2", "FILES_UPDATE2",
        "BUFFERS2", "BUFFERS_UPDATE", "IOWQ_AFF", "UNREGISTER_IOWQ_AFF", "IOWQ_MAX_WORKERS",
        "RING_FDS", "UNREGISTER_RING_FDS", "PBUF_RING", "UNREGISTER_PBUF_RING", "SYNC_CANCEL",
        "FILE_ALLOC_RANGE", "PBUF_STATUS", "NAPI", "UNREGISTER_NAPI", "CLOCK", "CLONE_BUFFERS",
        "SEND_MSG_RING", "ZCRX_IFQ", "RESIZE_RINGS", "MEM_REGION", "QUERY", "ZCRX_CTRL",
        "BPF_FILTER",
    };

    private RegisterOp() {
    }

    /// The opcode's name, for people; the registered-ring bit is left out of it.
    ///
    /// @param opcode the opcode argument of `io_uring_register`
    /// @return for example `"PBUF_RING"` or `"UNREGISTER_PBUF_RING"`;
    ///     `"REGISTER_99"` for an opcode newer than this class
    public static String name(int opcode) {
        int plain = opcode & ~IORING_REGISTER_USE_REGISTERED_RING;
        return plain < NAMES.length ? NAMES[plain] : "REGISTER_" + plain;
    }
}
