package dev.rill.engine;

/// Where sockets come from: the line below the engine. Pipes, event counters and files are the
/// same on every wire.
sealed interface Wire permits MemoryWire {

    /// Opens a socket.
    ///
    /// @param type `SOCK_*` with flags
    /// @param result the socket, in element 0
    /// @return 0 or `-errno`
    int socket(InProcessKernel kernel, int domain, int type, int protocol, Socket[] result);

    /// Opens two connected sockets.
    ///
    /// @return 0 or `-errno`
    int pair(InProcessKernel kernel, int domain, int type, int protocol, Socket[] result);
}
