package dev.rill.bench.server;

import dev.rill.bench.server.Server.Tally;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;

/// Connections on one selector, in one thread.
///
/// What was read is written at once; a buffer belongs to a connection only while a write is
/// waiting, and then nothing more is read from it: so one direct buffer, which stays in the cache,
/// is enough as long as peers read. An end of stream is passed on when all before it has gone.
final class NioTcpLoop implements NioServer.Loop {

    /// Holds the largest message of the benchmark, so that one read and one write carry it.
    private static final int BUFFER_SIZE = 128 * 1024;

    private final ServerOptions options;
    private final int bufferSize;
    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener = ServerSocketChannel.open();
    private final ArrayDeque<ByteBuffer> freeBuffers = new ArrayDeque<>();
    private final AtomicLong bytesReceived = new AtomicLong();
    private final AtomicLong bufferBytes = new AtomicLong();

    NioTcpLoop(ServerOptions options) throws IOException {
        this.options = options;
        bufferSize = bufferSize(options);
        listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        if (options.threads() > 1) {
            listener.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        listener.bind(options.listen(), ServerOptions.BACKLOG);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
    }

    static int bufferSize(ServerOptions options) {
        return options.bufferSize() > 0 ? options.bufferSize() : BUFFER_SIZE;
    }

    @Override
    public int port() throws IOException {
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    @Override
    public void run() throws IOException {
        while (true) {
            selector.select(this::ready);
        }
    }

    @Override
    public Tally tally() {
        return new Tally(bufferBytes.get(), bytesReceived.get(), 0, -1);
    }

    private void ready(SelectionKey key) {
        if (key.attachment() instanceof End end) {
            end.ready();
        } else {
            accept();
        }
    }

    private void accept() {
        try {
            SocketChannel client = listener.accept();
            while (client != null) {
                prepare(client);
                End end = new End(client);
                switch (options.role()) {
                    case PROXY -> connect(end);
                    case ECHO -> end.open(end);
                    default -> end.open(null);
                }
                client = listener.accept();
            }
        } catch (IOException e) {
            System.err.println("accepting: " + e);
        }
    }

    private void connect(End near) throws IOException {
        SocketChannel channel = SocketChannel.open();
        prepare(channel);
        End far = new End(channel);
        near.other = far;
        far.other = near;
        try {
            if (channel.connect(options.connect())) {
                far.connected();
            } else {
                far.key.interestOps(SelectionKey.OP_CONNECT);
            }
        } catch (IOException e) {
            far.fail();
        }
    }

    private static void prepare(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    private ByteBuffer takeBuffer() {
        ByteBuffer buffer = freeBuffers.poll();
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(bufferSize);
            bufferBytes.lazySet(bufferBytes.getPlain() + bufferSize);
        }
        return buffer;
    }

    /// A socket, and the direction that starts there. Its bytes go to the other end, which for an
    /// echo is itself; those of a sink go nowhere.
    private final class End {

        private final SocketChannel channel;
        private final SelectionKey key;
        private End other;
        /// What was read here and is not yet written there; null when that is nothing.
        private ByteBuffer unwritten;
        private boolean ended;

        End(SocketChannel channel) throws IOException {
            this.channel = channel;
            key = channel.register(selector, 0, this);
        }

        void open(End bytesGoTo) {
            other = bytesGoTo;
            key.interestOps(SelectionKey.OP_READ);
        }

        void connected() {
            key.interestOps(SelectionKey.OP_READ);
            other.key.interestOps(SelectionKey.OP_READ);
        }

        void ready() {
            try {
                int ready = key.isValid() ? key.readyOps() : 0;
                if ((ready & SelectionKey.OP_CONNECT) != 0 && channel.finishConnect()) {
                    connected();
                }
                if ((ready & SelectionKey.OP_WRITE) != 0) {
                    other.write(); // ends come in pairs: its bytes are written here
                }
                if ((ready & SelectionKey.OP_READ) != 0 && key.isValid()) {
                    read();
                }
            } catch (IOException e) {
                fail();
            }
        }

        private void read() throws IOException {
            ByteBuffer buffer = takeBuffer();
            unwritten = buffer;
            int count = channel.read(buffer);
            if (count > 0) {
                bytesReceived.lazySet(bytesReceived.getPlain() + count);
            }
            ended = count < 0;
            if (other == null) {
                recycle();
                if (ended) {
                    channel.close();
                }
            } else {
                buffer.flip();
                write();
            }
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
            if (other == this) {
                interest(SelectionKey.OP_READ, all);
                interest(SelectionKey.OP_WRITE, !all);
            } else {
                interest(SelectionKey.OP_READ, all && !ended);
                other.interest(SelectionKey.OP_WRITE, !all);
            }
            if (all && ended) {
                endOther();
            }
        }

        private void endOther() throws IOException {
            if (other == this || other.ended && other.unwritten == null) {
                channel.close();
                other.channel.close();
            } else {
                other.channel.shutdownOutput();
            }
        }

        private void interest(int operation, boolean wanted) {
            int now = key.interestOps();
            int next = wanted ? now | operation : now & ~operation;
            if (next != now) {
                key.interestOps(next);
            }
        }

        void fail() {
            close(channel);
            recycle();
            if (other != null && other != this) {
                close(other.channel);
                other.recycle();
            }
        }

        private void recycle() {
            if (unwritten != null) {
                freeBuffers.push(unwritten.clear());
                unwritten = null;
            }
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            System.err.println("closing: " + e);
        }
    }
}
