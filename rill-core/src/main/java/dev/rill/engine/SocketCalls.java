package dev.rill.engine;

import static dev.rill.abi.SocketConstants.AF_UNIX;

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
        return 0;
    }

    /// The address of a socket that has none.
    static byte[] unbound(int domain) {
        return domain == AF_UNIX ? new byte[] {AF_UNIX, 0}
                : Addresses.wildcard(Addresses.loopback(domain));
    }
}
