package dev.rill.bench.server;

import dev.rill.net.CloseReason;
import dev.rill.net.Connection;
import dev.rill.net.ConnectionHandler;
import dev.rill.net.EventLoop;
import dev.rill.ring.Received;
import java.net.SocketAddress;

/// Carries each connection to a server and back, as `./rill proxy` does: bytes leave from where
/// they were received, ends are passed on, and who does not read slows down who sends.
final class RillProxy implements ConnectionHandler {

    private final EventLoop loop;
    private final SocketAddress server;

    RillProxy(EventLoop loop, SocketAddress server) {
        this.loop = loop;
        this.server = server;
    }

    @Override
    public void opened(Connection client) {
        client.handler(new Side(loop.connect(server, new Side(client))));
    }

    @Override
    public void received(Connection client, Received data) {
        throw new AssertionError(client + " has another handler since it was opened");
    }

    /// One of the two connections, and where its bytes go.
    private record Side(Connection other) implements ConnectionHandler {

        @Override
        public void received(Connection connection, Received data) {
            other.send(data);
        }

        @Override
        public void ended(Connection connection) {
            other.finish();
        }

        @Override
        public void closed(Connection connection, CloseReason reason) {
            switch (reason.kind()) {
                case CONNECT_FAILED, CONNECT_TIMED_OUT -> other.abort();
                case ENDED -> { }
                default -> other.close();
            }
        }
    }
}
