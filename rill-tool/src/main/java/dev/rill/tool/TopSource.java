package dev.rill.tool;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;

/// The line to a running proxy: a thread reads what [AdminEndpoint] tells and puts it into a queue,
/// behind which others may put in, too.
final class TopSource implements AutoCloseable {

    private static final int CONNECT_MILLIS = 5000;
    /// More than the largest group needs.
    private static final int LINE_MAX = 16 << 20;
    private static final int CHUNK = 64 * 1024;

    private final SocketChannel channel;
    private final int millis;
    private final BlockingQueue<Object> events;

    /// A line, and what it says.
    ///
    /// @param source whose line
    record Look(TopSource source, String line, TopSample sample) {
    }

    /// The last thing that comes.
    ///
    /// @param source whose end
    /// @param why what was wrong; null when the other side has ended in an orderly way
    record Ended(TopSource source, String why) {
    }

    private TopSource(SocketChannel channel, int millis, BlockingQueue<Object> events) {
        this.channel = channel;
        this.millis = millis;
        this.events = events;
    }

    /// Connects and begins to read.
    ///
    /// @param millis how often something shall come
    /// @param events gets any number of [Look]s and an [Ended]
    /// @throws IOException when nobody is there
    static TopSource open(SocketAddress address, int millis, BlockingQueue<Object> events)
            throws IOException {
        SocketChannel channel = address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
        try {
            if (address instanceof InetSocketAddress) {
                @SuppressWarnings("resource") // it is the channel's
                Socket socket = channel.socket();
                socket.connect(address, CONNECT_MILLIS);
            } else {
                channel.connect(address);
            }
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        TopSource source = new TopSource(channel, millis, events);
        Thread.ofPlatform().daemon().name("rill-top-reader").start(source::read);
        return source;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void read() {
        String why = null;
        try {
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel), CHUNK);
            boolean asked = false;
            for (String line = line(in); line != null; line = line(in)) {
                events.put(new Look(this, line, TopSample.parse(line)));
                if (!asked) { // only now is it known who is there
                    asked = true;
                    channel.write(ByteBuffer.wrap((millis + "\n")
                            .getBytes(StandardCharsets.US_ASCII)));
                }
            }
        } catch (IllegalArgumentException e) {
            why = "what answers there is no ./rill proxy of this version: " + e.getMessage();
        } catch (IOException e) {
            why = e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        events.add(new Ended(this, why));
    }

    /// The next whole line; null at the end.
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                return line.toString(StandardCharsets.UTF_8);
            }
            line.write(c);
            if (line.size() > LINE_MAX) {
                throw new IllegalArgumentException("a line of more than " + LINE_MAX + " bytes");
            }
        }
        return null;
    }
}
