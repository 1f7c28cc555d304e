package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.ring.Hold;
import dev.rill.ring.Received;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Peer;
import dev.rill.testing.TestKernels;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInfo;
import org.opentest4j.TestAbortedException;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.SkipException;
import org.testng.annotations.Test;

/// The rules of Reactive Streams, as their own TCK sees them: elements of one byte, from peers that
/// send just as many as a rule wants. What it leaves out itself (`untested`, and the optional rules
/// about several subscribers) is reported as aborted.
class PublisherTckTest {

    /// How long the TCK waits for a signal, and how long it makes sure that none comes.
    private static final int PATIENCE_MILLIS = 4000;
    private static final int QUIET_MILLIS = 30;
    /// More elements than this are as many as one wants.
    private static final long FEW = 1 << 20;
    /// Gives the collector 100 ms, which a busy machine does not keep: [PublisherTest] has it.
    private static final String HURRIED = "required_spec313_cancelMustMakeThePublisherEventually"
            + "DropAllReferencesToTheSubscriber";

    /// Makes a publisher of a new connection for each rule.
    private static final class Verification extends FlowPublisherVerification<Hold> {

        private final LoopThread loop;
        private final BlockingQueue<ConnectionPublisher> publishers = new LinkedBlockingQueue<>();
        private final SocketAddress address;
        private final Deque<Peer> peers = new ConcurrentLinkedDeque<>();

        Verification(LoopThread loop) throws Exception {
            super(new TestEnvironment(PATIENCE_MILLIS, QUIET_MILLIS), PATIENCE_MILLIS);
            this.loop = loop;
            address = loop.listen(new ConnectionHandler() {
                @Override
                public void opened(Connection connection) {
                    publishers.add(ConnectionPublisher.of(connection, 1));
                }

                @Override
                public void received(Connection connection, Received data) {
                    throw new IllegalStateException("the publisher should hear of this");
                }
            });
        }

        @Override
        public long maxElementsFromPublisher() {
            return Integer.MAX_VALUE;
        }

        @Override
        public Flow.Publisher<Hold> createFlowPublisher(long elements) {
            try {
                Peer peer = Peer.connect(address);
                peers.add(peer);
                if (elements <= FEW) {
                    peer.send(new byte[(int) elements]).end();
                } else {
                    peer.sendMeanwhile(new byte[1 << 24]);
                }
                return publishers.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /// A publisher of a connection that is gone.
        @Override
        public Flow.Publisher<Hold> createFailedFlowPublisher() {
            try {
                ConnectionPublisher publisher =
                        (ConnectionPublisher) createFlowPublisher(0);
                loop.call(() -> {
                    publisher.connection().abort();
                    return null;
                });
                return publisher;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        void closePeers() throws IOException {
            for (Iterator<Peer> left = peers.iterator(); left.hasNext(); left.remove()) {
                left.next().close();
            }
        }
    }

    @TestFactory
    Stream<DynamicContainer> rulesOfReactiveStreams(TestInfo test) {
        return TestKernels.all(test).map(kernel -> DynamicContainer.dynamicContainer(
                "on " + kernel, rules().map(rule -> DynamicTest.dynamicTest(rule.getName(),
                        () -> verify(kernel, rule)))));
    }

    private static Stream<Method> rules() {
        Method[] rules = Arrays.stream(FlowPublisherVerification.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .filter(method -> !method.getName().equals(HURRIED))
                .sorted(Comparator.comparing(Method::getName)).toArray(Method[]::new);
        assertThat(rules).hasSizeGreaterThan(30);
        return Arrays.stream(rules);
    }

    private static void verify(Kernel kernel, Method rule) throws Throwable {
        EventLoopOptions options = EventLoopOptions.defaults().withHeldMax(Long.MAX_VALUE);
        try (LoopThread loop = LoopThread.start(kernel, options)) {
            Verification verification = new Verification(loop);
            verification.setUp();
            try {
                rule.invoke(verification);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof SkipException skipped) {
                    throw new TestAbortedException(skipped.getMessage());
                }
                throw e.getCause();
            } finally {
                verification.closePeers();
            }
        }
    }
}
