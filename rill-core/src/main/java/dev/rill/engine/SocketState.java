package dev.rill.engine;

/// What every socket in memory has.
final class SocketState {

    final MemoryWire wire;
    final int domain;
    final int type;
    final SocketOptions options;
    final References references = new References();
    final WaitQueue waiters = new WaitQueue();
    boolean nonblocking;
    /// Whether its connect waits for room in a backlog.
    boolean blocked;
    /// What the next call is to be told (`sk_err`), positive, or 0.
    int error;

    SocketState(MemoryWire wire, int domain, int type) {
        this(wire, new SocketOptions(domain, type));
    }

    SocketState(MemoryWire wire, SocketOptions options) {
        this.wire = wire;
        this.domain = options.domain();
        this.type = options.type();
        this.options = options;
    }

    AddressTable addresses() {
        return wire.addresses();
    }

    /// Tells the error, once.
    ///
    /// @return 0 or `-errno`
    int takeError() {
        int taken = error;
        error = 0;
        return -taken;
    }
}
