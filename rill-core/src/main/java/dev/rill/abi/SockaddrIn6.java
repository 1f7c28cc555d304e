package dev.rill.abi;

/// An IPv6 address and port, `struct sockaddr_in6` of `netinet/in.h`: byte offsets.
///
/// ```
///       0                 2                 4                               8
///     +-----------------+-----------------+-----------------------------------+
///   0 | sin6_family     | sin6_port       | sin6_flowinfo                     |
///     +-----------------+-----------------+-----------------------------------+
///   8 | sin6_addr, 16 bytes ...                                               |
///     +-----------------------------------+-----------------------------------+
///  24 | sin6_scope_id                     |
///     +-----------------------------------+
/// ```
public final class SockaddrIn6 {

    /// u16 in the machine's byte order, [SocketConstants#AF_INET6].
    public static final int FAMILY = 0;
    /// u16 in network byte order.
    public static final int PORT = 2;
    /// u32 in network byte order.
    public static final int FLOWINFO = 4;
    /// 16 bytes in network byte order.
    public static final int ADDR = 8;
    /// u32 in the machine's byte order, the interface of a link-local address.
    public static final int SCOPE_ID = 24;
    /// Bytes of the structure.
    public static final int SIZE = 28;

    private SockaddrIn6() {
    }
}
