package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.net.CloseReason.Kind;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Received;
import dev.rill.ring.RingOptions;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.OpenDescriptors;
import dev.rill.testing.Peer;
import dev.rill.testing.Rig;
import dev.rill.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/// Everything at once and at random: many peers of all tempers talk through a forwarding loop to an
/// echoing loop. Whoever behaves gets back every byte; whoever does not harms nobody.
@Timeout(value = 6, unit = TimeUnit.HOURS) // rounds are bounded by the patience within them
class SoakTest {

    /// More with `-Drill.soak=...`, for a night.
    private static final int ROUNDS = Integer.getInteger("rill.soak", 3);
    private static final int SESSIONS = 80;
    private static final int AT_ONCE = 20;

    /// How a peer, or whoever forwards for it, ends the conversation.
    private enum Ending { IN_PEACE, BY_RESET, BY_LEAVING, BY_THE_OTHER_SIDE }

    @KernelTest
    void whoeverBehavesGetsEveryByteBack(Kernel kernel) throws Exception {
        Random random = Seeds.random("SoakTest");
        for (int round = 0; round < ROUNDS; round++) {
            EventLoopOptions forwarding = options(random);
            EventLoopOptions echoing = options(random);
            String what = "round " + round + ": forwarding " + forwarding + ", echoing " + echoing;
            System.out.println(what);
            int before = OpenDescriptors.count();
            try (LoopThread echo = LoopThread.start(kernel, echoing);
                    LoopThread forward = LoopThread.start(kernel, forwarding)) {
                converse(random, echo, forward);
                for (LoopThread loop : List.of(forward, echo)) {
                    loop.until("all connections are gone",
                            () -> loop.loop().statistics().connections() == 0);
                    expectClean(loop.stop(), loop == echo ? echoing : forwarding);
                }
            }
            if (round > 0) { // the first opens what the JDK keeps open
                assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(before);
            }
        }
    }

    private static EventLoopOptions options(Random random) {
        BufferGroupOptions buffers = switch (random.nextInt(5)) {
            case 0 -> BufferGroupOptions.incremental(0);
            case 1 -> BufferGroupOptions.incremental(0, 2, 4096);
            case 2 -> BufferGroupOptions.incremental(0, 1 + random.nextInt(8),
                    100 + random.nextInt(20_000));
            case 3 -> BufferGroupOptions.classic(0, 2, 4096);
            default -> BufferGroupOptions.classic(0, 1 + random.nextInt(64),
                    500 + random.nextInt(20_000));
        };
        long high = random.nextBoolean() ? 256 * 1024 : random.nextInt(20_000);
        EventLoopOptions options = EventLoopOptions.defaults().withBuffers(buffers)
                .withUnsent(random.nextLong(high + 1), high)
                .withConnectionsMax(random.nextBoolean() ? 1 << 20 : 2 * AT_ONCE);
        return random.nextInt(3) > 0 ? options
                : options.withRing(RingOptions.defaults().withQueues(4, 8));
    }

    private static void expectClean(LoopStatistics last, EventLoopOptions options) {
        assertThat(last.buffersHeld()).isZero();
        BufferGroupOptions buffers = options.buffers();
        assertThat(last.buffersLent()).isBetween(buffers.lentMin(), buffers.buffers());
        assertThat(last.parked()).isZero();
        System.out.println("  " + last);
    }

    private static void converse(Random random, LoopThread echo, LoopThread forward)
            throws Exception {
        InetSocketAddress server = echo.listen(new Fickle(random.nextLong(), Connection::send));
        long seed = random.nextLong();
        InetSocketAddress reliable = forward.listen(new Entry(server, seed, false));
        InetSocketAddress unreliable = forward.listen(new Entry(server, seed, true));
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<?>> sessions = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                int temper = random.nextInt(10);
                Ending ending = temper < 6 ? Ending.IN_PEACE
                        : Ending.values()[random.nextInt(Ending.values().length)];
                Session session = new Session(new Random(random.nextLong()), ending,
                        ending == Ending.BY_THE_OTHER_SIDE ? unreliable : reliable);
                sessions.add(threads.submit(() -> {
                    session.run();
                    return null;
                }));
            }
            for (Future<?> session : sessions) {
                session.get(120, TimeUnit.SECONDS);
            }
        }
    }

    /// One peer's conversation.
    private record Session(Random random, Ending ending, InetSocketAddress address) {

        @SuppressWarnings("try") // the moment of closing is what the kinds of ending differ in
        private void run() throws Exception {
            byte[] bytes = Rig.pattern(1 + switch (random.nextInt(6)) {
                case 0 -> random.nextInt(2 << 20);
                case 1, 2 -> random.nextInt(100_000);
                default -> random.nextInt(3000);
            }, random.nextInt());
            long writing = random.nextLong();
            try (Peer peer = random.nextInt(4) == 0
                    ? Peer.connectNarrow(address) : Peer.connect(address)) {
                Thread writer = Thread.ofPlatform().start(() ->
                        write(peer, bytes, new Random(writing)));
                byte[] back = read(peer, bytes.length);
                if (ending == Ending.IN_PEACE) {
                    Bytes.expectSame(back, bytes);
                } else {
                    Bytes.expectSame(back, Bytes.cut(bytes, 0, back.length));
                }
                if (ending == Ending.BY_RESET) {
                    peer.reset();
                } else {
                    peer.leave();
                }
                writer.join();
            }
        }

        /// Reads to the end, or to where this peer loses its patience.
        private byte[] read(Peer peer, int length) throws IOException {
            int patience = ending == Ending.BY_RESET || ending == Ending.BY_LEAVING
                    ? random.nextInt(length) : Integer.MAX_VALUE;
            int most = 1 + length / 500 + random.nextInt(random.nextBoolean() ? 500 : 100_000);
            int laziness = random.nextInt(3) == 0 ? 100 : 3;
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            try {
                byte[] some = {0};
                while (some.length > 0 && all.size() <= patience) {
                    dawdle(random, laziness);
                    some = peer.receiveSome(1 + random.nextInt(most));
                    all.writeBytes(some);
                }
            } catch (IOException e) {
                if (ending != Ending.BY_THE_OTHER_SIDE) {
                    throw e;
                }
            }
            return all.toByteArray();
        }

        private void write(Peer peer, byte[] bytes, Random own) {
            int most = 1 + bytes.length / 500 + own.nextInt(own.nextBoolean() ? 2000 : 200_000);
            try {
                int at = 0;
                while (at < bytes.length) {
                    int length = Math.min(1 + own.nextInt(most), bytes.length - at);
                    peer.send(Bytes.cut(bytes, at, length));
                    at += length;
                    dawdle(own, 20);
                }
                peer.end();
            } catch (IOException | UncheckedIOException e) {
                if (ending == Ending.IN_PEACE) {
                    throw new AssertionError(e); // the reader sees that bytes are missing
                }
            }
        }

        private static void dawdle(Random random, int laziness) {
            for (int i = random.nextInt(laziness); i > 0; i--) {
                Thread.yield();
            }
        }
    }

    /// Pauses and resumes its connections now and then.
    private static final class Fickle implements ConnectionHandler {
        private final Random random;
        private final ConnectionHandler inner;

        Fickle(long seed, ConnectionHandler inner) {
            random = new Random(seed);
            this.inner = inner;
        }

        @Override
        public void received(Connection connection, Received data) {
            inner.received(connection, data);
            if (random.nextInt(20) == 0) {
                connection.pause();
                connection.loop().execute(connection::resume);
            }
        }
    }

    /// Connects every client to the server; when unreliable, ends it somewhere on the way.
    private static final class Entry implements ConnectionHandler {
        private final InetSocketAddress server;
        private final Random random;
        private final boolean unreliable;

        Entry(InetSocketAddress server, long seed, boolean unreliable) {
            this.server = server;
            this.unreliable = unreliable;
            random = new Random(seed);
        }

        @Override
        public void opened(Connection client) {
            Side toServer = new Side(client, unreliable ? random.nextInt(20_000) : -1);
            Connection upstream = client.loop().connect(server, toServer);
            client.handler(new Side(upstream, unreliable ? random.nextInt(20_000) : -1));
        }

        @Override
        public void received(Connection client, Received data) {
            throw new IllegalStateException("handed over in opened()");
        }
    }

    /// One direction of a tunnel.
    private static final class Side implements ConnectionHandler {
        private final Connection other;
        /// How many bytes go through before one of the two is dropped; negative for all.
        private int left;

        Side(Connection other, int left) {
            this.other = other;
            this.left = left;
        }

        @Override
        public void received(Connection connection, Received data) {
            other.send(data);
            if (left >= 0) {
                left -= data.length();
                if (left < 0) {
                    switch (data.length() % 3) {
                        case 0 -> connection.abort();
                        case 1 -> other.abort();
                        default -> throw new IllegalStateException("thrown on purpose");
                    }
                }
            }
        }

        @Override
        public void ended(Connection connection) {
            other.finish();
        }

        @Override
        public void closed(Connection connection, CloseReason reason) {
            if (reason.kind() != Kind.ENDED) {
                other.close();
            }
        }
    }
}
