package dev.rill.net;

import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.IPPROTO_TCP;
import static dev.rill.abi.SocketConstants.SHUT_WR;
import static dev.rill.abi.SocketConstants.SOCK_CLOEXEC;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static dev.rill.abi.SocketConstants.SOL_SOCKET;
import static dev.rill.abi.SocketConstants.SOMAXCONN;
import static dev.rill.abi.SocketConstants.SO_REUSEADDR;
import static dev.rill.abi.SocketConstants.SO_REUSEPORT;
import static dev.rill.abi.SocketConstants.TCP_NODELAY;

import dev.rill.abi.Errno;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;

/// The plain system calls that sockets need before and beside the ring, with errors that say what
/// to do.
final class Sockets {

    private final Kernel kernel;
    private final Descriptors descriptors;

    Sockets(Kernel kernel) {
        this.kernel = kernel;
        descriptors = kernel.descriptors();
    }

    /// A socket for an address; TCP without Nagle's delay, which accepted sockets inherit.
    int open(SocketAddress address) {
        int family = SocketAddresses.family(address);
        int fd = descriptors.socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new KernelException("socket for " + SocketAddresses.name(address), fd,
                    fd == -Errno.EMFILE ? "Raise the limit on open files (ulimit -n)" : "");
        }
        if (family != AF_UNIX) {
            descriptors.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
        }
        return fd;
    }

    /// A socket that connections can be accepted from.
    int listen(SocketAddress address) {
        int fd = open(address);
        try {
            bind(fd, address);
            checkListen(address, descriptors.listen(fd, SOMAXCONN));
            return fd;
        } catch (RuntimeException | Error e) {
            close(fd);
            throw e;
        }
    }

    /// One of several sockets at one address, among which the kernel spreads connections.
    ///
    /// @return the descriptor, or `-errno` where the kernel spreads none
    int listenShared(SocketAddress address) {
        int fd = open(address);
        try {
            int result = descriptors.setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, 1);
            if (result < 0) {
                close(fd);
                return result;
            }
            bind(fd, address);
            checkListen(address, descriptors.listen(fd, SOMAXCONN));
            return fd;
        } catch (RuntimeException | Error e) {
            close(fd);
            throw e;
        }
    }

    /// Makes sure that nobody listens at an address: another program of the same user may share it
    /// (`SO_REUSEPORT`) without either of them knowing, and would take a part of the connections.
    void requireFree(SocketAddress address) {
        int fd = open(address);
        try {
            bind(fd, address);
        } finally {
            close(fd);
        }
    }

    private void bind(int fd, SocketAddress address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = kernel.memory(SocketAddresses.SIZE_MAX, arena);
            int length = SocketAddresses.write(address, memory);
            descriptors.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
            checkListen(address, descriptors.bind(fd, memory.asSlice(0, length)));
        }
    }

    /// A socket's own address, or its peer's.
    SocketAddress addressOf(int fd, boolean peer) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = kernel.memory(SocketAddresses.SIZE_MAX, arena)
                    .asSlice(0, SocketAddresses.SIZE_MAX);
            int length = KernelException.check(peer ? "getpeername" : "getsockname", peer
                    ? descriptors.getpeername(fd, memory)
                    : descriptors.getsockname(fd, memory));
            return SocketAddresses.read(memory, length);
        }
    }

    /// Says to the peer that nothing more will be sent. A call of its own, because it never waits
    /// and `IORING_OP_SHUTDOWN` always goes through a thread of the kernel (io_uring/net.c,
    /// `io_shutdown_prep`), which costs more than the rest of closing a connection.
    ///
    /// @return 0 or `-errno`
    int endOutput(int fd) {
        return descriptors.shutdown(fd, SHUT_WR);
    }

    /// Closes a socket that no request knows.
    void close(int fd) {
        descriptors.close(fd);
    }

    private static void checkListen(SocketAddress address, int result) {
        if (result < 0) {
            String operation = "listening on " + SocketAddresses.name(address);
            throw new KernelException(operation, result, switch (-result) {
                case Errno.EADDRINUSE -> SocketAddresses.family(address) == AF_UNIX
                        ? "There is a file of that name: remove it when no program listens there"
                        : "Another program uses this address: stop it or choose another one";
                case Errno.EADDRNOTAVAIL -> "This machine has no such address";
                case Errno.EACCES -> "Ports below 1024 and protected folders need privileges";
                default -> "";
            });
        }
    }
}
