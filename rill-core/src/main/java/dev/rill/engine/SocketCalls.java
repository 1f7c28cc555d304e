package dev.rill.engine;

import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.AF_UNSPEC;

import dev.rill.abi.Errno;
import dev.rill.abi.SockaddrIn;
import dev.rill.abi.SockaddrIn6;

/// What all sockets do alike.
final class SocketCalls {

    private SocketCalls() {
    }

    /// Whether a socket may be bound, on a machine that has the loopback interface alone.
    ///
    /// @return 0 or `-errno`
    static int checkBind(Socket socket, byte[] address, byte[] bound) {
        int checked = checkAddress(socket, address, bound != null);
        return checked == 0 && Addresses.isInet(address) && !Addresses.isLocal(address)
                ? -Errno.EADDRNOTAVAIL : checked;
    }

    /// Whether a socket may be bound to some address of its kind.
    ///
    /// @return 0 or `-errno`
    static int checkAddress(Socket socket, byte[] address, boolean bound) {
        if (bound || !Addresses.isComplete(address)) {
            return -Errno.EINVAL;
        }
        if (Addresses.family(address) != socket.domain()) {
            return socket.domain() == AF_UNIX ? -Errno.EINVAL : -Errno.EAFNOSUPPORT;
        }
        return 0;
    }

    /// Whether a datagram can be sent to an address; IPv6 sockets take those of IPv4, too.
    ///
    /// @return 0 or `-errno`
    static int checkTarget(Socket from, byte[] address) {
        int family = Addresses.family(address);
        int size = from.domain() == AF_INET || family == AF_INET ? SockaddrIn.SIZE
                : SockaddrIn6.SCOPE_ID;
        if (address.length < size) {
            return -Errno.EINVAL;
        }
        if (family != from.domain() && family != AF_INET) {
            return -Errno.EAFNOSUPPORT;
        }
        return Addresses.port(address) == 0 ? -Errno.EINVAL : 0;
    }

    /// Whether an address of a connect is none: that ends a connection.
    static boolean dissolves(byte[] address) {
        return address.length >= 2 && Addresses.family(address) == AF_UNSPEC;
    }

    /// Whether somebody with a Unix name can be connected or sent to.
    ///
    /// @param found who has the name, or null
    /// @return 0 or `-errno`
    static int checkUnixTarget(Socket from, byte[] address, Socket found) {
        if (found == null) {
            return Addresses.isPath(address) ? -Errno.ENOENT : -Errno.ECONNREFUSED;
        }
        return found.type() != from.type() ? -Errno.EPROTOTYPE : 0;
    }

    /// Whether a Unix socket can be connected to.
    ///
    /// @param backlog null where nobody listens
    /// @return 0, `-EINPROGRESS` when the client has to wait for room, or `-errno`
    static int checkUnixListener(Backlog<?> backlog, boolean receiveShutdown,
            SocketState client) {
        if (backlog == null || receiveShutdown) {
            return -Errno.ECONNREFUSED;
        }
        return backlog.isFull() ? backlog.block(client) : 0;
    }

    /// Accepts a Unix connection; those that are there can be taken after a shutdown as well.
    static int acceptUnix(Backlog<?> backlog, boolean receiveShutdown, Socket[] result) {
        if (backlog == null) {
            return -Errno.EINVAL;
        }
        int taken = backlog.take(result);
        return taken != 0 && receiveShutdown ? -Errno.EINVAL : taken;
    }

    /// The address of a socket that has none.
    static byte[] unbound(int domain) {
        return domain == AF_UNIX ? new byte[] {AF_UNIX, 0}
                : Addresses.wildcard(Addresses.loopback(domain));
    }
}
