package dev.rill.testing;

import dev.rill.net.CloseReason;
import dev.rill.net.Connection;
import dev.rill.net.ConnectionHandler;
import dev.rill.ring.Received;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Hears of one connection, remembers everything, and passes it on.
public final class Recorder implements ConnectionHandler {

    private static final long PATIENCE_SECONDS = 30;

    private final ConnectionHandler inner;
    private final CompletableFuture<Connection> opened = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<String> calls = new ArrayList<>();

    public Recorder(ConnectionHandler inner) {
        this.inner = inner;
    }

    /// Takes everything and says nothing.
    public Recorder() {
        this((_, _) -> { });
    }

    /// A handler for a listener that gives each connection a recorder of its own.
    ///
    /// @param recorders where they appear, in the order of opening
    /// @param inner what each of them passes on to
    public static ConnectionHandler each(BlockingQueue<Recorder> recorders,
            ConnectionHandler inner) {
        return new ConnectionHandler() {
            @Override
            public void opened(Connection connection) {
                Recorder recorder = new Recorder(inner);
                connection.handler(recorder);
                recorders.add(recorder);
                recorder.opened(connection);
            }

            @Override
            public void received(Connection connection, Received data) {
                throw new IllegalStateException("the recorder should hear of this");
            }
        };
    }

    /// The next recorder of [#each].
    public static Recorder next(BlockingQueue<Recorder> recorders) throws InterruptedException {
        Recorder recorder = recorders.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (recorder == null) {
            throw new AssertionError("nobody was accepted");
        }
        return recorder;
    }

    public static BlockingQueue<Recorder> queue() {
        return new LinkedBlockingQueue<>();
    }

    /// Waits until it is open.
    public Connection opened() throws Exception {
        return opened.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// Waits until the peer has ended.
    public void ended() throws Exception {
        ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// Waits until it is closed.
    ///
    /// @return why
    public CloseReason closed() throws Exception {
        return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    public boolean isClosed() {
        return closed.isDone();
    }

    /// What was received so far.
    public byte[] bytes() {
        synchronized (calls) {
            return bytes.toByteArray();
        }
    }

    public int size() {
        synchronized (calls) {
            return bytes.size();
        }
    }

    /// Which methods were called so far; `received` only once for many in a row.
    public List<String> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    @Override
    public void opened(Connection connection) {
        note("opened");
        opened.complete(connection);
        inner.opened(connection);
    }

    @Override
    public void received(Connection connection, Received data) {
        synchronized (calls) {
            bytes.writeBytes(data.toArray());
            if (calls.isEmpty() || !calls.getLast().equals("received")) {
                calls.add("received");
            }
        }
        inner.received(connection, data);
    }

    @Override
    public void ended(Connection connection) {
        note("ended");
        ended.complete(null);
        inner.ended(connection);
    }

    @Override
    public void drained(Connection connection) {
        note("drained");
        inner.drained(connection);
    }

    @Override
    public void closed(Connection connection, CloseReason reason) {
        note("closed");
        closed.complete(reason);
        inner.closed(connection, reason);
    }

    private void note(String call) {
        synchronized (calls) {
            calls.add(call);
        }
    }
}
