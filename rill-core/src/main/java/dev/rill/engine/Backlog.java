package dev.rill.engine;

import dev.rill.abi.Errno;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Connections that a listening socket has and nobody has accepted.
final class Backlog<S extends Socket> {

    private final ArrayDeque<S> waiting = new ArrayDeque<>();
    /// Unix sockets whose connects wait for room.
    private final List<SocketState> blocked = new ArrayList<>(0);
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
        if (result[0] == null) {
            return -Errno.EAGAIN;
        }
        unblock();
        return 0;
    }

    /// Lets a connect wait until somebody has been accepted, unless its socket must not wait.
    ///
    /// @return what the connect answers
    int block(SocketState client) {
        if (client.nonblocking) {
            return -Errno.EAGAIN;
        }
        client.blocked = true;
        blocked.add(client);
        return -Errno.EINPROGRESS;
    }

    /// Lets all try again that wait for room.
    void unblock() {
        List<SocketState> clients = List.copyOf(blocked);
        blocked.clear();
        for (SocketState client : clients) {
            client.blocked = false;
            client.waiters.wake(Events.OUT);
        }
    }

    void clear(Consumer<S> end) {
        waiting.forEach(end);
        waiting.clear();
        unblock();
    }
}
