package dev.rill.benchmarks;

import dev.rill.Kernels;
import dev.rill.kernel.Kernel;
import dev.rill.net.Connection;
import dev.rill.net.ConnectionHandler;
import dev.rill.net.EventLoop;
import dev.rill.net.EventLoopOptions;
import dev.rill.net.LoopStatistics;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.GroupSnapshot;
import dev.rill.ring.Hold;
import dev.rill.ring.Received;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// One connection in a hundred keeps a few bytes of everything for seconds: what that does to the
/// others, with the rescue of holds and without.
///
/// An echo server and its clients in one process. All connections ask and wait for the answer,
/// again and again. While the storm is on, the handler of each hundredth holds what it receives for
/// some seconds before it lets go. Calm and storm take turns; the throughput of the other
/// ninety-nine is compared, and the server's receive memory is looked at every ten milliseconds.
public final class SlowReaderStorm {

    private static final int MESSAGE = 1024;
    private static final int HELD = 64;
    private static final Duration HOLD_TIME = Duration.ofSeconds(3);
    private static final Duration LOOK = Duration.ofMillis(10);
    private static final int BUFFER_SIZE = 256 * 1024;
    private static final long MEMORY = 16L << 20;
    private static final long RESCUE_MAX = 2L << 20;

    private final int connections;
    private final int seconds;
    private final int rounds;
    private volatile boolean storm;

    private SlowReaderStorm(int connections, int seconds, int rounds) {
        this.connections = connections;
        this.seconds = seconds;
        this.rounds = rounds;
    }

    /// What a run with one setting came to.
    private record Outcome(double[] calm, double[] stormy, long memoryMax, LoopStatistics last) {
    }

    /// Measures with the rescue and without, and prints a table.
    ///
    /// @param args CONNECTIONS SECONDS ROUNDS: how many, how long calm and storm last each, and how
    ///        often
    /// @throws Exception when something cannot be carried
    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            System.err.println("SlowReaderStorm needs CONNECTIONS SECONDS ROUNDS, such as:"
                    + " 5000 10 3");
            System.exit(2);
        }
        SlowReaderStorm storm = new SlowReaderStorm(Integer.parseInt(args[0]),
                Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        boolean good = true;
        System.out.printf("%d connections, %d of them hold %d bytes of each message for %d s in"
                + " the storm; receive memory %d MiB at most%n", storm.connections,
                storm.connections / 100, HELD, HOLD_TIME.toSeconds(), MEMORY >> 20);
        for (long rescueMax : new long[] {RESCUE_MAX, 0}) {
            Outcome outcome = storm.run(rescueMax);
            double kept = median(outcome.stormy) / median(outcome.calm);
            System.out.printf("%nrescue %s%n", rescueMax > 0 ? "on" : "off");
            System.out.printf("  calm   messages/s of the others  %s%n", text(outcome.calm));
            System.out.printf("  storm  messages/s of the others  %s%n", text(outcome.stormy));
            System.out.printf("  kept   %.2f%n", kept);
            System.out.printf("  receive memory at most %.1f MiB, ENOBUFS %d, buffers rescued %d,"
                    + " growths %d%n", outcome.memoryMax / 1048576.0, outcome.last.exhaustions(),
                    outcome.last.holdRescues(), outcome.last.group().growths());
            good &= outcome.memoryMax <= MEMORY && (rescueMax == 0 || kept >= 0.9);
        }
        System.exit(good ? 0 : 1);
    }

    private Outcome run(long rescueMax) throws Exception {
        int buffers = (int) ((MEMORY - rescueMax) / BUFFER_SIZE);
        EventLoopOptions options = EventLoopOptions.defaults().withBuffers(
                BufferGroupOptions.incremental(0, buffers, BUFFER_SIZE).growing()
                        .withRescueMax(rescueMax).withWatchedHolds(0));
        CompletableFuture<EventLoop> opened = new CompletableFuture<>();
        CompletableFuture<Integer> port = new CompletableFuture<>();
        long[] memoryMax = new long[1];
        Kernel kernel = Kernels.best();
        Thread server = Thread.ofPlatform().name("server").start(() -> {
            try (kernel; EventLoop loop = EventLoop.open(kernel, options)) {
                port.complete(((InetSocketAddress) loop.listen(
                        new InetSocketAddress("127.0.0.1", 0), new Echo(loop)).address())
                        .getPort());
                look(loop, memoryMax);
                opened.complete(loop);
                loop.run();
            }
        });
        double[] calm = new double[rounds];
        double[] stormy = new double[rounds];
        EventLoop loop = opened.get();
        LoopStatistics last;
        try (Crowd crowd = new Crowd(port.get(), connections)) {
            crowd.run(seconds); // until it is warm
            for (int round = 0; round < rounds; round++) {
                calm[round] = crowd.run(seconds);
                storm = true;
                stormy[round] = crowd.run(seconds);
                storm = false;
                crowd.run(1 + (int) HOLD_TIME.toSeconds()); // all is let go
                System.out.printf("  round %d  calm %.0f  storm %.0f messages/s%n", round + 1,
                        calm[round], stormy[round]);
            }
            last = loop.sample().get();
        }
        loop.stop();
        server.join();
        return new Outcome(calm, stormy, memoryMax[0], last);
    }

    private static void look(EventLoop loop, long[] max) {
        GroupSnapshot group = loop.group().snapshot();
        max[0] = Math.max(max[0],
                (long) group.allocated() * group.bufferSize() + group.bytesMoved());
        loop.schedule(LOOK, () -> look(loop, max));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static String text(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return "%.0f (%.0f-%.0f)".formatted(median(values), sorted[0], sorted[sorted.length - 1]);
    }

    /// Answers with the same bytes; each hundredth keeps some of them while the storm is on.
    private final class Echo implements ConnectionHandler {

        private final EventLoop loop;
        private int opened;

        Echo(EventLoop loop) {
            this.loop = loop;
        }

        @Override
        public void opened(Connection connection) {
            if (opened++ % 100 == 0) {
                connection.handler(this::keep);
            }
        }

        @Override
        public void received(Connection connection, Received data) {
            connection.send(data);
        }

        private void keep(Connection connection, Received data) {
            connection.send(data);
            if (storm && data.length() >= HELD) {
                Hold hold = data.hold();
                loop.schedule(HOLD_TIME, hold::close);
            }
        }
    }

    /// The clients: a selector and a thread.
    private static final class Crowd implements AutoCloseable {

        private final Selector selector = Selector.open();
        private final SocketChannel[] channels;
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(MESSAGE);
        private long answers;

        Crowd(int port, int count) throws IOException {
            channels = new SocketChannel[count];
            for (int i = 0; i < count; i++) {
                channels[i] = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
                channels[i].configureBlocking(false);
                channels[i].register(selector, SelectionKey.OP_READ,
                        new int[] {MESSAGE, i % 100});
                channels[i].write(bytes.clear());
            }
        }

        /// @return messages in a second, of those that do not hold
        double run(int seconds) throws IOException {
            answers = 0;
            long start = System.nanoTime();
            long end = start + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() < end) {
                selector.select(this::ready, 100);
            }
            return answers * 1e9 / (System.nanoTime() - start);
        }

        private void ready(SelectionKey key) {
            int[] state = (int[]) key.attachment();
            SocketChannel channel = (SocketChannel) key.channel();
            try {
                int count = channel.read(bytes.clear().limit(state[0]));
                if (count < 0) {
                    throw new IOException("the server has closed a connection");
                }
                state[0] -= count;
                if (state[0] == 0) {
                    state[0] = MESSAGE;
                    answers += state[1] == 0 ? 0 : 1;
                    channel.write(bytes.clear()); // there is room: nothing else is under way
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws IOException {
            for (SocketChannel channel : channels) {
                channel.close();
            }
            selector.close();
        }
    }
}
