package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.Kernels;
import dev.rill.kernel.Kernel;
import dev.rill.net.CloseReason.Kind;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Hold;
import dev.rill.ring.Received;
import dev.rill.ring.StepDown;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Peer;
import dev.rill.testing.Recorder;
import dev.rill.testing.Rig;
import dev.rill.testing.Seeds;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A connection's bytes as a publisher: all of them, in order, and none that was not asked for.
@Timeout(120)
class PublisherTest {

    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults().withBuffers(
            BufferGroupOptions.incremental(0, 16, 16 * 1024));

    /// A connection whose bytes are published, and what its handler hears.
    private record Published(Recorder recorder, Connection connection,
            ConnectionPublisher publisher) {
    }

    private static Published publish(LoopThread loop, BlockingQueue<Recorder> recorders,
            int elementMax) throws Exception {
        Recorder recorder = Recorder.next(recorders);
        Connection connection = recorder.opened();
        return new Published(recorder, connection,
                loop.call(() -> ConnectionPublisher.of(connection, elementMax)));
    }

    /// Asks for nothing until there is a publisher.
    private static final class Patient implements ConnectionHandler {
        @Override
        public void opened(Connection connection) {
            connection.request(0);
        }

        @Override
        public void received(Connection connection, Received data) {
        }
    }

    @KernelTest
    void demandStopsAndGoesOnFromSeveralThreads(Kernel kernel) throws Exception {
        expectAllInOrder(kernel);
    }

    @Test
    void theSameWhereTheKernelTakesNoLimit() throws Exception {
        try (Kernel old = Kernels.inProcess("6.12.107")) {
            assertThat(expectAllInOrder(old)).extracting(StepDown::what)
                    .contains("io_uring_sqe.optlen");
        }
    }

    @Test
    void theSameInWholeBuffers() throws Exception {
        try (Kernel old = Kernels.inProcess("6.12.107")) {
            expectAllInOrder(old, OPTIONS.withBuffers(BufferGroupOptions.classic(0, 64, 4096)));
        }
    }

    private static List<StepDown> expectAllInOrder(Kernel kernel) throws Exception {
        return expectAllInOrder(kernel, OPTIONS);
    }

    private static List<StepDown> expectAllInOrder(Kernel kernel, EventLoopOptions options)
            throws Exception {
        Random random = Seeds.random("PublisherTest");
        byte[] bytes = Rig.pattern(1_500_000, 1);
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, options);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders, new Patient())))) {
            CompletableFuture<Peer> sent = peer.sendMeanwhile(bytes);
            Published published = publish(loop, recorders, 1 + random.nextInt(5000));
            Subscriber subscriber = new Subscriber();
            published.publisher().subscribe(subscriber);
            List<Thread> askers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Random own = new Random(random.nextLong());
                askers.add(Thread.ofPlatform().daemon().start(() -> {
                    while (!subscriber.isDone()) {
                        subscriber.askAndWait(1 + own.nextInt(1 << own.nextInt(8)));
                    }
                }));
            }
            sent.get(60, TimeUnit.SECONDS).end();
            subscriber.completed();
            for (Thread asker : askers) {
                asker.join();
            }
            Bytes.expectSame(subscriber.bytes(), bytes);
            published.recorder().closed();
            assertThat(published.recorder().calls()).endsWith("ended", "closed");
            loop.until("all buffers are back", () -> loop.loop().group().holds().open() == 0);
            return loop.call(() -> loop.loop().stepDowns());
        }
    }

    @KernelTest
    void withoutDemandNothingIsReceivedAndThePeerIsStuck(Kernel kernel) throws Exception {
        byte[] bytes = Rig.pattern(64 << 20, 2); // more than any two sockets take
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders, new Patient())))) {
            CompletableFuture<Peer> sent = peer.sendMeanwhile(bytes);
            Published published = publish(loop, recorders, 1000);
            Subscriber subscriber = new Subscriber();
            published.publisher().subscribe(subscriber);
            long asked = 0;
            for (int more : new int[] {0, 1, 7, 1, 100}) {
                asked += more;
                long wanted = asked;
                if (more > 0) {
                    subscriber.ask(more);
                }
                loop.until("what was asked for is there", () -> subscriber.count() == wanted);
                for (int turn = 0; turn < 20; turn++) {
                    assertThat(loop.call(subscriber::count)).isEqualTo((int) asked);
                }
                assertThat(loop.call(() -> loop.loop().statistics().bytesReceived()))
                        .isLessThanOrEqualTo(asked * 2 * 1000);
                assertThat(sent).isNotDone();
            }
            Bytes.expectSame(subscriber.bytes(), Bytes.cut(bytes, 0, subscriber.bytes().length));
            subscriber.ask(Long.MAX_VALUE);
            sent.get(60, TimeUnit.SECONDS).end();
            subscriber.completed();
            Bytes.expectSame(subscriber.bytes(), bytes);
        }
    }

    @KernelTest
    void cancellingEndsReceivingAlone(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders, new Patient())))) {
            CompletableFuture<Peer> sent = peer.sendMeanwhile(Rig.pattern(64 << 20, 3));
            Published published = publish(loop, recorders, 100);
            Subscriber subscriber = new Subscriber();
            subscriber.cancelAt(5);
            published.publisher().subscribe(subscriber);
            subscriber.ask(1000);
            loop.until("it has had enough", () -> subscriber.count() == 5);
            subscriber.ask(1000);
            loop.until("nothing is kept", () -> loop.loop().group().holds().open() == 0);
            long received = loop.call(() -> loop.loop().statistics().bytesReceived());
            for (int turn = 0; turn < 20; turn++) {
                loop.call(() -> published.connection().send(new byte[] {1, 2, 3}));
                assertThat(peer.receive(3)).containsExactly(1, 2, 3);
            }
            assertThat(subscriber.count()).isEqualTo(5);
            assertThat(subscriber.isDone()).isFalse();
            assertThat(received).isLessThan(1000 * 100 * 2);
            assertThat(sent).isNotDone();
            loop.call(() -> {
                published.connection().abort();
                return null;
            });
            assertThat(published.recorder().closed().kind()).isEqualTo(Kind.CLOSED);
        }
    }

    @KernelTest
    void whoHasCancelledIsForgotten(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders, new Patient())))) {
            Published published = publish(loop, recorders, 1);
            WeakReference<Subscriber> forgotten = cancelAfterTwo(loop, peer, published);
            loop.until("nobody knows it", () -> {
                System.gc();
                return forgotten.refersTo(null);
            });
            assertThat(published.connection().isOpen()).isTrue();
        }
    }

    private static WeakReference<Subscriber> cancelAfterTwo(LoopThread loop, Peer peer,
            Published published) throws Exception {
        Subscriber subscriber = new Subscriber();
        published.publisher().subscribe(subscriber);
        subscriber.ask(100);
        peer.send(new byte[2]);
        loop.until("both are there", () -> subscriber.count() == 2);
        subscriber.cancel();
        return new WeakReference<>(subscriber);
    }

    @KernelTest
    void aResetIsAnErrorBehindTheBytes(Kernel kernel) throws Exception {
        byte[] bytes = Rig.pattern(5000, 4);
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders, new Patient())))) {
            Published published = publish(loop, recorders, 7);
            Subscriber subscriber = new Subscriber();
            published.publisher().subscribe(subscriber);
            subscriber.ask(Long.MAX_VALUE);
            peer.send(bytes);
            loop.until("all is there", () -> subscriber.bytes().length == bytes.length);
            peer.reset();
            CloseReason reason = published.recorder().closed();
            assertThat(reason.kind()).isEqualTo(Kind.FAILED);
            assertThat(subscriber.failed()).isInstanceOfSatisfying(ConnectionClosedException.class,
                    e -> assertThat(e.reason()).isEqualTo(reason));
            Bytes.expectSame(subscriber.bytes(), bytes);
        }
    }

    @KernelTest
    void whoSubscribesLateMissesNothing(Kernel kernel) throws Exception {
        byte[] bytes = Rig.pattern(20_000, 5);
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders, new Patient())))) {
            peer.send(bytes).end();
            Published published = publish(loop, recorders, 300);
            Subscriber subscriber = new Subscriber();
            subscriber.alwaysAsk(3); // inside onSubscribe and onNext
            published.publisher().subscribe(subscriber);
            subscriber.completed();
            Bytes.expectSame(subscriber.bytes(), bytes);
            Subscriber second = new Subscriber();
            published.publisher().subscribe(second);
            assertThat(second.failed()).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a subscriber already");
        }
    }

    @KernelTest
    void aSubscriberThatThrowsLosesItsConnection(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            var address = loop.listen(Recorder.each(recorders, new Patient()));
            try (Peer peer = Peer.connect(address); Peer other = Peer.connect(address)) {
                Published published = publish(loop, recorders, 10);
                Subscriber subscriber = new Subscriber();
                subscriber.throwAt(3);
                published.publisher().subscribe(subscriber);
                subscriber.ask(Long.MAX_VALUE);
                (peer.localAddress().equals(loop.call(
                        () -> published.connection().remoteAddress())) ? peer : other)
                        .send(Rig.pattern(100, 6));
                assertThat(published.recorder().closed().kind()).isEqualTo(Kind.HANDLER_FAILED);
                assertThat(subscriber.count()).isEqualTo(3);
                assertThat(subscriber.isDone()).isFalse();
                assertThat(loop.call(() -> loop.loop().group().holds().open())).isZero();
                assertThat(loop.call(() -> loop.loop().statistics().connections())).isEqualTo(1);
            }
        }
    }

    @KernelTest
    void theEndOfTheLoopIsAnErrorAlsoForWhoAsksLater(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        Subscriber waiting;
        Subscriber late;
        Published second;
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            var address = loop.listen(Recorder.each(recorders, new Patient()));
            try (Peer one = Peer.connect(address); Peer two = Peer.connect(address)) {
                assertThat(one.localAddress()).isNotEqualTo(two.localAddress());
                Published first = publish(loop, recorders, 10);
                waiting = new Subscriber();
                first.publisher().subscribe(waiting);
                second = publish(loop, recorders, 10);
                late = new Subscriber();
                loop.loop().stop();
                loop.stop();
            }
        }
        assertThat(waiting.failed()).hasMessageContaining("stopped");
        CountDownLatch subscribed = new CountDownLatch(1);
        Thread.ofPlatform().start(() -> {
            second.publisher().subscribe(late);
            subscribed.countDown();
        });
        subscribed.await();
        assertThat(late.failed()).hasMessageContaining("stopped");
        late.ask(1);
        late.cancel();
    }

    @KernelTest
    void whatCannotBeIsRefused(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders, new Patient())))) {
            Connection connection = Recorder.next(recorders).opened();
            assertThatThrownBy(() -> ConnectionPublisher.of(connection))
                    .isInstanceOf(WrongThreadException.class);
            ConnectionPublisher publisher = loop.call(() -> {
                assertThatThrownBy(() -> ConnectionPublisher.of(connection, 0))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("elementMax=0");
                ConnectionPublisher made = ConnectionPublisher.of(connection);
                assertThatThrownBy(() -> ConnectionPublisher.of(connection))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("a publisher already");
                return made;
            });
            assertThatThrownBy(() -> publisher.subscribe(null))
                    .isInstanceOf(NullPointerException.class);
            Subscriber subscriber = new Subscriber();
            publisher.subscribe(subscriber);
            subscriber.ask(-3);
            assertThat(subscriber.failed()).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("request(-3)").hasMessageContaining("3.9");
            assertThat(peer.localAddress()).isNotNull();
        }
    }

    @KernelTest
    void holdsOfAPartAreCheckedAgainstIt(Kernel kernel) throws Exception {
        byte[] bytes = Rig.pattern(100, 7);
        CompletableFuture<byte[]> kept = new CompletableFuture<>();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen((_, data) -> {
                    int length = data.length();
                    assertThatThrownBy(() -> data.hold(length, 1))
                            .isInstanceOf(IndexOutOfBoundsException.class);
                    assertThatThrownBy(() -> data.hold(1, length))
                            .isInstanceOf(IndexOutOfBoundsException.class);
                    assertThatThrownBy(() -> data.hold(-1, 1))
                            .isInstanceOf(IndexOutOfBoundsException.class);
                    assertThatThrownBy(() -> data.hold(0, 0))
                            .isInstanceOf(IllegalArgumentException.class);
                    try (Hold hold = data.hold(3, 4)) {
                        kept.complete(hold.toArray());
                    }
                }))) {
            peer.send(bytes);
            Bytes.expectSame(kept.get(30, TimeUnit.SECONDS), Bytes.cut(bytes, 3, 4));
        }
    }
}
