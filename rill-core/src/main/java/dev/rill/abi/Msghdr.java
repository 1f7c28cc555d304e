package dev.rill.abi;

/// Argument of SENDMSG and RECVMSG, `struct msghdr` of `sys/socket.h` on 64-bit
/// machines: byte offsets.
///
/// ```
///       0                                   4                               8
///     +-----------------------------------------------------------------------+
///   0 | msg_name                                                              |
///     +-----------------------------------+-----------------------------------+
///   8 | msg_namelen                       | padding                           |
///     +-----------------------------------+-----------------------------------+
///  16 | msg_iov                                                               |
///     +-----------------------------------------------------------------------+
///  24 | msg_iovlen                                                            |
///     +-----------------------------------------------------------------------+
///  32 | msg_control                                                           |
///     +-----------------------------------------------------------------------+
///  40 | msg_controllen                                                        |
///     +-----------------------------------+-----------------------------------+
///  48 | msg_flags                         | padding                           |
///     +-----------------------------------+-----------------------------------+
/// ```
public final class Msghdr {

    /// u64, address of a socket address, or 0.
    public static final int NAME = 0;
    /// u32, room for it, or its length.
    public static final int NAMELEN = 8;
    /// u64, address of an array of [Iovec].
    public static final int IOV = 16;
    /// u64, number of iovecs.
    public static final int IOVLEN = 24;
    /// u64, address of control messages ([Cmsghdr]), or 0.
    public static final int CONTROL = 32;
    /// u64, bytes of control messages.
    public static final int CONTROLLEN = 40;
    /// u32, answered: [MsgFlags].
    public static final int FLAGS = 48;
    /// Bytes of the structure.
    public static final int SIZE = 56;

    private Msghdr() {
    }
}
