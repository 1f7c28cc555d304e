package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.abi.Errno;
import dev.rill.kernel.FailingKernel;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.kernel.Simulation;
import dev.rill.kernel.SimulationOptions;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Received;
import dev.rill.ring.RingOptions;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.OpenDescriptors;
import dev.rill.testing.Rig;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A loop from its start to its end, with a listener, a connection to it and an echo: whichever
/// call of the kernel fails, there is a clear error or everything works, nothing is left behind,
/// and the next attempt succeeds. Not of the specification's cases.
@Timeout(120)
class LoopAnomalyTest {

    private static final int[] ERRORS = {Errno.EINTR, Errno.EAGAIN, Errno.ENOMEM, Errno.EINVAL,
        Errno.EMFILE, Errno.EPERM};
    private static final List<EventLoopOptions> LOOPS = List.of(
            options(BufferGroupOptions.incremental(0, 4, 1024)),
            options(BufferGroupOptions.classic(0, 4, 1024)),
            options(BufferGroupOptions.incremental(0, 8, 1024).growing(2, 1)));
    private static final byte[] SENT = Rig.pattern(5000, 1);

    /// That memory or a connection is given up is a warning, and here it is expected.
    private static final Logger LOGGER = Logger.getLogger("dev.rill");

    private static EventLoopOptions options(BufferGroupOptions buffers) {
        return EventLoopOptions.defaults().withBuffers(buffers)
                .withRing(RingOptions.defaults().withQueues(8, 16));
    }

    @BeforeAll
    static void silence() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOGGER.setLevel(null);
    }

    /// Sends, compares what comes back, and stops the loop, whatever happens.
    private static final class Client implements ConnectionHandler {

        private final EventLoop loop;
        private final ByteArrayOutputStream echo = new ByteArrayOutputStream();
        private CloseReason reason;

        Client(EventLoop loop) {
            this.loop = loop;
        }

        @Override
        public void opened(Connection connection) {
            connection.send(SENT);
        }

        @Override
        public void received(Connection connection, Received data) {
            echo.writeBytes(data.toArray());
            if (echo.size() == SENT.length) {
                connection.finish();
            }
        }

        @Override
        public void closed(Connection connection, CloseReason why) {
            reason = why;
            try {
                loop.stop();
            } catch (KernelException e) {
                loop.stop(); // the wake-up was refused, and that is said: once more
            }
        }
    }

    /// @return whether all bytes came back
    private static boolean echo(Kernel kernel, EventLoopOptions options) {
        try (EventLoop loop = EventLoop.open(kernel, options)) {
            Listener listener =
                    loop.listen(new InetSocketAddress("127.0.0.1", 0), Connection::send);
            Client client = new Client(loop);
            AtomicReference<String> hangs = new AtomicReference<>();
            loop.connect(listener.address(), client);
            loop.schedule(Duration.ofSeconds(20), () -> {
                hangs.set("the echo hangs: " + loop.statistics());
                loop.stop();
                loop.stop();
            });
            loop.run();
            assertThat(hangs.get()).isNull();
            assertThat(client.reason).isNotNull();
            if (client.echo.size() < SENT.length) {
                return false;
            }
            Bytes.expectSame(client.echo.toByteArray(), SENT);
            return true;
        }
    }

    @KernelTest
    void oneFailureAnywhereIsAClearErrorOrNone(Kernel kernel) {
        // What the JVM opens once and keeps, such as a selector's, is open from now on.
        assertThat(Rig.onAnotherThread(() -> echo(kernel, LOOPS.getFirst()))).isNull();
        int before = OpenDescriptors.count();
        for (EventLoopOptions options : LOOPS) {
            for (int errno : ERRORS) {
                everywhere(kernel, options, errno, where -> assertThat(OpenDescriptors.count())
                        .as(where).isLessThanOrEqualTo(before));
            }
        }
    }

    /// The same where no descriptor of another is in the count.
    @Test
    void nothingIsLeftOnAMachineOfItsOwn() {
        for (EventLoopOptions options : LOOPS) {
            for (int errno : ERRORS) {
                Simulation machine = Kernels.simulation(SimulationOptions.faultless());
                everywhere(machine.kernel(), options, errno, where ->
                        assertThat(machine.openDescriptors()).as(where).isZero());
            }
        }
    }

    /// Looks at what is left after a failure.
    @FunctionalInterface
    private interface Aftermath {
        void check(String where);
    }

    /// Each attempt has a thread of its own: see `dev.rill.ring.AnomalyTest`.
    private static void everywhere(Kernel kernel, EventLoopOptions options, int errno,
            Aftermath aftermath) {
        FailingKernel failing = new FailingKernel(kernel);
        boolean reached = true;
        for (int nth = 1; reached; nth++) {
            failing.failOnce(nth, errno);
            AtomicReference<Boolean> worked = new AtomicReference<>(false);
            Throwable thrown =
                    Rig.onAnotherThread(() -> worked.set(echo(failing, options)));
            String where = Errno.describe(errno) + " at call " + nth + ", " + failing.failed();
            reached = !failing.failed().isEmpty();
            if (thrown != null) {
                assertThat(thrown).as(where).isInstanceOf(KernelException.class);
                assertThat(((KernelException) thrown).errno()).as(where).isEqualTo(errno);
            }
            if (!reached || failing.failed().equals("enter")
                    && (errno == Errno.EINTR || errno == Errno.EAGAIN)) {
                assertThat(thrown).as(where).isNull();
                assertThat(worked.get()).as(where).isTrue();
            }
            aftermath.check(where);
            failing.heal();
            assertThat(Rig.onAnotherThread(() -> assertThat(echo(failing, options)).isTrue()))
                    .as("after " + where).isNull();
            aftermath.check("after " + where);
        }
    }
}
