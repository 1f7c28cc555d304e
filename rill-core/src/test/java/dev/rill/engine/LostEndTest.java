package dev.rill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.kernel.Kernel;
import dev.rill.net.CloseReason;
import dev.rill.net.Connection;
import dev.rill.net.ConnectionHandler;
import dev.rill.net.EventLoop;
import dev.rill.net.EventLoopOptions;
import dev.rill.ring.Received;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// On kernels whose multishot receives miss an end that comes together with data (Q24), an event
/// loop hears of it all the same, without a timeout.
class LostEndTest {

    private static final SocketAddress TCP = new InetSocketAddress("127.0.0.1", 7000);
    private static final SocketAddress UNIX = UnixDomainSocketAddress.of("/lost-end");
    /// A turn does what can be done at once; that many do all there is.
    private static final int TURNS = 50;

    /// What a server hears of its peers.
    private static final class Heard implements ConnectionHandler {

        private final List<Integer> bytes = new ArrayList<>();
        private final List<CloseReason.Kind> closed = new ArrayList<>();
        private final byte[] greeting;

        Heard(int greeting) {
            this.greeting = new byte[greeting];
        }

        @Override
        public void opened(Connection connection) {
            connection.send(greeting);
        }

        @Override
        public void received(Connection connection, Received data) {
            bytes.add(data.length());
        }

        @Override
        public void ended(Connection connection) {
            connection.finish();
        }

        @Override
        public void closed(Connection connection, CloseReason why) {
            closed.add(why.kind());
        }
    }

    private static Heard serve(Kernel kernel, SocketAddress address, int greeting,
            Consumer<Connection> end) {
        Heard heard = new Heard(greeting);
        EventLoopOptions options = EventLoopOptions.defaults()
                .withTimeouts(Duration.ZERO, Duration.ZERO, Duration.ZERO);
        try (kernel; EventLoop server = EventLoop.open(kernel, options);
                EventLoop client = EventLoop.open(kernel, options)) {
            assertThat(server.stepDowns()).anySatisfy(stepDown -> assertThat(stepDown)
                    .hasToString("a multishot receive that sees every end (Linux 7.0) is missing:"
                            + " the end of each connection is polled for"));
            server.listen(address, heard);
            Connection connection = client.connect(address, new Heard(0));
            connection.pause();
            for (int i = 0; i < TURNS; i++) {
                client.turn(Duration.ofMillis(1));
                server.turn(Duration.ofMillis(1));
            }
            assertThat(server.statistics().connections()).isEqualTo(1);
            connection.send(new byte[5]);
            client.turn(Duration.ofMillis(1));
            end.accept(connection);
            for (int i = 0; i < TURNS; i++) { // both are there before the server looks
                client.turn(Duration.ofMillis(1));
            }
            for (int i = 0; i < TURNS; i++) {
                server.turn(Duration.ofMillis(1));
            }
            assertThat(heard.bytes).containsExactly(5);
            assertThat(server.statistics().connections()).isZero();
        }
        return heard;
    }

    @Test
    void ofAUnixSocket() {
        Kernel kernel = InProcessKernel.inMemory(
                Profile.reference().with(Quirk.LOST_END, true));
        Heard heard = serve(kernel, UNIX, 0, Connection::finish);
        assertThat(heard.closed).containsExactly(CloseReason.Kind.ENDED);
    }

    /// Something that the peer has not read makes its end a reset.
    @Test
    void ofATcpConnectionThatIsReset() {
        Heard heard = serve(Kernels.inMemory("6.12.0"), TCP, 3, Connection::abort);
        assertThat(heard.closed).containsExactly(CloseReason.Kind.FAILED);
    }
}
