package dev.rill.abi;

/// A path on this machine, `struct sockaddr_un` of `sys/un.h`: byte offsets.
///
/// ```
///       0                 2                                               110
///     +-----------------+-----------------------------------------------------+
///   0 | sun_family      | sun_path, 108 bytes                                 |
///     +-----------------+-----------------------------------------------------+
/// ```
public final class SockaddrUn {

    /// u16 in the machine's byte order, [SocketConstants#AF_UNIX].
    public static final int FAMILY = 0;
    /// The path, ended by a 0; an abstract name begins with a 0.
    public static final int PATH = 2;
    /// Bytes of the structure.
    public static final int SIZE = 110;

    private SockaddrUn() {
    }
}
