package dev.rill.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;

/// The other end of a connection, made of the JDK's own sockets, so that it shares no mistake with
/// what is tested. Blocks; an interrupt, as a test's timeout gives it, ends any wait.
public final class Peer implements AutoCloseable {

    private static final int CHUNK = 64 * 1024;

    private final SocketChannel channel;

    private Peer(SocketChannel channel) {
        this.channel = channel;
    }

    public static Peer connect(SocketAddress address) throws IOException {
        return new Peer(SocketChannel.open(address));
    }

    /// Connects with a small receive buffer, so that little is in the kernel when it does not read.
    public static Peer connectNarrow(SocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
        channel.connect(address);
        return new Peer(channel);
    }

    /// Takes the next connection from a listening socket.
    public static Peer accept(ServerSocketChannel server) throws IOException {
        return new Peer(server.accept());
    }

    /// Sends all bytes, however long that takes.
    public Peer send(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.position() < bytes.length) {
            channel.write(buffer.limit(Math.min(buffer.position() + CHUNK, bytes.length)));
        }
        return this;
    }

    /// Sends all bytes on another thread.
    ///
    /// @return done when the last byte was taken
    public CompletableFuture<Peer> sendMeanwhile(byte[] bytes) {
        CompletableFuture<Peer> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                done.complete(send(bytes));
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /// Says that nothing more will be sent.
    public Peer end() {
        try {
            channel.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Receives exactly so many bytes.
    public byte[] receive(int length) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(length);
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new EOFException("ended after " + into.position() + " of " + length
                        + " bytes");
            }
        }
        return into.array();
    }

    /// Receives what is there, up to a limit, at least one byte.
    ///
    /// @return nothing at the end
    public byte[] receiveSome(int most) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(most);
        channel.read(into);
        return Bytes.cut(into.array(), 0, into.position());
    }

    /// Receives up to the end.
    public byte[] receiveAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] some = receiveSome(CHUNK);
        while (some.length > 0) {
            all.writeBytes(some);
            some = receiveSome(CHUNK);
        }
        return all.toByteArray();
    }

    /// Goes away without a goodbye: the other side's next operation fails.
    public void reset() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }

    /// Receives up to the end on another thread.
    ///
    /// @return what came, or how it failed
    public CompletableFuture<byte[]> receiveMeanwhile() {
        CompletableFuture<byte[]> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                done.complete(receiveAll());
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /// Closes the socket, whatever is still to be read or written.
    public void leave() throws IOException {
        channel.close();
    }

    public SocketAddress localAddress() throws IOException {
        return channel.getLocalAddress();
    }

    @Override
    public void close() throws IOException {
        leave();
    }
}
