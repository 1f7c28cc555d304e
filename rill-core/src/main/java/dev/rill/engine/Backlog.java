package dev.rill.engine;

import dev.rill.abi.Errno;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/// Connections that a listening socket has and nobody has accepted.
final class Backlog<S extends Socket> {

    private final ArrayDeque<S> waiting = new ArrayDeque<>();
    private int max;

    Backlog(int max) {
        resize(max);
    }

    void resize(int wanted) {
        max = Math.max(0, wanted);
    }

    /// One more than asked for fits in.
    boolean isFull() {
        return waiting.size() > max;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void add(S connection) {
        waiting.add(connection);
    }

    /// Takes the oldest.
    ///
    /// @return 0 or `-EAGAIN`
    int take(Socket[] result) {
        result[0] = waiting.poll();
        return result[0] == null ? -Errno.EAGAIN : 0;
    }

    void clear(Consumer<S> end) {
        waiting.forEach(end);
        waiting.clear();
    }
}
