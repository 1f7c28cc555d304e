package dev.rill.testing;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/// A listening socket that nobody accepts from and whose backlog is full: connecting to it neither
/// succeeds nor fails.
public final class FullBacklog implements AutoCloseable {

    private static final int BACKLOG = 1;

    private final ServerSocketChannel server;
    private final List<SocketChannel> waiting = new ArrayList<>();

    private FullBacklog(ServerSocketChannel server) {
        this.server = server;
    }

    public static FullBacklog open(ProtocolFamily family, SocketAddress address)
            throws IOException {
        FullBacklog full = new FullBacklog(ServerSocketChannel.open(family));
        full.server.bind(address, BACKLOG);
        for (int i = 0; i <= BACKLOG; i++) { // Linux takes one more than it is told
            full.waiting.add(SocketChannel.open(full.address()));
        }
        return full;
    }

    public SocketAddress address() throws IOException {
        return server.getLocalAddress();
    }

    /// Lets one of those in that came first, so that there is room for another.
    public void acceptOne() throws IOException {
        server.accept().close();
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel each : waiting) {
            each.close();
        }
        server.close();
    }
}
