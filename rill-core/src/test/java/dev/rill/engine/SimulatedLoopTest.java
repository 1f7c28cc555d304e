package dev.rill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.kernel.SimulationOptions;
import dev.rill.kernel.TracingKernel;
import dev.rill.net.CloseReason;
import dev.rill.net.Connection;
import dev.rill.net.ConnectionHandler;
import dev.rill.net.EventLoop;
import dev.rill.net.EventLoopOptions;
import dev.rill.net.LoopStatistics;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Received;
import dev.rill.testing.Rig;
import dev.rill.testing.Seeds;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// A whole program on a simulated machine: an echo server and its clients on one event loop. Every
/// byte comes back in order, or the connection says that it failed; nothing hangs, nothing leaks,
/// and the same seed is the same run.
class SimulatedLoopTest {

    private static final InetSocketAddress SERVER = new InetSocketAddress("127.0.0.1", 7000);
    private static final int CLIENTS = 24;
    private static final int BUFFERS = 16;
    /// `-Drill.seeds=...` runs a longer soak.
    private static final int SEEDS = Integer.getInteger("rill.seeds", 40);

    /// What a run came to.
    private record Outcome(int complete, int failed, long nanos, LoopStatistics statistics) {
    }

    /// Sends a pattern and compares what comes back.
    private static final class Client implements ConnectionHandler {

        private final byte[] bytes;
        private final Consumer<Client> end;
        private int sent;
        private int received;
        /// Checked at the end: what a handler throws ends its connection only.
        private boolean garbled;
        private boolean refused;
        private CloseReason reason;

        Client(byte[] bytes, Consumer<Client> end) {
            this.bytes = bytes;
            this.end = end;
        }

        @Override
        public void opened(Connection connection) {
            drained(connection);
        }

        @Override
        public void drained(Connection connection) {
            while (sent < bytes.length) {
                int size = Math.min(bytes.length - sent, 1 + sent % 7000);
                byte[] piece = Arrays.copyOfRange(bytes, sent, sent + size);
                sent += size;
                if (!connection.send(piece)) {
                    return; // it is told when there is room
                }
            }
            connection.finish();
        }

        @Override
        public void received(Connection connection, Received data) {
            byte[] part = data.toArray();
            garbled |= !Arrays.equals(part, Arrays.copyOfRange(bytes, received,
                    received + part.length));
            received += part.length;
        }

        @Override
        public void closed(Connection connection, CloseReason why) {
            reason = why;
            end.accept(this);
        }

        /// Either it got everything, or somebody said why not.
        void check() {
            assertThat(garbled).isFalse();
            assertThat(isComplete() || refused || reason.isFailure())
                    .as("%d of %d bytes, but %s", received, bytes.length, reason).isTrue();
            assertThat(reason == null || reason.kind() != CloseReason.Kind.HANDLER_FAILED)
                    .as("%s", reason).isTrue();
        }

        boolean isComplete() {
            return received == bytes.length;
        }
    }

    /// One run.
    private static Outcome run(SimulationOptions options, Consumer<String> trace) {
        Kernel machine = Kernels.simulated(options);
        Kernel kernel = trace == null ? machine : new TracingKernel(machine, line -> {
            if (line.startsWith("enter") || line.startsWith("  cqe")) {
                trace.accept(machine.nanoTime() + " " + line);
            }
        });
        Random random = new Random(options.seed());
        List<Client> clients = new ArrayList<>();
        int[] left = {CLIENTS};
        LoopStatistics statistics;
        EventLoopOptions sizes = EventLoopOptions.defaults()
                .withBuffers(BufferGroupOptions.incremental(0, BUFFERS, 16 * 1024));
        try (EventLoop loop = EventLoop.open(kernel, sizes)) {
            Consumer<Client> end = _ -> {
                if (--left[0] == 0) {
                    loop.stop();
                }
            };
            listen(loop);
            loop.schedule(Duration.ofHours(1), () -> {
                loop.stop();
                loop.stop(); // drops what hangs
            });
            for (int i = 0; i < CLIENTS; i++) {
                Client client = new Client(Rig.pattern(random.nextInt(200_000), i), end);
                clients.add(client);
                loop.schedule(Duration.ofMillis(random.nextInt(100)),
                        () -> connect(loop, client));
            }
            loop.run();
            statistics = loop.statistics();
        }
        assertThat(left[0]).as("clients that hang").isZero();
        assertThat(statistics.buffersLent()).isEqualTo(BUFFERS);
        assertThat(statistics.buffersHeld()).isZero();
        for (int fd = 0; fd < 1000; fd++) {
            assertThat(((InProcessKernel) machine).files().get(fd)).as("descriptor %d", fd)
                    .isNull();
        }
        clients.forEach(Client::check);
        int complete = (int) clients.stream().filter(Client::isComplete).count();
        return new Outcome(complete, CLIENTS - complete, machine.nanoTime(), statistics);
    }

    /// Where any call may fail, whoever starts a program tries again.
    private static void listen(EventLoop loop) {
        for (int tries = 0;; tries++) {
            try {
                loop.listen(SERVER, Connection::send);
                return;
            } catch (KernelException e) {
                assertThat(tries).isLessThan(100);
            }
        }
    }

    private static void connect(EventLoop loop, Client client) {
        try {
            loop.connect(SERVER, client);
        } catch (KernelException e) {
            client.refused = true;
            client.end.accept(client);
        }
    }

    @Test
    void withoutFaultsEverythingComesBackAndNoTimePasses() {
        Outcome outcome = run(SimulationOptions.faultless(), null);
        assertThat(outcome.complete).isEqualTo(CLIENTS);
        assertThat(outcome.nanos).isLessThan(TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void aSlowNetworkThatCutsBytesAnywhereIsNoticedByNobody() {
        Random seeds = Seeds.random("SimulatedLoopTest.slow");
        for (int i = 0; i < SEEDS; i++) {
            SimulationOptions options = SimulationOptions.slow(seeds.nextLong());
            Outcome outcome = run(options, null);
            assertThat(outcome.complete).as("%s", options).isEqualTo(CLIENTS);
            assertThat(outcome.statistics.bytesDiscarded()).as("%s", options).isZero();
        }
    }

    @Test
    void withAllFaultsEveryByteComesOrTheConnectionSaysWhyNot() {
        Random seeds = Seeds.random("SimulatedLoopTest.faulty");
        int complete = 0;
        int failed = 0;
        for (int i = 0; i < SEEDS; i++) {
            SimulationOptions options = SimulationOptions.faulty(seeds.nextLong());
            try {
                Outcome outcome = run(options, null);
                complete += outcome.complete;
                failed += outcome.failed;
            } catch (RuntimeException | Error e) {
                throw new AssertionError(options.toString(), e);
            }
        }
        assertThat(complete).as("the faults leave most alive").isGreaterThan(failed);
        assertThat(failed).as("and not all").isPositive();
    }

    @Test
    void theSameSeedIsTheSameRun() {
        long seed = Seeds.random("SimulatedLoopTest.same").nextLong();
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        List<String> other = new ArrayList<>();
        Outcome outcome = run(SimulationOptions.faulty(seed), first::add);
        assertThat(run(SimulationOptions.faulty(seed), second::add)).isEqualTo(outcome);
        run(SimulationOptions.faulty(seed + 1), other::add);
        assertThat(first).hasSizeGreaterThan(1000);
        assertThat(second).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
    }
}
