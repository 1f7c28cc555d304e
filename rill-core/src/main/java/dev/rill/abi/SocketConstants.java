package dev.rill.abi;

/// Addresses, socket types and options: `sys/socket.h`, `netinet/in.h`,
/// `netinet/tcp.h` and `netinet/udp.h`. The values hold on x86-64 and aarch64.
public final class SocketConstants {

    // Address families

    /// Any family.
    public static final int AF_UNSPEC = 0;
    /// Sockets of one machine, [SockaddrUn].
    public static final int AF_UNIX = 1;
    /// IPv4, [SockaddrIn].
    public static final int AF_INET = 2;
    /// IPv6, [SockaddrIn6].
    public static final int AF_INET6 = 10;

    // Types of sockets

    /// A stream of bytes.
    public static final int SOCK_STREAM = 1;
    /// Datagrams.
    public static final int SOCK_DGRAM = 2;
    /// Raw packets.
    public static final int SOCK_RAW = 3;
    /// Records in order.
    public static final int SOCK_SEQPACKET = 5;
    /// Added to the type: calls do not wait.
    public static final int SOCK_NONBLOCK = 0x800;
    /// Added to the type: not inherited by other programs.
    public static final int SOCK_CLOEXEC = 0x80000;

    // Protocols, also used as option levels

    /// The default protocol; level of IPv4 options.
    public static final int IPPROTO_IP = 0;
    /// ICMP.
    public static final int IPPROTO_ICMP = 1;
    /// TCP.
    public static final int IPPROTO_TCP = 6;
    /// UDP.
    public static final int IPPROTO_UDP = 17;
    /// Level of IPv6 options.
    public static final int IPPROTO_IPV6 = 41;
    /// Level of the `SO_*` options.
    public static final int SOL_SOCKET = 1;
    /// Level of the `TCP_*` options, same as [#IPPROTO_TCP].
    public static final int SOL_TCP = 6;
    /// Level of the `UDP_*` options, same as [#IPPROTO_UDP].
    public static final int SOL_UDP = 17;

    // Options of SOL_SOCKET

    /// Binds although old connections linger on the port.
    public static final int SO_REUSEADDR = 2;
    /// The socket's type, read only.
    public static final int SO_TYPE = 3;
    /// The pending error, read and cleared.
    public static final int SO_ERROR = 4;
    /// May send to broadcast addresses.
    public static final int SO_BROADCAST = 6;
    /// Size of the send buffer; the kernel doubles it.
    public static final int SO_SNDBUF = 7;
    /// Size of the receive buffer; the kernel doubles it.
    public static final int SO_RCVBUF = 8;
    /// Probes an idle connection.
    public static final int SO_KEEPALIVE = 9;
    /// Urgent data stays in the stream.
    public static final int SO_OOBINLINE = 10;
    /// Priority of the packets sent.
    public static final int SO_PRIORITY = 12;
    /// What close does with unsent data, [Linger].
    public static final int SO_LINGER = 13;
    /// Several sockets share a port.
    public static final int SO_REUSEPORT = 15;
    /// Receives the sender's credentials (AF_UNIX).
    public static final int SO_PASSCRED = 16;
    /// The other side's credentials (AF_UNIX).
    public static final int SO_PEERCRED = 17;
    /// Bytes that make a socket readable.
    public static final int SO_RCVLOWAT = 18;
    /// Time limit of a receive that waits.
    public static final int SO_RCVTIMEO = 20;
    /// Time limit of a send that waits.
    public static final int SO_SNDTIMEO = 21;
    /// Receives time stamps.
    public static final int SO_TIMESTAMP = 29;
    /// Whether the socket listens, read only.
    public static final int SO_ACCEPTCONN = 30;
    /// [#SO_SNDBUF] beyond the system's limit, for the privileged.
    public static final int SO_SNDBUFFORCE = 32;
    /// [#SO_RCVBUF] beyond the system's limit, for the privileged.
    public static final int SO_RCVBUFFORCE = 33;
    /// The socket's protocol, read only.
    public static final int SO_PROTOCOL = 38;
    /// The socket's address family, read only.
    public static final int SO_DOMAIN = 39;
    /// Microseconds to poll the device before sleeping.
    public static final int SO_BUSY_POLL = 46;
    /// The processor that handles the socket's packets.
    public static final int SO_INCOMING_CPU = 49;
    /// The network queue the packets came from, read only.
    public static final int SO_INCOMING_NAPI_ID = 56;
    /// Allows [MsgFlags#MSG_ZEROCOPY].
    public static final int SO_ZEROCOPY = 60;
    /// Prefers busy polling to interrupts.
    public static final int SO_PREFER_BUSY_POLL = 69;
    /// Control message that carries descriptors (AF_UNIX).
    public static final int SCM_RIGHTS = 1;

    // Options of IPPROTO_TCP

    /// Sends small segments at once.
    public static final int TCP_NODELAY = 1;
    /// The largest segment.
    public static final int TCP_MAXSEG = 2;
    /// Holds back partial segments.
    public static final int TCP_CORK = 3;
    /// Seconds of silence before the first probe.
    public static final int TCP_KEEPIDLE = 4;
    /// Seconds between probes.
    public static final int TCP_KEEPINTVL = 5;
    /// Probes before giving up.
    public static final int TCP_KEEPCNT = 6;
    /// Connection requests before giving up.
    public static final int TCP_SYNCNT = 7;
    /// Seconds an orphan stays in FIN_WAIT2.
    public static final int TCP_LINGER2 = 8;
    /// Accepts only when data has come.
    public static final int TCP_DEFER_ACCEPT = 9;
    /// What the kernel knows of the connection.
    public static final int TCP_INFO = 11;
    /// Acknowledges at once.
    public static final int TCP_QUICKACK = 12;
    /// Milliseconds unacknowledged data may wait.
    public static final int TCP_USER_TIMEOUT = 18;
    /// Queue length for data in connection requests.
    public static final int TCP_FASTOPEN = 23;
    /// Unsent bytes above which a socket is not writable.
    public static final int TCP_NOTSENT_LOWAT = 25;
    /// Connects with data in the request.
    public static final int TCP_FASTOPEN_CONNECT = 30;
    /// Receives carry the number of unread bytes.
    public static final int TCP_INQ = 36;

    // Options of other protocols

    /// An IPv6 socket that takes no IPv4.
    public static final int IPV6_V6ONLY = 26;
    /// Sends one buffer as many datagrams of this size.
    public static final int UDP_SEGMENT = 103;
    /// Receives many datagrams as one buffer.
    public static final int UDP_GRO = 104;

    // Arguments of calls

    /// `shutdown`: no more receives.
    public static final int SHUT_RD = 0;
    /// `shutdown`: no more sends, the other side sees the end.
    public static final int SHUT_WR = 1;
    /// `shutdown`: neither.
    public static final int SHUT_RDWR = 2;
    /// The longest `listen` queue by default; the kernel lowers longer wishes.
    public static final int SOMAXCONN = 4096;

    private SocketConstants() {
    }
}
