package dev.rill.abi;

/// The head of a control message, `struct cmsghdr` of `sys/socket.h` on 64-bit machines:
/// byte offsets. Heads stand at multiples of 8; the message's data follows its head.
///
/// ```
///       0                                   4                               8
///     +-----------------------------------------------------------------------+
///   0 | cmsg_len (head and data, without padding)                             |
///     +-----------------------------------+-----------------------------------+
///   8 | cmsg_level                        | cmsg_type                         |
///     +-----------------------------------+-----------------------------------+
///  16 | data ...                                                              |
///     +-----------------------------------------------------------------------+
/// ```
public final class Cmsghdr {

    /// u64, bytes of head and data.
    public static final int LEN = 0;
    /// s32, protocol level, for instance [SocketConstants#SOL_SOCKET].
    public static final int LEVEL = 8;
    /// s32, kind of message in that level.
    public static final int TYPE = 12;
    /// Bytes of the head; the data begins here.
    public static final int SIZE = 16;

    private Cmsghdr() {
    }
}
