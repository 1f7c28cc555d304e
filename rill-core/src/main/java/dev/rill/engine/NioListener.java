package dev.rill.engine;

import static java.nio.channels.SelectionKey.OP_ACCEPT;

import dev.rill.abi.Errno;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// What a stream socket becomes when it listens.
final class NioListener {

    private final NioWire wire;
    private final int domain;
    private final NioOptions options;
    private final ServerSocketChannel channel;
    private final WaitQueue waiters;
    private final Readiness readiness;
    /// Accepted to find out whether there was anybody, and not asked for yet.
    private NioStreamSocket next;

    /// @throws IOException when the address is taken meanwhile
    NioListener(NioWire wire, int domain, WaitQueue waiters, NioOptions options,
            SocketAddress address, int backlog) throws IOException {
        this.wire = wire;
        this.domain = domain;
        this.waiters = waiters;
        this.options = options;
        channel = ServerSocketChannel.open(NioAddresses.family(domain));
        try {
            channel.configureBlocking(false);
            options.applyAll(channel);
            channel.bind(address, Math.max(1, backlog));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        readiness = new Readiness(wire, waiters, _ -> { });
        readiness.of(channel);
    }

    ServerSocketChannel channel() {
        return channel;
    }

    /// Whether somebody waits to be accepted.
    boolean hasNext() {
        if (next == null) {
            try {
                next = fetch();
            } catch (IOException e) {
                return true; // the call itself says what is wrong
            }
        }
        return next != null;
    }

    /// Takes a connection. One of those that wait was told that there are some: when there is
    /// another, another one is told.
    ///
    /// @return 0 or `-errno`
    int accept(Socket[] result) {
        try {
            result[0] = next != null ? next : fetch();
            next = null;
        } catch (IOException e) {
            return -NioErrors.errno(e, Errno.EMFILE);
        }
        if (result[0] == null) {
            return -Errno.EAGAIN;
        }
        if (!waiters.isEmpty() && hasNext()) {
            waiters.wake(Events.DATA_READY);
        }
        return 0;
    }

    private NioStreamSocket fetch() throws IOException {
        SocketChannel accepted = channel.accept();
        if (accepted == null) {
            readiness.exhausted(OP_ACCEPT);
            return null;
        }
        try {
            return NioStreamSocket.accepted(wire, domain, accepted, options, channel);
        } catch (IOException | RuntimeException e) {
            wire.close(accepted);
            throw e;
        }
    }

    void close() {
        if (next != null) {
            next.release();
            next = null;
        }
        readiness.forget();
        wire.close(channel);
        wire.letGo(); // the address is free again when the call returns
    }
}
