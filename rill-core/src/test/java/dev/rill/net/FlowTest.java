package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.net.CloseReason.Kind;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Received;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Peer;
import dev.rill.testing.Recorder;
import dev.rill.testing.Rig;
import dev.rill.testing.Seeds;
import java.net.InetSocketAddress;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/// Who is fast and who is slow: pausing by hand, being slowed down by a taker that does not read.
@Timeout(120)
class FlowTest {

    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults();
    /// More than the sockets of two connections can take up by themselves.
    private static final int MUCH = 48 << 20;

    /// Receives on one connection and sends on to another; knows how much was unsent at most.
    private static final class Forwarding implements ConnectionHandler {
        private final CompletableFuture<Connection> target = new CompletableFuture<>();
        private long most;

        @Override
        public void received(Connection connection, Received data) {
            target.join().send(data);
            most = Math.max(most, target.join().unsent());
        }

        @Override
        public void ended(Connection connection) {
            target.join().finish();
        }
    }

    @KernelTest
    void nothingIsReceivedWhilePausedAndEverythingAfterwards(Kernel kernel) throws Exception {
        byte[] bytes = Rig.pattern(100_000, 1);
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders,
                        new ConnectionHandler() {
                            @Override
                            public void opened(Connection connection) {
                                connection.pause();
                            }

                            @Override
                            public void received(Connection connection, Received data) {
                            }
                        })))) {
            peer.send(bytes).end();
            Recorder recorder = Recorder.next(recorders);
            Connection connection = recorder.opened();
            for (int turn = 0; turn < 100; turn++) {
                assertThat(loop.call(recorder::size)).isZero();
            }
            loop.call(() -> {
                connection.resume();
                return null;
            });
            recorder.ended();
            Bytes.expectSame(recorder.bytes(), bytes);
        }
    }

    /// Pauses and resumes at random, at once, later, twice, in any callback or task.
    private static final class Fickle implements ConnectionHandler {
        private final Random random;
        private int pauses;

        Fickle(Random random) {
            this.random = random;
        }

        @Override
        public void received(Connection connection, Received data) {
            if (random.nextInt(3) == 0) {
                connection.pause();
                pauses++;
                resumeAfter(connection, random.nextInt(4));
            }
        }

        private void resumeAfter(Connection connection, int turns) {
            if (turns == 0) {
                connection.resume();
                if (random.nextInt(4) == 0) {
                    connection.pause();
                    connection.resume();
                }
            } else {
                connection.loop().execute(() -> resumeAfter(connection, turns - 1));
            }
        }
    }

    @KernelTest
    void noByteIsLostOrReorderedThroughManyPauses(Kernel kernel) throws Exception {
        Random random = Seeds.random("FlowTest");
        for (BufferGroupOptions buffers : new BufferGroupOptions[] {
            BufferGroupOptions.incremental(0, 4, 8192),
            BufferGroupOptions.classic(0, 8, 2048),
            BufferGroupOptions.incremental(0)}) {
            byte[] bytes = Rig.pattern(4 << 20, random.nextInt());
            Fickle fickle = new Fickle(new Random(random.nextLong()));
            BlockingQueue<Recorder> recorders = Recorder.queue();
            try (LoopThread loop = LoopThread.start(kernel, OPTIONS.withBuffers(buffers));
                    Peer peer = Peer.connect(loop.listen(Recorder.each(recorders, fickle)))) {
                peer.send(bytes).end();
                Recorder recorder = Recorder.next(recorders);
                recorder.ended();
                Bytes.expectSame(recorder.bytes(), bytes);
                loop.stop();
                assertThat(fickle.pauses).isPositive();
            }
        }
    }

    @KernelTest
    void aSenderIsSlowedDownByATakerThatDoesNotReadAndNothingIsLost(Kernel kernel)
            throws Exception {
        Forwarding forwarding = new Forwarding();
        BlockingQueue<Recorder> targets = Recorder.queue();
        byte[] bytes = Rig.pattern(MUCH, 1);
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer reader = Peer.connect(loop.listen(
                        Recorder.each(targets, (_, _) -> { })))) {
            Connection target = Recorder.next(targets).opened();
            forwarding.target.complete(target);
            try (Peer sender = Peer.connect(loop.listen(forwarding))) {
                CompletableFuture<Peer> sent = sender.sendMeanwhile(bytes);
                loop.until("much is unsent",
                        () -> target.unsent() > OPTIONS.unsentLow());
                long received = loop.call(() -> loop.loop().statistics().bytesReceived());
                for (int turn = 0; turn < 2000; turn++) {
                    received = loop.call(() -> loop.loop().statistics().bytesReceived());
                }
                assertThat(sent).isNotDone();
                assertThat(received).isLessThan(MUCH);
                assertThat(loop.call(() -> forwarding.most)).isLessThanOrEqualTo(
                        OPTIONS.unsentHigh() + OPTIONS.buffers().byteSize());
                sent.thenAccept(Peer::end);
                Bytes.expectSame(reader.receive(MUCH), bytes);
                assertThat(reader.receiveAll()).isEmpty();
                sent.get(30, TimeUnit.SECONDS);
                reader.end();
            }
            LoopStatistics last = loop.stop();
            assertThat(last.bytesReceived()).isEqualTo(MUCH);
            assertThat(last.bytesSent()).isEqualTo(MUCH);
            assertThat(last.buffersHeld()).isZero();
            assertThat(forwarding.most).isLessThanOrEqualTo(
                    OPTIONS.unsentHigh() + OPTIONS.buffers().byteSize());
        }
    }

    /// The same with an echo, which slows itself down.
    @KernelTest
    void anEchoOfOneWhoDoesNotReadIsBoundedToo(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        byte[] bytes = Rig.pattern(MUCH, 2);
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS.withUnsent(0, 1));
                Peer peer = Peer.connect(loop.listen(
                        Recorder.each(recorders, Connection::send)))) {
            Recorder recorder = Recorder.next(recorders);
            Connection connection = recorder.opened();
            CompletableFuture<Peer> sent = peer.sendMeanwhile(bytes);
            loop.until("much is unsent", () -> connection.unsent() > 0);
            assertThat(loop.call(connection::unsent))
                    .isLessThanOrEqualTo(1 + OPTIONS.buffers().byteSize());
            sent.thenAccept(Peer::end);
            Bytes.expectSame(peer.receiveAll(), bytes);
            assertThat(recorder.closed()).isEqualTo(CloseReason.of(Kind.ENDED));
            assertThat(recorder.calls()).contains("drained");
        }
    }

    @KernelTest
    void aSenderGoesOnWhenItsSlowTakerDies(Kernel kernel) throws Exception {
        Forwarding forwarding = new Forwarding();
        BlockingQueue<Recorder> sources = Recorder.queue();
        BlockingQueue<Recorder> targets = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer reader = Peer.connect(loop.listen(
                        Recorder.each(targets, (_, _) -> { })))) {
            Recorder target = Recorder.next(targets);
            Connection taker = target.opened();
            forwarding.target.complete(taker);
            InetSocketAddress address = loop.listen(Recorder.each(sources, forwarding));
            try (Peer sender = Peer.connect(address)) {
                CompletableFuture<Peer> sent = sender.sendMeanwhile(Rig.pattern(MUCH, 3));
                loop.until("much is unsent", () -> taker.unsent() > OPTIONS.unsentLow());
                reader.reset();
                assertThat(target.closed().kind()).isEqualTo(Kind.FAILED);
                sent.get(30, TimeUnit.SECONDS).end();
                Recorder source = Recorder.next(sources);
                source.ended();
                Bytes.expectSame(source.bytes(), Rig.pattern(MUCH, 3));
            }
            assertThat(loop.call(() -> loop.loop().statistics()).buffersHeld()).isZero();
        }
    }

    /// The taker is aborted by the program instead.
    @KernelTest
    void aSenderGoesOnWhenItsSlowTakerIsAborted(Kernel kernel) throws Exception {
        Forwarding forwarding = new Forwarding();
        BlockingQueue<Recorder> targets = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer reader = Peer.connect(loop.listen(
                        Recorder.each(targets, (_, _) -> { })))) {
            Connection taker = Recorder.next(targets).opened();
            forwarding.target.complete(taker);
            try (Peer sender = Peer.connect(loop.listen(forwarding))) {
                CompletableFuture<Peer> sent = sender.sendMeanwhile(Rig.pattern(MUCH, 4));
                loop.until("much is unsent", () -> taker.unsent() > OPTIONS.unsentLow());
                loop.call(() -> {
                    taker.abort();
                    return null;
                });
                sent.get(30, TimeUnit.SECONDS);
                assertThat(reader.receive(1)).hasSize(1);
            }
        }
    }

    /// One who is slowed down by two takers goes on only when both have caught up.
    @KernelTest
    void aSenderWithTwoSlowTakersWaitsForBoth(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> targets = Recorder.queue();
        byte[] bytes = Rig.pattern(MUCH, 5);
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress address = loop.listen(Recorder.each(targets, (_, _) -> { }));
            try (Peer one = Peer.connect(address); Peer two = Peer.connect(address)) {
                Connection first = Recorder.next(targets).opened();
                Connection second = Recorder.next(targets).opened();
                InetSocketAddress entry = loop.listen(new ConnectionHandler() {
                    @Override
                    public void received(Connection connection, Received data) {
                        first.send(data);
                        second.send(data);
                    }

                    @Override
                    public void ended(Connection connection) {
                        first.finish();
                        second.finish();
                    }
                });
                try (Peer sender = Peer.connect(entry)) {
                    CompletableFuture<Peer> sent = sender.sendMeanwhile(bytes);
                    sent.thenAccept(Peer::end);
                    loop.until("much is unsent", () -> first.unsent() > OPTIONS.unsentLow()
                            || second.unsent() > OPTIONS.unsentLow());
                    CompletableFuture<byte[]> firstBytes = one.receiveMeanwhile();
                    loop.until("the second alone is slow", () -> first.unsent() == 0);
                    assertThat(sent).isNotDone();
                    assertThat(loop.call(second::unsent)).isLessThanOrEqualTo(
                            OPTIONS.unsentHigh() + OPTIONS.buffers().byteSize());
                    Bytes.expectSame(two.receiveAll(), bytes);
                    Bytes.expectSame(firstBytes.get(30, TimeUnit.SECONDS), bytes);
                }
            }
        }
    }
}
