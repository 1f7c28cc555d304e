package dev.rill.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;

/// A TCP proxy over a plain `java.nio` selector, as one would write it without Rill: what
/// `scripts/engine-throughput` puts beside `./rill proxy`.
///
/// One thread. Each direction of a connection has a direct buffer of its own while it carries
/// something; what was read is written at once, and what could not be written stops the reading
/// until it can. An end of stream is passed on when all before it has gone. It lacks the limits,
/// timeouts and statistics of `./rill proxy`.
public final class SelectorProxy {

    private static final int BUFFER_SIZE = 128 * 1024;
    private static final int BACKLOG = 4096;

    private final InetSocketAddress server;
    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener = ServerSocketChannel.open();
    private final ArrayDeque<ByteBuffer> freeBuffers = new ArrayDeque<>();

    private SelectorProxy(InetSocketAddress listen, InetSocketAddress server) throws IOException {
        this.server = server;
        listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        listener.bind(listen, BACKLOG);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
    }

    /// Runs until it is killed.
    ///
    /// @param args where clients come in and where they are carried to: HOST PORT HOST PORT
    /// @throws IOException when it cannot listen
    public static void main(String[] args) throws IOException {
        if (args.length != 4) {
            System.err.println("SelectorProxy needs HOST PORT HOST PORT: where clients come in,"
                    + " and where they are carried to");
            System.exit(2);
        }
        new SelectorProxy(new InetSocketAddress(args[0], Integer.parseInt(args[1])),
                new InetSocketAddress(args[2], Integer.parseInt(args[3]))).run();
    }

    private void run() throws IOException {
        while (true) {
            selector.select(this::ready);
        }
    }

    private void ready(SelectionKey key) {
        if (key.attachment() instanceof End end) {
            end.ready();
        } else {
            accept();
        }
    }

    private void accept() {
        SocketChannel client = null;
        SocketChannel upstream = null;
        try {
            while ((client = listener.accept()) != null) {
                upstream = SocketChannel.open();
                prepare(client);
                prepare(upstream);
                boolean connected = upstream.connect(server);
                End near = new End(client, client.register(selector, 0));
                End far = new End(upstream, upstream.register(selector, 0));
                near.connectTo(far);
                far.connectTo(near);
                if (connected) {
                    far.connected();
                } else {
                    far.key.interestOps(SelectionKey.OP_CONNECT);
                }
            }
        } catch (IOException e) {
            System.err.println("no connection: " + e);
            close(client);
            close(upstream);
        }
    }

    private static void prepare(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    private static void close(SocketChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                System.err.println("closing: " + e);
            }
        }
    }

    /// One of the two sockets of a connection, and the direction that starts there.
    private final class End {

        private final SocketChannel channel;
        private final SelectionKey key;
        private End other;
        /// What was read here and is not yet written there, ready to be written; null when empty.
        private ByteBuffer unwritten;
        private boolean ended;

        End(SocketChannel channel, SelectionKey key) {
            this.channel = channel;
            this.key = key;
            key.attach(this);
        }

        void connectTo(End end) {
            other = end;
        }

        void connected() {
            key.interestOps(SelectionKey.OP_READ);
            other.key.interestOps(SelectionKey.OP_READ);
        }

        void ready() {
            try {
                if (key.isValid() && key.isConnectable() && channel.finishConnect()) {
                    connected();
                }
                if (key.isValid() && key.isWritable()) {
                    other.write();
                }
                if (key.isValid() && key.isReadable()) {
                    read();
                }
            } catch (IOException e) {
                SelectorProxy.close(channel);
                SelectorProxy.close(other.channel);
                recycle();
                other.recycle();
            }
        }

        private void read() throws IOException {
            ByteBuffer buffer = freeBuffers.poll();
            if (buffer == null) {
                buffer = ByteBuffer.allocateDirect(BUFFER_SIZE);
            }
            unwritten = buffer;
            int count = channel.read(buffer);
            buffer.flip();
            ended = count < 0;
            write();
        }

        /// Writes what was read here; then this end may be read again.
        private void write() throws IOException {
            if (unwritten != null && unwritten.hasRemaining()) {
                other.channel.write(unwritten);
            }
            boolean all = unwritten == null || !unwritten.hasRemaining();
            if (all) {
                recycle();
            }
            interest(SelectionKey.OP_READ, all && !ended);
            other.interest(SelectionKey.OP_WRITE, !all);
            if (all && ended) {
                other.channel.shutdownOutput();
                if (other.ended && other.unwritten == null) {
                    SelectorProxy.close(channel);
                    SelectorProxy.close(other.channel);
                }
            }
        }

        private void interest(int operation, boolean wanted) {
            int now = key.interestOps();
            int next = wanted ? now | operation : now & ~operation;
            if (next != now) {
                key.interestOps(next);
            }
        }

        private void recycle() {
            if (unwritten != null) {
                freeBuffers.push(unwritten.clear());
                unwritten = null;
            }
        }
    }
}
