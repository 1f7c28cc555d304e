package dev.rill.net;

import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/// The listeners of a loop by index. An index is not used again, so no completion can be taken for
/// another's.
final class Listeners {

    private final EventLoop loop;
    private final List<Listener> all = new ArrayList<>();
    private int open;

    Listeners(EventLoop loop) {
        this.loop = loop;
    }

    Listener add(SocketAddress address, ConnectionHandler handler) {
        int fd = loop.sockets().listen(address);
        try {
            Listener listener = new Listener(loop, all.size(), fd, handler);
            all.add(listener);
            open++;
            listener.update();
            return listener;
        } catch (RuntimeException | Error e) {
            loop.sockets().close(fd);
            throw e;
        }
    }

    Listener get(int index) {
        return all.get(index);
    }

    /// How many sockets are open, those that are being closed included.
    int open() {
        return open;
    }

    /// There is no room for connections any more, or again.
    void update() {
        all.forEach(Listener::update);
    }

    void closeAll() {
        all.forEach(Listener::close);
    }

    /// The socket of one is closed.
    void closed() {
        open--;
    }
}
