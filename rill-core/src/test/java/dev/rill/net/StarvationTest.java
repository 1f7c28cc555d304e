package dev.rill.net;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Hold;
import dev.rill.ring.Received;
import dev.rill.ring.RingOptions;
import dev.rill.testing.Bytes;
import dev.rill.testing.FullBacklog;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Peer;
import dev.rill.testing.Recorder;
import dev.rill.testing.Rig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/// Too little receive memory for everybody: receives are parked and armed again, slow peers are
/// relieved of the buffers they hold, and nobody loses a byte.
@Timeout(120)
class StarvationTest {

    /// Without budgets, which would stop a connection before the memory is used up.
    private static final EventLoopOptions OPTIONS =
            EventLoopOptions.defaults().withHeldMax(Long.MAX_VALUE);

    private static EventLoopOptions with(BufferGroupOptions buffers) {
        return OPTIONS.withBuffers(buffers);
    }

    /// Many peers send and read at the same time what comes back.
    private static void expectEchoes(InetSocketAddress address, int peers, int length)
            throws Exception {
        List<Peer> all = new ArrayList<>();
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        try {
            for (int i = 0; i < peers; i++) {
                Peer peer = Peer.connect(address);
                all.add(peer);
                peer.sendMeanwhile(Rig.pattern(length, i)).thenAccept(Peer::end);
                answers.add(peer.receiveMeanwhile());
            }
            for (int i = 0; i < peers; i++) {
                Bytes.expectSame(answers.get(i).get(60, TimeUnit.SECONDS),
                        Rig.pattern(length, i));
            }
        } finally {
            for (Peer peer : all) {
                peer.close();
            }
        }
    }

    @KernelTest
    void aFewSmallBuffersServeManyWithoutLosingAByte(Kernel kernel) throws Exception {
        for (BufferGroupOptions buffers : new BufferGroupOptions[] {
            BufferGroupOptions.classic(0, 2, 4096),
            BufferGroupOptions.classic(0, 1, 512),
            BufferGroupOptions.incremental(0, 2, 4096),
            BufferGroupOptions.incremental(0, 1, 512),
            BufferGroupOptions.incremental(0, 3, 1)}) {
            try (LoopThread loop = LoopThread.start(kernel, with(buffers))) {
                int length = buffers.bufferSize() == 1 ? 2000 : 100_000;
                expectEchoes(loop.listen(Connection::send), 20, length);
                LoopStatistics last = loop.stop();
                assertThat(last.bytesReceived()).isEqualTo(20L * length);
                assertThat(last.bytesSent()).isEqualTo(20L * length);
                assertThat(last.exhaustions()).as("%s", buffers).isPositive();
                assertThat(last.parked()).isZero();
                assertThat(last.buffersHeld()).isZero();
                assertThat(last.buffersLent()).isEqualTo(buffers.buffers());
            }
        }
    }

    /// Completions that do not fit the queue come later, requests that do not fit are submitted in
    /// between: slower, but nothing is lost.
    @KernelTest
    void tinyQueuesLoseNothingEither(Kernel kernel) throws Exception {
        for (BufferGroupOptions buffers : new BufferGroupOptions[] {
            BufferGroupOptions.classic(0, 16, 512), BufferGroupOptions.incremental(0, 4, 4096)}) {
            EventLoopOptions options = with(buffers)
                    .withRing(RingOptions.defaults().withQueues(2, 4));
            try (LoopThread loop = LoopThread.start(kernel, options)) {
                expectEchoes(loop.listen(Connection::send), 20, 100_000);
                assertThat(loop.stop().bytesSent()).isEqualTo(20L * 100_000);
            }
        }
    }

    @KernelTest
    void onePeerThatDoesNotReadDoesNotStopTheOthers(Kernel kernel) throws Exception {
        for (BufferGroupOptions buffers : new BufferGroupOptions[] {
            BufferGroupOptions.incremental(0, 2, 4096), BufferGroupOptions.classic(0, 2, 4096)}) {
            byte[] bytes = Rig.pattern(24 << 20, 1);
            BlockingQueue<Recorder> recorders = Recorder.queue();
            try (LoopThread loop = LoopThread.start(kernel, with(buffers))) {
                InetSocketAddress address = loop.listen(
                        Recorder.each(recorders, Connection::send));
                try (Peer slow = Peer.connect(address)) {
                    slow.sendMeanwhile(bytes).thenAccept(Peer::end);
                    Connection connection = Recorder.next(recorders).opened();
                    loop.until("the slow peer's echo is stuck",
                            () -> connection.unsent() > OPTIONS.unsentLow());
                    expectEchoes(address, 10, 300_000);
                    LoopStatistics now = loop.call(() -> loop.loop().statistics());
                    assertThat(now.rescues()).as("%s", buffers).isPositive();
                    assertThat(now.rescuedBytes()).isPositive();
                    Bytes.expectSame(slow.receiveAll(), bytes);
                }
                LoopStatistics last = loop.stop();
                assertThat(last.buffersHeld()).isZero();
                assertThat(last.bytesSent()).isEqualTo(bytes.length + 10 * 300_000L);
            }
        }
    }

    /// Several stuck peers at once, more than there are buffers.
    @KernelTest
    void manyPeersThatDoNotReadDoNotStopTheOthers(Kernel kernel) throws Exception {
        byte[] bytes = Rig.pattern(8 << 20, 2);
        BlockingQueue<Recorder> recorders = Recorder.queue();
        EventLoopOptions options = with(BufferGroupOptions.incremental(0, 2, 4096));
        List<Peer> slow = new ArrayList<>();
        try (LoopThread loop = LoopThread.start(kernel, options)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, Connection::send));
            for (int i = 0; i < 5; i++) {
                Peer peer = Peer.connectNarrow(address);
                slow.add(peer);
                peer.sendMeanwhile(bytes).thenAccept(Peer::end);
                Connection connection = Recorder.next(recorders).opened();
                loop.until("the slow peer's echo is stuck",
                        () -> connection.unsent() > OPTIONS.unsentLow());
            }
            expectEchoes(address, 4, 200_000);
            List<CompletableFuture<byte[]>> late = slow.stream()
                    .map(Peer::receiveMeanwhile).toList();
            for (CompletableFuture<byte[]> each : late) {
                Bytes.expectSame(each.get(60, TimeUnit.SECONDS), bytes);
            }
            assertThat(loop.stop().buffersHeld()).isZero();
        } finally {
            for (Peer peer : slow) {
                peer.close();
            }
        }
    }

    /// All buffers are kept by the program: nobody receives, nobody is closed, and when one comes
    /// back all goes on.
    @KernelTest
    void whenTheProgramHoldsAllBuffersReceivesWaitUntilOneIsReleased(Kernel kernel)
            throws Exception {
        EventLoopOptions options = with(BufferGroupOptions.classic(0, 2, 1024));
        List<Hold> holds = new ArrayList<>();
        BlockingQueue<Recorder> recorders = Recorder.queue();
        ConnectionHandler keeping = (connection, data) -> {
            if (holds.size() < 2) {
                holds.add(data.hold());
            }
            connection.send(data.toArray());
        };
        try (LoopThread loop = LoopThread.start(kernel, options);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders, keeping)))) {
            byte[] bytes = Rig.pattern(10_000, 1);
            peer.send(bytes);
            Bytes.expectSame(peer.receive(2048), Bytes.cut(bytes, 0, 2048));
            loop.until("the connection waits for memory",
                    () -> loop.loop().statistics().parked() == 1);
            Recorder recorder = Recorder.next(recorders);
            for (int turn = 0; turn < 100; turn++) {
                assertThat(loop.call(recorder::size)).isEqualTo(2048);
            }
            assertThat(loop.call(() -> loop.loop().statistics()).exhaustions()).isEqualTo(1);
            loop.call(() -> {
                holds.getFirst().close();
                return null;
            });
            Bytes.expectSame(peer.receive(10_000 - 2048), Bytes.cut(bytes, 2048, 10_000 - 2048));
            assertThat(loop.call(() -> holds.getLast().segment().get(
                    JAVA_BYTE, 0))).isEqualTo(bytes[1024]);
            loop.call(() -> {
                holds.getLast().close();
                return null;
            });
            assertThat(loop.call(() -> loop.loop().statistics()).buffersLent()).isEqualTo(2);
        }
    }

    /// A program that keeps a byte of everything would pin everything.
    @KernelTest
    void aFewHeldBytesDoNotKeepLargeBuffers(Kernel kernel) throws Exception {
        BufferGroupOptions buffers = BufferGroupOptions.incremental(0, 16, 1024);
        List<Hold> holds = new ArrayList<>();
        ConnectionHandler keeping = (connection, data) -> {
            holds.add(data.hold());
            connection.send(data.toArray());
        };
        byte[] bytes = Rig.pattern(10, 1);
        try (LoopThread loop = LoopThread.start(kernel, with(buffers.withRescueMax(1 << 20)));
                Peer peer = Peer.connect(loop.listen(keeping))) {
            for (int i = 0; i < 10_000; i++) {
                Bytes.expectSame(peer.send(bytes).receive(10), bytes);
            }
            LoopStatistics statistics = loop.call(() -> loop.loop().statistics());
            assertThat(statistics.holds()).isEqualTo(loop.call(holds::size)).isPositive();
            assertThat(statistics.holdRescues()).isPositive();
            assertThat(statistics.buffersLent()).isPositive();
            assertThat(statistics.exhaustions()).isZero();
            loop.call(() -> {
                for (Hold hold : holds) {
                    assertThat(bytes).contains(hold.toArray());
                    hold.close();
                }
                return null;
            });
            assertThat(loop.call(() -> loop.loop().statistics()))
                    .returns(0, LoopStatistics::holds)
                    .returns(0L, LoopStatistics::holdBytesMoved)
                    .returns(16, LoopStatistics::buffersLent);
        }
        holds.clear();
        try (LoopThread loop = LoopThread.start(kernel, with(buffers.withRescueMax(0)));
                Peer peer = Peer.connect(loop.listen(keeping))) {
            Thread sender = Thread.ofVirtual().start(() -> sendAll(peer, 10_000));
            loop.until("it waits for memory",
                    () -> loop.loop().statistics().parked() == 1);
            assertThat(loop.call(() -> loop.loop().statistics()).holdRescues()).isZero();
            sender.interrupt();
        }
    }

    private static void sendAll(Peer peer, int messages) {
        try {
            for (int i = 0; i < messages; i++) {
                peer.send(Rig.pattern(10, 1));
            }
        } catch (IOException e) {
            // the loop is closed: nobody reads any more
        }
    }

    /// The loop sleeps, and the one who has the buffer is on another thread.
    @KernelTest
    void aHoldClosedOnAnotherThreadWakesTheLoop(Kernel kernel) throws Exception {
        EventLoopOptions options = with(BufferGroupOptions.classic(0, 1, 1024));
        BlockingQueue<Hold> holds = new LinkedBlockingQueue<>();
        try (LoopThread loop = LoopThread.start(kernel, options);
                Peer peer = Peer.connect(loop.listen((_, data) -> holds.add(data.hold())))) {
            byte[] bytes = Rig.pattern(100 * 1024, 1);
            FutureTask<Peer> sender = new FutureTask<>(() -> peer.send(bytes));
            Thread.ofVirtual().start(sender);
            for (int at = 0; at < bytes.length;) {
                Hold hold = holds.poll(10, TimeUnit.SECONDS);
                assertThat(hold).as("what comes at " + at).isNotNull();
                assertThat(hold.segment().toArray(JAVA_BYTE)).isEqualTo(
                        Arrays.copyOfRange(bytes, at, at + hold.length()));
                at += hold.length();
                hold.close();
            }
            assertThat(sender.get(10, TimeUnit.SECONDS)).isSameAs(peer);
        }
    }

    @KernelTest
    void aConnectionMayEndWhileItWaitsForMemory(Kernel kernel) throws Exception {
        EventLoopOptions options = with(BufferGroupOptions.classic(0, 1, 1024)
                .withRescueMax(0));
        List<Hold> holds = new ArrayList<>();
        BlockingQueue<Recorder> recorders = Recorder.queue();
        ConnectionHandler keeping = (connection, data) -> {
            holds.add(data.hold());
            connection.send(data.toArray());
        };
        try (LoopThread loop = LoopThread.start(kernel, options)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, keeping));
            try (Peer first = Peer.connect(address); Peer second = Peer.connect(address);
                    Peer third = Peer.connect(address)) {
                assertThat(first.send(new byte[] {1}).receive(1)).containsExactly(1);
                Connection waiting = Recorder.next(recorders).opened();
                second.send(new byte[] {2});
                third.send(new byte[] {3});
                loop.until("two wait for memory, and with older kernels the one that has it",
                        () -> loop.loop().statistics().parked() >= 2);
                loop.call(() -> {
                    Recorder.next(recorders).opened().abort();
                    return null;
                });
                loop.until("one is gone", () -> loop.loop().statistics().connections() == 2);
                loop.call(() -> {
                    holds.removeFirst().close();
                    return null;
                });
                assertThat(third.receive(1)).containsExactly(3);
                assertThat(loop.call(waiting::isOpen)).isTrue();
            }
        }
    }

    /// Bytes that wait for a connection that is not there yet hold buffers as well.
    @KernelTest
    void bytesForOneWhoIsStillConnectingDoNotStopTheOthers(Kernel kernel) throws Exception {
        EventLoopOptions options = with(BufferGroupOptions.incremental(0, 1, 4096));
        try (LoopThread loop = LoopThread.start(kernel, options);
                FullBacklog full = FullBacklog.open(
                        StandardProtocolFamily.INET,
                        new InetSocketAddress("127.0.0.1", 0))) {
            Connection nobody = loop.call(() ->
                    loop.loop().connect(full.address(), new Recorder()));
            InetSocketAddress entry = loop.listen((Connection _, Received data) ->
                    nobody.send(data));
            try (Peer sender = Peer.connect(entry)) {
                sender.sendMeanwhile(new byte[100_000]);
                loop.until("bytes wait for nobody", () -> nobody.unsent() >= 4096);
                expectEchoes(loop.listen(Connection::send), 3, 50_000);
                assertThat(loop.call(() -> loop.loop().statistics()).rescues()).isPositive();
            }
            loop.call(() -> {
                nobody.abort();
                return null;
            });
        }
    }
}
