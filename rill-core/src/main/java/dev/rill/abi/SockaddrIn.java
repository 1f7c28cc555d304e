package dev.rill.abi;

/// An IPv4 address and port, `struct sockaddr_in` of `netinet/in.h`: byte offsets.
///
/// ```
///       0                 2                 4                               8
///     +-----------------+-----------------+-----------------------------------+
///   0 | sin_family      | sin_port        | sin_addr                          |
///     +-----------------+-----------------+-----------------------------------+
///   8 | 0                                                                     |
///     +-----------------------------------------------------------------------+
/// ```
public final class SockaddrIn {

    /// u16 in the machine's byte order, [SocketConstants#AF_INET].
    public static final int FAMILY = 0;
    /// u16 in network byte order.
    public static final int PORT = 2;
    /// 4 bytes in network byte order.
    public static final int ADDR = 4;
    /// Bytes of the structure.
    public static final int SIZE = 16;

    private SockaddrIn() {
    }
}
