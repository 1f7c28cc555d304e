package dev.rill.engine;

import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.AF_INET6;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.IPPROTO_TCP;
import static dev.rill.abi.SocketConstants.IPPROTO_UDP;
import static dev.rill.abi.SocketConstants.SOCK_CLOEXEC;
import static dev.rill.abi.SocketConstants.SOCK_DGRAM;
import static dev.rill.abi.SocketConstants.SOCK_NONBLOCK;
import static dev.rill.abi.SocketConstants.SOCK_SEQPACKET;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;

import dev.rill.abi.Errno;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Sockets in memory: a machine with nothing but a loopback interface, all to itself.
///
/// Everything is delivered at once and in order, so what happens depends on the program alone.
final class MemoryWire implements Wire {

    private static final int FIRST_PORT = 32768;
    private static final int LAST_PORT = 60999;

    /// Who has bound which address, by kind and address.
    private final Map<String, Socket> bound = new HashMap<>();
    private int nextPort = FIRST_PORT;

    @Override
    public int socket(InProcessKernel kernel, int domain, int type, int protocol,
            Socket[] result) {
        int kind = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
        boolean inet = domain == AF_INET || domain == AF_INET6;
        if (!inet && domain != AF_UNIX) {
            return -Errno.EAFNOSUPPORT;
        }
        int wanted = kind == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
        if (kind != SOCK_STREAM && kind != SOCK_DGRAM && (inet || kind != SOCK_SEQPACKET)) {
            return -Errno.ESOCKTNOSUPPORT;
        }
        if (protocol != 0 && (!inet || protocol != wanted)) {
            return -Errno.EPROTONOSUPPORT;
        }
        result[0] = kind == SOCK_STREAM ? new StreamSocket(kernel.profile(), this, domain)
                : new MessageSocket(this, domain, kind);
        result[0].nonblocking((type & SOCK_NONBLOCK) != 0);
        return 0;
    }

    @Override
    public int pair(InProcessKernel kernel, int domain, int type, int protocol,
            Socket[] result) {
        if (domain != AF_UNIX) {
            return domain == AF_INET || domain == AF_INET6 ? -Errno.EOPNOTSUPP
                    : -Errno.EAFNOSUPPORT;
        }
        for (int i = 0; i < 2; i++) {
            Socket[] one = new Socket[1];
            int error = socket(kernel, domain, type, protocol, one);
            if (error != 0) {
                return error;
            }
            result[i] = one[0];
        }
        if (result[0] instanceof StreamSocket left && result[1] instanceof StreamSocket right) {
            left.connectTo(right);
        } else {
            ((MessageSocket) result[0]).connectTo((MessageSocket) result[1]);
        }
        return 0;
    }

    @Override
    public void look() {
        // There is no outside: whatever happens here is told at once.
    }

    @Override
    public void await(ReentrantLock lock, Condition changed, EngineClock clock, long until) {
        clock.await(changed, until);
    }

    @Override
    public void changed() {
        // Nobody waits but for the condition.
    }

    @Override
    public void close() {
        bound.clear();
    }

    /// Gives a socket an address; port 0 asks for any.
    ///
    /// @return the address it has now, or null when somebody else has it
    byte[] bind(Socket socket, byte[] address) {
        byte[] wanted = Addresses.normalized(address);
        if (Addresses.isInet(wanted) && Addresses.port(wanted) == 0) {
            for (int tries = 0; tries <= LAST_PORT - FIRST_PORT; tries++) {
                int port = nextPort;
                nextPort = port == LAST_PORT ? FIRST_PORT : port + 1;
                byte[] candidate = Addresses.withPort(wanted, port);
                if (bound.putIfAbsent(key(socket, candidate), socket) == null) {
                    return candidate;
                }
            }
            return null;
        }
        return bound.putIfAbsent(key(socket, wanted), socket) == null ? wanted : null;
    }

    /// Who has an address, or all addresses of its port.
    ///
    /// @return the socket, or null
    Socket find(Socket from, byte[] address) {
        byte[] wanted = Addresses.normalized(address);
        Socket found = bound.get(key(from, wanted));
        return found != null || !Addresses.isInet(wanted) ? found
                : bound.get(key(from, Addresses.wildcard(wanted)));
    }

    void unbind(Socket socket, byte[] address) {
        if (address != null) {
            bound.remove(key(socket, address), socket);
        }
    }

    private static String key(Socket socket, byte[] address) {
        return socket.type() + " " + Addresses.key(address);
    }

    /// What the kernel's name says of it.
    @Override
    public String toString() {
        return " in memory";
    }
}
