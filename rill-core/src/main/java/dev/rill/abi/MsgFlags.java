package dev.rill.abi;

/// Flags of messages, `sqe->msg_flags` and [IoUringRecvmsgOut#FLAGS]: `MSG_*` in
/// `sys/socket.h`.
public final class MsgFlags {

    /// Sends or receives urgent data.
    public static final int MSG_OOB = 0x1;
    /// Receives without taking the data away.
    public static final int MSG_PEEK = 0x2;
    /// Sends to directly connected hosts only.
    public static final int MSG_DONTROUTE = 0x4;
    /// In results: control data did not fit.
    public static final int MSG_CTRUNC = 0x8;
    /// In results: a datagram did not fit. In requests: report its full length.
    public static final int MSG_TRUNC = 0x20;
    /// Fails with `-EAGAIN` instead of waiting.
    public static final int MSG_DONTWAIT = 0x40;
    /// Ends a record.
    public static final int MSG_EOR = 0x80;
    /// Completes only when all bytes are there or sent.
    public static final int MSG_WAITALL = 0x100;
    /// Receives from the error queue.
    public static final int MSG_ERRQUEUE = 0x2000;
    /// No SIGPIPE when the other side is gone.
    public static final int MSG_NOSIGNAL = 0x4000;
    /// More data follows soon, do not send a short segment yet.
    public static final int MSG_MORE = 0x8000;
    /// `recvmmsg`: waits for the first message only.
    public static final int MSG_WAITFORONE = 0x10000;
    /// Sends without copying (the socket interface's own way).
    public static final int MSG_ZEROCOPY = 0x4000000;
    /// Sends data with the connection request.
    public static final int MSG_FASTOPEN = 0x20000000;
    /// Received descriptors are close-on-exec.
    public static final int MSG_CMSG_CLOEXEC = 0x40000000;

    // Index = bit number; gaps are flags that nobody sets on purpose.
    private static final String[] NAMES = {
        "OOB", "PEEK", "DONTROUTE", "CTRUNC", null, "TRUNC", "DONTWAIT", "EOR", "WAITALL", null,
        null, null, null, "ERRQUEUE", "NOSIGNAL", "MORE", "WAITFORONE", null, null, null, null,
        null, null, null, null, null, "ZEROCOPY", null, null, "FASTOPEN", "CMSG_CLOEXEC",
    };

    private MsgFlags() {
    }

    /// The bits by name, for people.
    ///
    /// @param flags `sqe->msg_flags`
    /// @return for example `"NOSIGNAL|MORE"`; `"0"` when no bit is set
    public static String decode(int flags) {
        return BitNames.join(flags, NAMES);
    }
}
