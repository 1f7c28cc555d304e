package dev.rill.kernel;

import java.lang.foreign.MemorySegment;

/// The calls on descriptors that have no opcode, or none before the kernels that Rill runs on
/// (`IORING_OP_BIND` and `IORING_OP_LISTEN` came with Linux 6.11), and those that another thread
/// than the ring's owner must be able to make (the wake-up write).
///
/// None of them is on the path of received data. Every answer is a value or `-errno`; all may be
/// called from any thread. Segments are passed whole: their size is the length.
public interface Descriptors {

    /// Closes a descriptor of any kind, rings included.
    ///
    /// @param fd the descriptor
    /// @return 0 or `-errno`
    int close(int fd);

    /// Opens a socket.
    ///
    /// @param domain `AF_*`
    /// @param type `SOCK_*`, with `SOCK_CLOEXEC` and `SOCK_NONBLOCK` as wanted
    /// @param protocol `IPPROTO_*` or 0
    /// @return the descriptor or `-errno`
    int socket(int domain, int type, int protocol);

    /// Opens two connected sockets.
    ///
    /// @param domain `AF_UNIX`
    /// @param type `SOCK_*`
    /// @param protocol 0
    /// @param fds 8 bytes, filled with the two descriptors
    /// @return 0 or `-errno`
    int socketpair(int domain, int type, int protocol, MemorySegment fds);

    /// Opens a pipe.
    ///
    /// @param fds 8 bytes, filled with the read end and the write end
    /// @param flags `O_CLOEXEC`, `O_NONBLOCK`
    /// @return 0 or `-errno`
    int pipe(MemorySegment fds, int flags);

    /// Opens an event counter, the wake-up of an event loop.
    ///
    /// @param initial its first value
    /// @param flags `EFD_*`
    /// @return the descriptor or `-errno`
    int eventfd(int initial, int flags);

    /// Gives a socket its address.
    ///
    /// @param fd the socket
    /// @param address a `struct sockaddr` of its family
    /// @return 0 or `-errno`
    int bind(int fd, MemorySegment address);

    /// Lets a socket accept connections.
    ///
    /// @param fd the socket
    /// @param backlog how many may wait to be accepted
    /// @return 0 or `-errno`
    int listen(int fd, int backlog);

    /// Ends one or both directions of a connection.
    ///
    /// @param fd the socket
    /// @param how `SHUT_*`
    /// @return 0 or `-errno`
    int shutdown(int fd, int how);

    /// Reads a socket's own address.
    ///
    /// @param fd the socket
    /// @param address filled in, truncated to its size
    /// @return the length of the address in bytes, or `-errno`
    int getsockname(int fd, MemorySegment address);

    /// Reads the address of a socket's peer.
    ///
    /// @param fd the socket
    /// @param address filled in, truncated to its size
    /// @return the length of the address in bytes, or `-errno`
    int getpeername(int fd, MemorySegment address);

    /// Sets a socket option whose value is an `int`.
    ///
    /// @param fd the socket
    /// @param level `SOL_*` or `IPPROTO_*`
    /// @param option `SO_*`, `TCP_*`
    /// @param value the value
    /// @return 0 or `-errno`
    int setsockopt(int fd, int level, int option, int value);

    /// Sets a socket option whose value is something else.
    ///
    /// @param fd the socket
    /// @param level `SOL_*` or `IPPROTO_*`
    /// @param option `SO_*`, `TCP_*`
    /// @param value the value, such as a `struct linger`
    /// @return 0 or `-errno`
    int setsockopt(int fd, int level, int option, MemorySegment value);

    /// Reads a socket option.
    ///
    /// @param fd the socket
    /// @param level `SOL_*` or `IPPROTO_*`
    /// @param option `SO_*`, `TCP_*`
    /// @param value filled in
    /// @return the length of the value in bytes, or `-errno`
    int getsockopt(int fd, int level, int option, MemorySegment value);

    /// Reads what is there, up to the size of the segment.
    ///
    /// @param fd the descriptor
    /// @param into where the bytes go
    /// @return bytes read, 0 at the end, or `-errno`
    int read(int fd, MemorySegment into);

    /// Writes the segment, or as much of it as is taken.
    ///
    /// @param fd the descriptor
    /// @param from the bytes
    /// @return bytes written, or `-errno`
    int write(int fd, MemorySegment from);
}
