package dev.rill.engine;

import dev.rill.abi.Errno;
import java.util.concurrent.TimeUnit;

/// A TCP connect on its way: asks whoever listens, again and again while the backlog there is full,
/// and knows how it ended.
final class Handshake {

    /// How long each question is given (`tcp_syn_retries`, `tcp_syn_linear_timeouts`).
    private static final int[] PATIENCE_SECONDS = {1, 1, 1, 1, 1, 2, 4, 8, 16, 32, 64};

    private final TcpSocket client;
    private final MemoryWire wire;
    private final byte[] server;
    private boolean ended;

    Handshake(TcpSocket client, byte[] server) {
        this.client = client;
        this.wire = client.state().wire;
        this.server = server;
    }

    void start() {
        switch (wire.faults().connect()) {
            case GOES -> client.line().send(() -> ask(0));
            case REFUSED -> client.line().send(this::refused);
            case LOST -> giveUpLater(0);
        }
    }

    private void ask(int attempt) {
        if (client.isConnecting(this)) {
            TcpSocket listener = wire.addresses().listener(client, server,
                    client.localAddress());
            if (listener == null) {
                client.line().send(this::refused);
            } else if (!listener.admit(this, client)) {
                later(PATIENCE_SECONDS[attempt], attempt + 1 == PATIENCE_SECONDS.length
                        ? this::timedOut : () -> ask(attempt + 1));
            }
        }
    }

    private void giveUpLater(int attempt) {
        later(PATIENCE_SECONDS[attempt], attempt + 1 == PATIENCE_SECONDS.length
                ? this::timedOut : () -> giveUpLater(attempt + 1));
    }

    private void later(int seconds, Runnable what) {
        if (client.isConnecting(this)) {
            wire.deliveries().after(TimeUnit.SECONDS.toNanos(seconds), what);
        }
    }

    private void refused() {
        ended = true;
        client.connectFailed(this, Errno.ECONNREFUSED);
    }

    private void timedOut() {
        ended = true;
        client.connectFailed(this, Errno.ETIMEDOUT);
    }

    /// The listener has a socket for this connection.
    void succeeded(TcpSocket accepted) {
        ended = true;
        client.connectSucceeded(this, accepted);
    }

    boolean hasEnded() {
        return ended;
    }
}
