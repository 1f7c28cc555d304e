package dev.rill.bench.server;

import dev.rill.bench.server.Server.Tally;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.atomic.AtomicLong;

/// Datagrams on one selector, in one thread: all there are, each time the selector tells.
final class NioUdpLoop implements NioServer.Loop {

    private final Selector selector = Selector.open();
    private final DatagramChannel channel = DatagramChannel.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(ServerOptions.DATAGRAM_SIZE_MAX);
    private final AtomicLong bytesReceived = new AtomicLong();
    private final AtomicLong datagrams = new AtomicLong();

    NioUdpLoop(ServerOptions options) throws IOException {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, ServerOptions.DATAGRAM_SOCKET_BUFFER);
        if (options.threads() > 1) {
            channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        channel.bind(options.listen());
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
    }

    @Override
    public int port() throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    @Override
    public void run() throws IOException {
        while (true) {
            selector.select(this::receive);
        }
    }

    private void receive(SelectionKey key) {
        try {
            while (channel.receive(buffer) != null) {
                bytesReceived.lazySet(bytesReceived.getPlain() + buffer.position());
                datagrams.lazySet(datagrams.getPlain() + 1);
                buffer.clear();
            }
        } catch (IOException e) {
            System.err.println("receiving: " + e);
        }
    }

    @Override
    public Tally tally() {
        return new Tally(buffer.capacity(), bytesReceived.get(), datagrams.get(), -1);
    }
}
