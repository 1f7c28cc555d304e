package dev.rill.bench.server;

import dev.rill.bench.server.ServerOptions.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A virtual thread for each connection, or for each direction of it, that reads and writes as if
/// there were no other.
///
/// A thread needs its buffer while it waits, so buffers are small until a read has filled one:
/// idle connections are cheap, and large messages are read whole. Channels with direct buffers
/// save the copy that the streams of a socket make.
final class VirtualThreadServer implements Server {

    private static final int BUFFER_SIZE_MIN = 4 * 1024;
    private static final int BUFFER_SIZE_MAX = 128 * 1024;

    private final ServerOptions options;
    private final ServerSocketChannel listener;
    /// Small ones only: allocating direct memory for each short connection would be its main cost.
    private final ConcurrentLinkedDeque<ByteBuffer> freeBuffers = new ConcurrentLinkedDeque<>();
    private final AtomicLong bytesReceived = new AtomicLong();
    private final AtomicLong bufferBytes = new AtomicLong();

    VirtualThreadServer(ServerOptions options) throws IOException {
        this.options = options;
        listener = ServerSocketChannel.open();
    }

    /// Its carriers: as many threads as any other peer has.
    static List<String> jvmOptions(List<String> options) {
        int at = options.indexOf("--threads");
        String threads = at < 0 ? "1" : options.get(at + 1);
        return List.of("-Djdk.virtualThreadScheduler.parallelism=" + threads,
                "-Djdk.virtualThreadScheduler.maxPoolSize=" + threads);
    }

    @Override
    public int start() throws IOException {
        listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        listener.bind(options.listen(), ServerOptions.BACKLOG);
        Thread.ofVirtual().name("accept").start(this::accept);
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    private void accept() {
        while (true) {
            try {
                SocketChannel client = listener.accept();
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                System.err.println("accepting: " + e);
            }
        }
    }

    private void serve(SocketChannel client) {
        switch (options.role()) {
            case ECHO -> {
                carry(client, client);
                close(client);
            }
            case SINK -> {
                carry(client, null);
                close(client);
            }
            default -> proxy(client);
        }
    }

    private void proxy(SocketChannel client) {
        try {
            SocketChannel upstream = SocketChannel.open();
            try {
                upstream.setOption(StandardSocketOptions.TCP_NODELAY, true);
                upstream.connect(options.connect());
            } catch (IOException e) {
                upstream.close();
                throw e;
            }
            AtomicInteger open = new AtomicInteger(2);
            Thread.ofVirtual().start(() -> carryOneWay(upstream, client, open));
            carryOneWay(client, upstream, open);
        } catch (IOException e) {
            close(client);
        }
    }

    private void carryOneWay(SocketChannel from, SocketChannel to, AtomicInteger open) {
        boolean whole = carry(from, to);
        if (open.decrementAndGet() == 0 || !whole) {
            close(from);
            close(to);
        } else {
            try {
                to.shutdownOutput();
            } catch (IOException e) {
                close(to); // the other direction notices
            }
        }
    }

    /// Reads to the end, and writes it.
    ///
    /// @return whether it came to the end
    private boolean carry(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = takeBuffer();
        try {
            while (from.read(buffer) >= 0) {
                bytesReceived.addAndGet(buffer.position());
                boolean full = !buffer.hasRemaining();
                if (to != null) {
                    buffer.flip();
                    while (buffer.hasRemaining()) {
                        to.write(buffer);
                    }
                }
                buffer.clear();
                if (full && buffer.capacity() < bufferSizeMax()) {
                    int size = Math.min(2 * buffer.capacity(), bufferSizeMax());
                    giveBuffer(buffer);
                    buffer = allocate(size);
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            giveBuffer(buffer);
        }
    }

    private int bufferSizeMax() {
        return Math.max(BUFFER_SIZE_MIN,
                options.bufferSize() > 0 ? options.bufferSize() : BUFFER_SIZE_MAX);
    }

    private ByteBuffer takeBuffer() {
        ByteBuffer buffer = freeBuffers.poll();
        return buffer == null ? allocate(BUFFER_SIZE_MIN) : buffer;
    }

    private ByteBuffer allocate(int size) {
        bufferBytes.addAndGet(size);
        return ByteBuffer.allocateDirect(size);
    }

    private void giveBuffer(ByteBuffer buffer) {
        if (buffer.capacity() == BUFFER_SIZE_MIN) {
            freeBuffers.push(buffer.clear());
        } else {
            bufferBytes.addAndGet(-buffer.capacity());
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            System.err.println("closing: " + e);
        }
    }

    @Override
    public Map<String, String> configuration() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("virtualThreads", options.role() == Role.PROXY ? "two for each connection"
                : "one for each connection");
        map.put("buffers", "direct, " + BUFFER_SIZE_MIN + " to " + bufferSizeMax()
                + " for each thread");
        return map;
    }

    @Override
    public Tally tally() {
        return new Tally(bufferBytes.get(), bytesReceived.get(), 0, -1);
    }
}
