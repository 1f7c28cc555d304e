package dev.rill.abi;

/// What a multishot RECVMSG writes in front of the data, `struct io_uring_recvmsg_out` of
/// `linux/io_uring.h` (since 6.0): byte offsets.
///
/// ```
///       0                 4                 8                 12            16
///     +-----------------+-----------------+-----------------+-----------------+
///   0 | namelen         | controllen      | payloadlen      | flags           |
///     +-----------------+-----------------+-----------------+-----------------+
///  16 | address, as many bytes as msg_namelen of the request allows           |
///     +-----------------------------------------------------------------------+
///     | control data, as many bytes as msg_controllen allows                  |
///     +-----------------------------------------------------------------------+
///     | payload                                                               |
///     +-----------------------------------------------------------------------+
/// ```
public final class IoUringRecvmsgOut {

    /// u32, bytes the address has; may be more than the room for it.
    public static final int NAMELEN = 0;
    /// u32, bytes of control data.
    public static final int CONTROLLEN = 4;
    /// u32, bytes of the payload; of the whole datagram with `MSG_TRUNC`.
    public static final int PAYLOADLEN = 8;
    /// u32, [MsgFlags].
    public static final int FLAGS = 12;
    /// Bytes before the address.
    public static final int SIZE = 16;

    private IoUringRecvmsgOut() {
    }
}
