package dev.rill.tool;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The crowd of the demo: each client sends bursts of messages, verifies the answers meanwhile,
/// pauses, and goes on. Every fourth makes a new connection after a few bursts. Plain sockets,
/// nothing of Rill, virtual threads.
final class DemoClients {

    private static final int CONNECT_MILLIS_MAX = 10_000;
    private static final int BURST_MESSAGES_MAX = 4;
    private static final int PAUSE_MILLIS_MAX = 50;
    private static final int RESTLESS = 4;
    private static final int RESTLESS_BURSTS_MAX = 4;

    private final InetSocketAddress server;
    private final long seed;
    private final DemoLedger ledger;
    private final CountDownLatch running;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connected = new AtomicInteger();
    private volatile boolean stopping;

    private DemoClients(InetSocketAddress server, int count, long seed, DemoLedger ledger) {
        this.server = server;
        this.seed = seed;
        this.ledger = ledger;
        running = new CountDownLatch(count);
    }

    /// Starts the crowd.
    ///
    /// @param server what they connect to
    /// @param count how many
    /// @param seed decides what each of them does
    /// @param ledger is told of it
    static DemoClients start(InetSocketAddress server, int count, long seed, DemoLedger ledger) {
        DemoClients clients = new DemoClients(server, count, seed, ledger);
        for (int client = 1; client <= count; client++) {
            int number = client;
            Thread.ofVirtual().name("demo-client-" + number).start(() -> clients.run(number));
        }
        return clients;
    }

    /// How many are connected now.
    int connected() {
        return connected.get();
    }

    /// Lets each finish its burst and end its connection.
    void stop() {
        stopping = true;
    }

    /// Waits until the last has ended.
    ///
    /// @return whether it has, in this time
    boolean join(Duration patience) throws InterruptedException {
        return running.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Closes all connections now.
    void breakOff() {
        stopping = true;
        open.forEach(DemoClients::close);
    }

    private void run(int client) {
        SplittableRandom random = new SplittableRandom(seed + client);
        try {
            pause(random); // or all would come in the same instant
            for (int sequence = 1; !stopping; sequence++) {
                connect(DemoHeader.of(seed, client, sequence), random);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.countDown();
        }
    }

    private void connect(DemoHeader header, SplittableRandom random) throws InterruptedException {
        Socket socket = new Socket();
        open.add(socket);
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.connect(server, CONNECT_MILLIS_MAX);
            ledger.opened.increment();
            connected.incrementAndGet();
            try {
                new Conversation(header, socket).run(random);
            } finally {
                connected.decrementAndGet();
            }
        } catch (IOException e) {
            fail(header, e);
        } finally {
            open.remove(socket);
        }
    }

    private void fail(DemoHeader header, IOException e) {
        ledger.fail(e instanceof SeededReceiver.Wrong ? e.getMessage()
                : header + " broke, as the client saw it: " + e.getMessage());
        stopping = true;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it was to be given up anyway
        }
    }

    private static void pause(SplittableRandom random) throws InterruptedException {
        Thread.sleep(random.nextInt(PAUSE_MILLIS_MAX + 1));
    }

    /// One connection of one client.
    private final class Conversation {

        private final DemoHeader header;
        private final Socket socket;
        private final SeededSender requests;
        private final SeededReceiver answers;
        private final DemoHeader.Sizes requestSizes;
        private final DemoHeader.Sizes answerSizes;

        Conversation(DemoHeader header, Socket socket) throws IOException {
            this.header = header;
            this.socket = socket;
            requests = new SeededSender(socket.getOutputStream(), header.requestBytes(),
                    ledger.toOrigin.sent);
            answers = new SeededReceiver(header + ", to the client", socket.getInputStream(),
                    header.answerBytes(), ledger.toClients.verified);
            requestSizes = header.requestSizes();
            answerSizes = header.answerSizes();
        }

        void run(SplittableRandom random) throws IOException, InterruptedException {
            OutputStream out = socket.getOutputStream();
            out.write(header.bytes());
            ledger.toOrigin.sent.add(DemoHeader.SIZE);
            boolean halfClose = random.nextBoolean();
            int bursts = header.client() % RESTLESS == 0
                    ? 1 + random.nextInt(RESTLESS_BURSTS_MAX) : Integer.MAX_VALUE;
            boolean last = false;
            for (int burst = 1; !last; burst++) {
                last = stopping || burst == bursts;
                burst(1 + random.nextInt(BURST_MESSAGES_MAX), last && halfClose);
                if (!last) {
                    pause(random);
                }
            }
            if (!halfClose) {
                socket.shutdownOutput();
            }
            answers.receiveEnd();
            ledger.endedAtClients.increment();
        }

        /// Sends some messages while another thread receives the answers to them.
        ///
        /// @param end whether to end this direction at once, with the answers under way
        private void burst(int messages, boolean end) throws IOException, InterruptedException {
            long length = 0;
            for (int i = 0; i < messages; i++) {
                length += answerSizes.next();
            }
            long position = answers.position() + length;
            Thread receiver = Thread.ofVirtual().start(() -> receiveUntil(position));
            for (int i = 0; i < messages; i++) {
                requests.send(requestSizes.next());
            }
            if (end) {
                socket.shutdownOutput();
            }
            receiver.join();
        }

        private void receiveUntil(long position) {
            try {
                answers.receiveUntil(position);
            } catch (IOException e) {
                fail(header, e); // before the sender stumbles over the closed socket
                close(socket);
            }
        }
    }
}
