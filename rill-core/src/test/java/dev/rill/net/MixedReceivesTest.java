package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.SimulationOptions;
import dev.rill.ring.Received;
import dev.rill.testing.Bytes;
import dev.rill.testing.Rig;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Connections that ask for so many bytes, beside others that take what comes, from the same
/// buffers: everyone gets their own bytes, on a kernel whose completions overtake each other, too
/// (Q6, Q21).
class MixedReceivesTest {

    private static final InetSocketAddress SERVER = new InetSocketAddress("127.0.0.1", 7000);
    private static final int CONNECTIONS = 16;
    private static final int SIZE = 20_000;

    /// Sends its pattern in small pieces.
    private record Client(byte[] bytes) implements ConnectionHandler {
        @Override
        public void opened(Connection connection) {
            connection.send(bytes);
            connection.finish();
        }

        @Override
        public void received(Connection connection, Received data) {
        }
    }

    /// Every other connection takes 100 bytes at a time. The first byte names the sender.
    private static final class Server implements ConnectionHandler {

        private final List<ByteArrayOutputStream> streams = new ArrayList<>();
        private final EventLoop loop;
        private int ended;

        Server(EventLoop loop) {
            this.loop = loop;
        }

        @Override
        public void opened(Connection connection) {
            connection.attach(new ByteArrayOutputStream());
            streams.add(stream(connection));
            boolean patient = streams.size() % 2 == 0;
            connection.pause();
            if (patient) { // the kernel has said whether it takes a limit before it matters
                connection.request(1);
                loop.schedule(Duration.ofSeconds(1), connection::resume);
            }
            // All their bytes are there by now, and their receives are submitted together.
            loop.schedule(Duration.ofSeconds(2), () -> {
                if (patient) {
                    connection.request(100);
                } else {
                    connection.resume();
                }
            });
        }

        @Override
        public void received(Connection connection, Received data) {
            stream(connection).writeBytes(data.toArray());
            if (connection.requested() <= 0 && stream(connection).size() > 1) {
                connection.request(100 - connection.requested());
            }
        }

        private static ByteArrayOutputStream stream(Connection connection) {
            return (ByteArrayOutputStream) connection.attachment();
        }

        @Override
        public void closed(Connection connection, CloseReason reason) {
            if (++ended == CONNECTIONS) {
                loop.stop();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.rill.Kernels#profiles")
    void everyoneGetsTheirOwnBytes(String release) {
        for (long seed = 1; seed <= 3; seed++) {
            Kernel kernel = Kernels.simulated(SimulationOptions.faultless()
                    .withSeed(seed).withRelease(release));
            try (kernel; EventLoop loop = EventLoop.open(kernel)) {
                Server server = new Server(loop);
                loop.listen(SERVER, server);
                for (int i = 0; i < CONNECTIONS; i++) {
                    byte[] bytes = Rig.pattern(SIZE, i);
                    bytes[0] = (byte) i;
                    loop.connect(SERVER, new Client(bytes));
                }
                loop.schedule(Duration.ofMinutes(10), loop::stop);
                loop.run();
                assertThat(server.streams).hasSize(CONNECTIONS);
                for (ByteArrayOutputStream stream : server.streams) {
                    byte[] got = stream.toByteArray();
                    byte[] sent = Rig.pattern(SIZE, got[0]);
                    sent[0] = got[0];
                    Bytes.expectSame(got, sent);
                }
            }
        }
    }
}
