package dev.rill.net;

import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/// The listeners of a loop by index. An index is not used again, so no completion can be taken for
/// another's.
final class Listeners {

    private final EventLoop loop;
    private final List<Listener> all = new ArrayList<>();
    /// Listeners of other loops that hand connections over to this one.
    private final List<Mailbox.Call> givers = new ArrayList<>();
    private int open;
    private boolean stopped;

    Listeners(EventLoop loop) {
        this.loop = loop;
    }

    /// One that accepts for its own loop.
    Listener add(SocketAddress address, ConnectionHandler handler) {
        requireRunning();
        return add(loop.sockets().listen(address), own(handler));
    }

    /// One that hands over what it accepts.
    Listener add(SocketAddress address, HandOver handOver) {
        requireRunning();
        return add(loop.sockets().listen(address), handOver);
    }

    /// One that accepts for its own loop, at an address that other loops have as well.
    ///
    /// @return null where the kernel does not spread connections
    Listener addShared(SocketAddress address, ConnectionHandler handler) {
        requireRunning();
        int fd = loop.sockets().listenShared(address);
        return fd < 0 ? null : add(fd, own(handler));
    }

    private Listener add(int fd, Listener.Accepting accepting) {
        try {
            Listener listener = new Listener(loop, all.size(), fd, accepting);
            all.add(listener);
            open++;
            listener.update();
            return listener;
        } catch (RuntimeException | Error e) {
            loop.sockets().close(fd);
            throw e;
        }
    }

    private Listener.Accepting own(ConnectionHandler handler) {
        return new Listener.Accepting() {
            @Override
            public int room() {
                return loop.room();
            }

            @Override
            public void accepted(int fd) {
                loop.accepted(fd, handler);
            }
        };
    }

    private void requireRunning() {
        if (stopped) {
            throw new IllegalStateException("the event loop has been stopped");
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
        givers.forEach(Mailbox.Call::call);
    }

    /// Has a listener of another loop hear of it, too.
    void tell(Mailbox.Call giver) {
        givers.add(giver);
    }

    void closeAll() {
        stopped = true;
        all.forEach(Listener::close);
    }

    /// The socket of one is closed.
    void closed() {
        open--;
    }
}
