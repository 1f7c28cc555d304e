package dev.rill.tool;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/// A forwarder that does one thing wrong, once: to the bytes of the first connection that has so
/// many of them in one direction.
final class FaultyHop implements AutoCloseable {

    /// What happens to a piece of the stream whose first byte is the one at the fault's position.
    interface Fault {

        byte[] apply(byte[] piece);

        /// A bit of the first byte.
        static byte[] flip(byte[] piece) {
            piece[0] ^= 0x10;
            return piece;
        }

        /// The first byte is gone.
        static byte[] lose(byte[] piece) {
            return Arrays.copyOfRange(piece, 1, piece.length);
        }

        /// The piece comes twice.
        static byte[] twice(byte[] piece) {
            byte[] both = Arrays.copyOf(piece, 2 * piece.length);
            System.arraycopy(piece, 0, both, piece.length, piece.length);
            return both;
        }
    }

    private final InetSocketAddress target;
    private final ServerSocket server;
    private final boolean toTarget;
    private final long position;
    private final Fault fault;
    private final AtomicBoolean done = new AtomicBoolean();

    /// Starts it.
    ///
    /// @param target where it forwards to
    /// @param toTarget in which direction something goes wrong
    /// @param position at which byte of the connection
    FaultyHop(InetSocketAddress target, boolean toTarget, long position, Fault fault) {
        this.target = target;
        this.toTarget = toTarget;
        this.position = position;
        this.fault = fault;
        try {
            server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /// Whether it has happened.
    boolean done() {
        return done.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket near = server.accept();
                Socket far = new Socket(target.getAddress(), target.getPort());
                Thread.ofVirtual().start(() -> forward(near, far, toTarget));
                Thread.ofVirtual().start(() -> forward(far, near, !toTarget));
            }
        } catch (IOException e) {
            // closed: the test is over
        }
    }

    private void forward(Socket from, Socket to, boolean faulty) {
        byte[] bytes = new byte[8192];
        long forwarded = 0;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                int before = Math.clamp(position - forwarded, 0, length);
                if (faulty && forwarded <= position && before < length
                        && done.compareAndSet(false, true)) {
                    out.write(bytes, 0, before);
                    out.write(fault.apply(Arrays.copyOfRange(bytes, before, length)));
                } else {
                    out.write(bytes, 0, length);
                }
                forwarded += length;
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // the demo has found the fault and broken off
        }
    }
}
