package dev.rill.net;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;
import static dev.rill.abi.SocketConstants.SOCK_CLOEXEC;

import dev.rill.abi.Errno;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/// A socket that accepts connections: one multishot accept stays armed.
///
/// While the loop has as many connections as it may, or the process as many descriptors, it is
/// not armed and new connections wait in the kernel's backlog.
///
/// Belongs to the loop's thread.
public final class Listener implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(Listener.class.getName());

    /// How long to wait when the process has no descriptor left.
    private static final long EXHAUSTED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final EventLoop loop;
    private final int index;
    private final int fd;
    private final SocketAddress address;
    private final ConnectionHandler handler;
    private final Timers.Timer timer = new Timers.Timer(this::update);

    private boolean armed;
    private boolean cancelled;
    private boolean closing;
    private boolean exhaustionLogged;

    Listener(EventLoop loop, int index, int fd, ConnectionHandler handler) {
        this.loop = loop;
        this.index = index;
        this.fd = fd;
        this.handler = handler;
        address = loop.sockets().addressOf(fd, false);
    }

    /// Where it listens, with the real port when port 0 was asked for.
    ///
    /// @return the address
    public SocketAddress address() {
        return address;
    }

    /// Stops accepting. Connections that were accepted stay; the socket is closed when the kernel
    /// has let go of it.
    @Override
    public void close() {
        if (!closing) {
            closing = true;
            loop.cancelTimer(timer);
            if (armed) {
                update();
            } else {
                closeDescriptor();
            }
        }
    }

    ConnectionHandler handler() {
        return handler;
    }

    /// Arms or cancels the accept, as things are now.
    void update() {
        boolean wanted = !closing && !timer.isSet() && loop.hasRoom();
        if (wanted && !armed) {
            loop.sqe().prepAcceptMultishot(fd, SOCK_CLOEXEC).userData(tagged(UserData.ACCEPT));
            armed = true;
            cancelled = false;
        } else if (!wanted && armed && !cancelled) {
            cancelled = true;
            loop.cancel(tagged(UserData.ACCEPT));
        }
    }

    void acceptCompleted(int res, int flags) {
        if (res >= 0) {
            exhaustionLogged = false;
            loop.accepted(this, res);
        } else if (res == -Errno.EMFILE || res == -Errno.ENFILE || res == -Errno.ENOMEM
                || res == -Errno.ENOBUFS) {
            exhausted(res);
        }
        if ((flags & IORING_CQE_F_MORE) == 0) {
            armed = false;
            if (closing) {
                closeDescriptor();
                return;
            }
        }
        update();
    }

    private void exhausted(int res) {
        loop.setTimerAt(timer, loop.now() + EXHAUSTED_PAUSE_NANOS);
        if (!exhaustionLogged) {
            exhaustionLogged = true;
            LOGGER.log(System.Logger.Level.WARNING, "accepting on {0} pauses: {1}. Raise the limit"
                    + " on open files (ulimit -n) or lower connectionsMax",
                    SocketAddresses.name(address),
                    Errno.describe(res));
        }
    }

    private void closeDescriptor() {
        loop.sqe().prepClose(fd).userData(tagged(UserData.LISTENER_CLOSE));
    }

    private long tagged(int tag) {
        return UserData.pack(tag, 0, index);
    }

    @Override
    public String toString() {
        return "listener on " + SocketAddresses.name(address);
    }
}
