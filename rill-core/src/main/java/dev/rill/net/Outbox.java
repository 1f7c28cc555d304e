package dev.rill.net;

import dev.rill.kernel.Kernel;
import java.util.ArrayDeque;

/// What the connections of a loop share for sending: memory for copies, vectors for sends of
/// several pieces, and the list of those that have something to start at the end of the turn, when
/// all that came in the turn is known and leaves together.
final class Outbox implements AutoCloseable {

    private final CopyPool copies;
    private final SendVectors vectors;
    private final ArrayDeque<Connection> flushing = new ArrayDeque<>();

    Outbox(Kernel kernel) {
        copies = new CopyPool(kernel);
        vectors = new SendVectors(kernel);
    }

    CopyPool copies() {
        return copies;
    }

    SendVectors vectors() {
        return vectors;
    }

    /// Puts a connection on the list.
    void flushLater(Connection connection) {
        flushing.add(connection);
    }

    /// Whether anybody has something to start.
    boolean isEmpty() {
        return flushing.isEmpty();
    }

    /// Starts what there is to start.
    void flush(SilentSends silent) {
        silent.expect(flushing);
        for (Connection next = flushing.poll(); next != null; next = flushing.poll()) {
            next.sendSide().flush();
        }
    }

    @Override
    public void close() {
        copies.close();
        vectors.close();
    }
}
