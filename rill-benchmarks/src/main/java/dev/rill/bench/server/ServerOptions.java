package dev.rill.bench.server;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;

/// What a server is asked to do.
///
/// @param role what it does with what it receives
/// @param listen where it listens; port 0 for any free one
/// @param connect where a proxy carries its connections to; null for other roles
/// @param threads how many loops serve, each with a listener of its own
/// @param buffers how many receive buffers, where a peer can be told; 0 for what is best for it
/// @param bufferSize the size of each in bytes; 0 for what is best for it
record ServerOptions(Role role, InetSocketAddress listen, InetSocketAddress connect, int threads,
        int buffers, int bufferSize) {

    /// The largest datagram that servers make room for: more than a packet of Ethernet carries.
    static final int DATAGRAM_SIZE_MAX = 2048;

    /// The socket buffer for datagrams that is asked for, so that a burst is not lost.
    static final int DATAGRAM_SOCKET_BUFFER = 4 * 1024 * 1024;

    /// How many connections may wait to be accepted.
    static final int BACKLOG = 4096;

    /// What a server does.
    enum Role {
        /// Sends back whatever comes.
        ECHO,
        /// Reads and discards.
        SINK,
        /// Carries connections to another server and back.
        PROXY,
        /// Receives datagrams and counts them.
        UDP;

        static Role of(String name) {
            for (Role role : values()) {
                if (role.word().equals(name)) {
                    return role;
                }
            }
            throw new IllegalArgumentException("role=" + name
                    + ": must be echo, sink, proxy or udp");
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    ServerOptions {
        if (role == Role.PROXY && connect == null) {
            throw new IllegalArgumentException("role=proxy needs --connect HOST:PORT");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads=" + threads + ": must be 1 or more");
        }
    }

    /// The same at another port.
    ServerOptions listeningOn(int port) {
        return new ServerOptions(role, new InetSocketAddress(listen.getAddress(), port), connect,
                threads, buffers, bufferSize);
    }

    /// Reads pairs of a name and a value.
    ///
    /// @param arguments as [PeerCommand] writes them
    /// @return the options
    static ServerOptions parse(List<String> arguments) {
        Role role = null;
        InetSocketAddress listen = null;
        InetSocketAddress connect = null;
        int threads = 1;
        int buffers = 0;
        int bufferSize = 0;
        for (int i = 0; i + 1 < arguments.size(); i += 2) {
            String value = arguments.get(i + 1);
            switch (arguments.get(i)) {
                case "--role" -> role = Role.of(value);
                case "--listen" -> listen = address(value);
                case "--connect" -> connect = address(value);
                case "--threads" -> threads = Integer.parseInt(value);
                case "--buffers" -> buffers = Integer.parseInt(value);
                case "--buffer-size" -> bufferSize = Integer.parseInt(value);
                default -> throw new IllegalArgumentException("there is no option "
                        + arguments.get(i));
            }
        }
        if (arguments.size() % 2 != 0 || role == null || listen == null) {
            throw new IllegalArgumentException("needed: --role ROLE --listen HOST:PORT, each option"
                    + " with a value");
        }
        return new ServerOptions(role, listen, connect, threads, buffers, bufferSize);
    }

    static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("address=" + text + ": must be HOST:PORT");
        }
        return new InetSocketAddress(text.substring(0, colon),
                Integer.parseInt(text.substring(colon + 1)));
    }
}
