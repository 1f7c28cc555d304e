package dev.rill.engine;

import static dev.rill.abi.SocketConstants.SOCK_STREAM;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Who has which address of a machine in memory, and who may share one.
final class AddressTable {

    private static final int FIRST_PORT = 32768;
    private static final int LAST_PORT = 60999;

    /// A socket and the address it holds. A connection holds that of the listener it came from.
    private record Binding(Socket socket, SocketOptions options, byte[] address) {
    }

    /// By port, or by name: all of a list are for the same one.
    private final Map<String, List<Binding>> bindings = new HashMap<>();
    private int nextPort = FIRST_PORT;

    /// Gives a socket an address; port 0 asks for any.
    ///
    /// @return the address it has now, or null when somebody else has it
    byte[] bind(Socket socket, SocketOptions options, byte[] address) {
        byte[] wanted = Addresses.normalized(address);
        if (!Addresses.isInet(wanted) || Addresses.port(wanted) != 0) {
            return bindExactly(socket, options, wanted);
        }
        for (int tries = 0; tries <= LAST_PORT - FIRST_PORT; tries++) {
            int port = nextPort;
            nextPort = port == LAST_PORT ? FIRST_PORT : port + 1;
            byte[] candidate = Addresses.withPort(wanted, port);
            if (of(socket, candidate).isEmpty()) {
                return bindExactly(socket, options, candidate);
            }
        }
        return null;
    }

    private byte[] bindExactly(Socket socket, SocketOptions options, byte[] address) {
        for (Binding other : of(socket, address)) {
            if (overlap(other.address, address) && !mayShare(other, socket, options)) {
                return null;
            }
        }
        hold(socket, options, address);
        return address;
    }

    /// Lets a socket hold an address that it shares with whom it comes from.
    void hold(Socket socket, SocketOptions options, byte[] address) {
        bindings.computeIfAbsent(key(socket, address), _ -> new ArrayList<>(1))
                .add(new Binding(socket, options, address));
    }

    /// Whether a bound socket may listen where others may have the same address.
    boolean mayListen(Socket socket, SocketOptions options, byte[] address) {
        for (Binding other : of(socket, address)) {
            boolean both = options.reusePort() && other.options.reusePort();
            if (other.socket != socket && listens(other) && overlap(other.address, address)
                    && !both) {
                return false;
            }
        }
        return true;
    }

    void unbind(Socket socket, byte[] address) {
        if (address != null) {
            bindings.computeIfPresent(key(socket, address), (_, all) -> {
                all.removeIf(binding -> binding.socket == socket);
                return all.isEmpty() ? null : all;
            });
        }
    }

    /// Who listens at an address: exactly there rather than at all addresses of the port, and of
    /// several, one that the caller's own port decides.
    TcpSocket listener(TcpSocket from, byte[] address, byte[] source) {
        List<TcpSocket> exact = new ArrayList<>(1);
        List<TcpSocket> any = new ArrayList<>(1);
        for (Binding binding : of(from, address)) {
            if (listens(binding) && overlap(binding.address, address)) {
                (Addresses.isWildcard(binding.address) ? any : exact)
                        .add((TcpSocket) binding.socket);
            }
        }
        List<TcpSocket> found = exact.isEmpty() ? any : exact;
        return found.isEmpty() ? null : found.get(Addresses.port(source) % found.size());
    }

    /// Who gets a datagram: whoever is connected to where it comes from, or else the newest that
    /// is not connected, exactly there rather than at all addresses.
    UdpSocket receiver(UdpSocket from, byte[] address, byte[] source) {
        UdpSocket best = null;
        int most = -1;
        for (Binding binding : of(from, address)) {
            if (binding.socket instanceof UdpSocket candidate
                    && overlap(binding.address, address) && candidate.hears(source)) {
                int score = (candidate.isConnected() ? 2 : 0)
                        + (Addresses.isWildcard(binding.address) ? 0 : 1);
                if (score >= most) {
                    best = candidate;
                    most = score;
                }
            }
        }
        return best;
    }

    /// Who has a Unix name.
    ///
    /// @return the socket, of any type when the name is a path, or null
    Socket named(Socket from, byte[] address) {
        List<Binding> all = of(from, Addresses.normalized(address));
        return all.isEmpty() ? null : all.getFirst().socket;
    }

    private List<Binding> of(Socket socket, byte[] address) {
        return bindings.getOrDefault(key(socket, address), List.of());
    }

    private static boolean overlap(byte[] one, byte[] other) {
        return !Addresses.isInet(one) || Addresses.isWildcard(one)
                || Addresses.isWildcard(other) || Addresses.key(one).equals(Addresses.key(other));
    }

    private static boolean mayShare(Binding other, Socket socket, SocketOptions options) {
        if (!Addresses.isInet(other.address)) {
            return false;
        }
        return options.reusePort() && other.options.reusePort()
                || options.reuseAddress() && other.options.reuseAddress()
                && (socket.type() != SOCK_STREAM || !listens(other));
    }

    private static boolean listens(Binding binding) {
        return binding.socket instanceof TcpSocket socket && socket.listens();
    }

    /// Ports are apart for TCP and UDP, abstract names for each type; a path is in the file system.
    private static String key(Socket socket, byte[] address) {
        if (Addresses.isInet(address)) {
            return socket.type() + " " + Addresses.family(address) + " " + Addresses.port(address);
        }
        boolean path = Addresses.isPath(address);
        return (path ? "" : socket.type() + " ") + Addresses.key(address);
    }
}
