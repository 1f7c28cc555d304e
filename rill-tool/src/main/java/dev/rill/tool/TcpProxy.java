package dev.rill.tool;

import dev.rill.net.CloseReason;
import dev.rill.net.Connection;
import dev.rill.net.ConnectionHandler;
import dev.rill.net.EventLoop;
import dev.rill.ring.Received;
import java.net.SocketAddress;
import java.util.function.Consumer;

/// Carries each connection it accepts to a server and back, byte by byte.
///
/// Bytes leave from the memory they were received into. The end of one direction is passed on
/// while the other goes on; when one side breaks, what it had sent before still reaches the
/// other. A side that does not read slows down the one that sends.
///
/// Belongs to the loop's thread.
final class TcpProxy {

    private final EventLoop loop;
    private final SocketAddress server;
    private final Consumer<String> log;

    private int open;
    private long served;
    private long refused;
    private long broken;
    private long bytesToServer;
    private long bytesToClient;

    /// Prepares a proxy for those who come to [#clients].
    ///
    /// @param log hears one line for what an operator should know
    TcpProxy(EventLoop loop, SocketAddress server, Consumer<String> log) {
        this.loop = loop;
        this.server = server;
        this.log = log;
    }

    /// Serves each connection that a listener of the loop accepts.
    ConnectionHandler clients() {
        return new ConnectionHandler() {
            @Override
            public void opened(Connection client) {
                accept(client);
            }

            @Override
            public void received(Connection client, Received data) {
                throw new AssertionError(client + " has not been given to a tunnel");
            }
        };
    }

    /// What the proxy has done so far.
    ///
    /// @param open clients being served now
    /// @param served clients accepted
    /// @param refused clients whose server could not be connected
    /// @param broken clients whose connection, or whose server's, ended with an error
    /// @param bytesToServer bytes taken from clients
    /// @param bytesToClient bytes taken from servers
    record Totals(int open, long served, long refused, long broken, long bytesToServer,
            long bytesToClient) {

        /// Two proxies taken together.
        Totals plus(Totals other) {
            return new Totals(open + other.open, served + other.served, refused + other.refused,
                    broken + other.broken, bytesToServer + other.bytesToServer,
                    bytesToClient + other.bytesToClient);
        }
    }

    Totals totals() {
        return new Totals(open, served, refused, broken, bytesToServer, bytesToClient);
    }

    private void accept(Connection client) {
        served++;
        Tunnel tunnel = new Tunnel(client);
        try {
            tunnel.server = loop.connect(server, tunnel.new Side(true));
            client.handler(tunnel.new Side(false));
            open++;
        } catch (RuntimeException e) { // no descriptor left, or an address nobody can use
            refused++;
            log.accept("no connection to " + Endpoint.name(server) + ": " + e.getMessage());
            client.abort();
        }
    }

    /// One client and its connection to the server.
    private final class Tunnel {

        private final Connection client;
        private Connection server;
        private boolean reported;

        Tunnel(Connection client) {
            this.client = client;
        }

        /// What one of the two does; `fromServer` tells which.
        private final class Side implements ConnectionHandler {

            private final boolean fromServer;

            Side(boolean fromServer) {
                this.fromServer = fromServer;
            }

            @Override
            public void received(Connection connection, Received data) {
                if (fromServer) {
                    bytesToClient += data.length();
                } else {
                    bytesToServer += data.length();
                }
                other().send(data);
            }

            @Override
            public void ended(Connection connection) {
                other().finish();
            }

            @Override
            public void closed(Connection connection, CloseReason reason) {
                if (!fromServer) {
                    open--;
                }
                if (reason.isFailure() && !reported) {
                    reported = true;
                    report(reason);
                }
                if (reason.kind() == CloseReason.Kind.CONNECT_FAILED
                        || reason.kind() == CloseReason.Kind.CONNECT_TIMED_OUT) {
                    other().abort();
                } else if (reason.kind() != CloseReason.Kind.ENDED) {
                    other().close();
                }
            }

            private Connection other() {
                return fromServer ? client : server;
            }

            private void report(CloseReason reason) {
                switch (reason.kind()) {
                    case CONNECT_FAILED, CONNECT_TIMED_OUT -> {
                        refused++;
                        log.accept("no connection to " + Endpoint.name(TcpProxy.this.server)
                                + ": " + reason);
                    }
                    case IDLE -> {
                        // an operator has set the limit: nothing to report
                    }
                    default -> {
                        broken++;
                        log.accept((fromServer ? "server " : "client ") + "side broke off: "
                                + reason);
                    }
                }
            }
        }
    }
}
