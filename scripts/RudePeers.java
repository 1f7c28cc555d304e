import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// An origin and clients that behave as badly as the network allows, for `wrong-input`.
///
/// ```
/// RudePeers origin HOST PORT         obeys the first line of each connection, see obey()
/// RudePeers fetch HOST PORT BYTES    reads that much, checks it, prints megabytes per second
/// RudePeers closed HOST PORT         expects to be disconnected, prints how
/// RudePeers late HOST PORT FILE      reads nothing before FILE exists, then everything
/// RudePeers torn HOST PORT FILE      the same; what the origin does not read makes it reset
/// RudePeers cut HOST PORT BYTES      lets the origin reset the connection after that much
/// RudePeers deaf HOST PORT COUNT     connections that ask for everything and read nothing
/// RudePeers flood HOST PORT COUNT    connections that write to an origin that reads nothing
/// ```
///
/// All data is one pattern, so that a byte that is lost, doubled or misplaced shows.
final class RudePeers {

    private static final int CHUNK = 64 * 1024;

    /// A prime, so that no shift by the size of a buffer goes unnoticed.
    private static final int PERIOD = 1_048_583;

    /// The pattern, and as much of its repetition as a chunk may reach into.
    private static final byte[] PATTERN = makePattern();

    /// What an endless origin offers: no proxy should hold that much, no machine suffers from it.
    private static final long FILL_MAX = 256L << 20;

    private static final int STUCK_MILLIS = 1000;
    private static final int WAIT_MILLIS = 20_000;

    private final InetSocketAddress address;

    private RudePeers(InetSocketAddress address) {
        this.address = address;
    }

    public static void main(String[] args) throws Exception {
        RudePeers peers =
            new RudePeers(new InetSocketAddress(args[1], Integer.parseInt(args[2])));
        switch (args[0]) {
            case "origin" -> peers.serve();
            case "fetch" -> peers.fetch(Long.parseLong(args[3]));
            case "closed" -> peers.closed();
            case "late" -> peers.late(Path.of(args[3]), "fill 0");
            case "torn" -> peers.late(Path.of(args[3]), "fill 0\nand more");
            case "cut" -> peers.cut(Long.parseLong(args[3]));
            case "deaf" -> peers.deaf(Integer.parseInt(args[3]));
            case "flood" -> peers.flood(Integer.parseInt(args[3]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    // The origin.

    private void serve() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(address);
            while (true) {
                SocketChannel client = server.accept();
                Thread.startVirtualThread(() -> obey(client));
            }
        }
    }

    private static void obey(SocketChannel client) {
        try (client) {
            String[] order = readLine(client).split(" ");
            long bytes = Long.parseLong(order[1]);
            switch (order[0]) {
                case "send" -> write(client, bytes);
                case "reset" -> {
                    write(client, bytes);
                    client.read(ByteBuffer.allocate(1));
                    client.setOption(StandardSocketOptions.SO_LINGER, 0);
                }
                case "fill" -> {
                    say("filled " + writeUntilStuck(client));
                    sleepForever();
                }
                case "ignore" -> sleepForever();
                default -> throw new IOException("told to " + order[0]);
            }
        } catch (IOException | InterruptedException _) {
            // The client left, or finds out what is missing.
        }
    }

    // The clients.

    private void fetch(long bytes) throws IOException {
        try (SocketChannel origin = ask("send " + bytes)) {
            long from = System.nanoTime();
            Ending ending = readToTheEnd(origin);
            double seconds = (System.nanoTime() - from) / 1e9;
            if (ending.bytes != bytes || ending.reset) {
                throw new IOException("wanted " + bytes + " bytes and the end, got " + ending);
            }
            System.out.printf("%.0f%n", bytes / seconds / 1e6);
        }
    }

    private void closed() throws IOException {
        try (SocketChannel proxy = SocketChannel.open(address)) {
            say(readToTheEnd(proxy));
        } catch (SocketException _) {
            say("0 bytes and a reset");
        }
    }

    private void late(Path file, String order) throws IOException, InterruptedException {
        try (SocketChannel origin = ask(order)) {
            long deadline = System.nanoTime() + WAIT_MILLIS * 1_000_000L;
            while (!Files.exists(file)) {
                if (System.nanoTime() > deadline) {
                    throw new InterruptedIOException("there is no " + file);
                }
                Thread.sleep(20);
            }
            say(readToTheEnd(origin));
        }
    }

    private void cut(long bytes) throws IOException, InterruptedException {
        try (SocketChannel origin = ask("reset " + bytes)) {
            long deadline = System.nanoTime() + WAIT_MILLIS * 1_000_000L;
            while (origin.socket().getInputStream().available() < bytes) {
                if (System.nanoTime() > deadline) {
                    throw new InterruptedIOException("the bytes before the reset do not come");
                }
                Thread.sleep(1);
            }
            origin.write(ByteBuffer.allocate(1));
            say(readToTheEnd(origin));
        }
    }

    private void deaf(int count) throws IOException, InterruptedException {
        List<SocketChannel> origins = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            origins.add(ask("fill 0"));
        }
        say(origins.size() + " connections");
        sleepForever();
    }

    private void flood(int count) throws IOException, InterruptedException {
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SocketChannel origin = ask("ignore 0");
            writers.add(Thread.startVirtualThread(() -> {
                try {
                    say("filled " + writeUntilStuck(origin));
                } catch (IOException | InterruptedException e) {
                    say(e);
                }
            }));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        say(count + " connections");
        sleepForever();
    }

    private SocketChannel ask(String order) throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        channel.socket().setSoTimeout(WAIT_MILLIS);
        channel.write(ByteBuffer.wrap((order + "\n").getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    // Reading and writing.

    private static String readLine(SocketChannel channel) throws IOException {
        StringBuilder line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (channel.read(one) >= 0) {
            char c = (char) one.flip().get();
            one.clear();
            if (c == '\n') {
                return line.toString();
            }
            line.append(c);
        }
        throw new IOException("no order came");
    }

    private static void write(SocketChannel channel, long bytes) throws IOException {
        for (long written = 0; written < bytes; ) {
            ByteBuffer chunk = pattern(written, (int) Math.min(CHUNK, bytes - written));
            while (chunk.hasRemaining()) {
                written += channel.write(chunk);
            }
        }
    }

    /// Writes until nothing has been taken for a second, and returns how much was.
    private static long writeUntilStuck(SocketChannel channel)
        throws IOException, InterruptedException {
        channel.configureBlocking(false);
        long written = 0;
        long lastTaken = System.nanoTime();
        ByteBuffer chunk = pattern(0, CHUNK);
        while (written < FILL_MAX
            && System.nanoTime() - lastTaken < STUCK_MILLIS * 1_000_000L) {
            if (!chunk.hasRemaining()) {
                chunk = pattern(written, CHUNK);
            }
            int taken = channel.write(chunk);
            if (taken > 0) {
                written += taken;
                lastTaken = System.nanoTime();
            } else {
                Thread.sleep(5);
            }
        }
        return written;
    }

    private static Ending readToTheEnd(SocketChannel channel) throws IOException {
        channel.socket().setSoTimeout(WAIT_MILLIS);
        byte[] bytes = new byte[CHUNK];
        long count = 0;
        try {
            int n = channel.socket().getInputStream().read(bytes);
            while (n >= 0) {
                check(bytes, n, count);
                count += n;
                n = channel.socket().getInputStream().read(bytes);
            }
            return new Ending(count, false);
        } catch (SocketException _) {
            return new Ending(count, true);
        }
    }

    private static void check(byte[] bytes, int n, long position) throws IOException {
        int from = (int) (position % PERIOD);
        int wrong = Arrays.mismatch(bytes, 0, n, PATTERN, from, from + n);
        if (wrong >= 0) {
            throw new IOException("byte " + (position + wrong) + " is wrong");
        }
    }

    private static ByteBuffer pattern(long position, int length) {
        return ByteBuffer.wrap(PATTERN, (int) (position % PERIOD), length);
    }

    private static byte[] makePattern() {
        byte[] pattern = new byte[PERIOD + CHUNK];
        new Random(PERIOD).nextBytes(pattern);
        System.arraycopy(pattern, 0, pattern, PERIOD, CHUNK);
        return pattern;
    }

    private static void sleepForever() throws InterruptedException {
        Thread.sleep(Long.MAX_VALUE);
    }

    private static void say(Object what) {
        System.out.println(what);
    }

    private record Ending(long bytes, boolean reset) {
        @Override
        public String toString() {
            return bytes + " bytes and " + (reset ? "a reset" : "the end");
        }
    }
}
