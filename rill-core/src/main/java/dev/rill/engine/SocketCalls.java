package dev.rill.engine;

import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.AF_UNSPEC;

import dev.rill.abi.Errno;

/// What all sockets in memory do alike.
final class SocketCalls {

    private SocketCalls() {
    }

    /// @return 0 or `-errno`
    static int checkBind(Socket socket, byte[] address, byte[] bound) {
        if (bound != null || !Addresses.isComplete(address)) {
            return -Errno.EINVAL;
        }
        if (Addresses.family(address) != socket.domain()) {
            return socket.domain() == AF_UNIX ? -Errno.EINVAL : -Errno.EAFNOSUPPORT;
        }
        return Addresses.isInet(address) && !Addresses.isLocal(address)
                ? -Errno.EADDRNOTAVAIL : 0;
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
