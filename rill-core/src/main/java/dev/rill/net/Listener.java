package dev.rill.net;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;
import static dev.rill.abi.SocketConstants.SOCK_CLOEXEC;
import static dev.rill.abi.SocketConstants.SOMAXCONN;

import dev.rill.abi.Errno;
import dev.rill.ring.Sqe;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/// A socket that accepts connections: one accept stays armed, a multishot one while there is much
/// room.
///
/// While the loop has as many connections as it may, or the process as many descriptors, it is
/// not armed and new connections wait in the kernel's backlog.
///
/// Belongs to the loop's thread.
public final class Listener implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(Listener.class.getName());

    /// How long to wait when the process has no descriptor left.
    private static final long EXHAUSTED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /// With more room than this for connections, many may be accepted at once.
    private static final int MULTISHOT_ROOM = 2 * SOMAXCONN;

    private final EventLoop loop;
    private final int index;
    private final int fd;
    private final SocketAddress address;
    private final Accepting accepting;
    private final Timers.Timer timer = new Timers.Timer(this::update);

    private boolean armed;
    private boolean multishot;
    private boolean cancelled;
    private boolean closing;
    private boolean closed;
    private boolean exhaustionLogged;

    /// What becomes of those that are accepted.
    interface Accepting {

        /// How many more there may be.
        int room();

        /// Takes one over.
        void accepted(int fd);
    }

    Listener(EventLoop loop, int index, int fd, Accepting accepting) {
        this.loop = loop;
        this.index = index;
        this.fd = fd;
        this.accepting = accepting;
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
        loop.requireOwner();
        if (!closing) {
            closing = true;
            loop.timers().cancel(timer);
            if (armed) {
                update();
            } else {
                closeDescriptor();
            }
        }
    }

    /// Arms or cancels the accept, as things are now. A multishot accept takes whoever waits in the
    /// backlog before anyone here can say stop, so near the limit they are taken one by one.
    void update() {
        int room = closing || timer.isSet() ? 0 : accepting.room();
        boolean many = room > MULTISHOT_ROOM;
        if (room > 0 && !armed) {
            Sqe sqe = loop.sqe();
            sqe = many ? sqe.prepAcceptMultishot(fd, SOCK_CLOEXEC)
                    : sqe.prepAccept(fd, SOCK_CLOEXEC);
            sqe.userData(tagged(UserData.ACCEPT));
            armed = true;
            multishot = many;
            cancelled = false;
        } else if (armed && !cancelled && (room == 0 || multishot && !many)) {
            cancelled = true;
            loop.cancel(tagged(UserData.ACCEPT));
        }
    }

    void acceptCompleted(int res, int flags) {
        armed = (flags & IORING_CQE_F_MORE) != 0;
        if (res >= 0) {
            exhaustionLogged = false;
            accepting.accepted(res);
        } else if (res != -Errno.ECANCELED && res != -Errno.ECONNABORTED
                && res != -Errno.EAGAIN && res != -Errno.EINTR) {
            exhausted(res); // an error that stays must not make the loop spin
        }
        if (closing && !armed) {
            closeDescriptor();
        } else {
            update();
        }
    }

    private void exhausted(int res) {
        loop.timers().set(timer, loop.now() + EXHAUSTED_PAUSE_NANOS);
        if (!exhaustionLogged) {
            exhaustionLogged = true;
            LOGGER.log(System.Logger.Level.WARNING, "accepting on {0} pauses: {1}. Raise the limit"
                    + " on open files (ulimit -n) or lower connectionsMax",
                    SocketAddresses.name(address),
                    Errno.describe(res));
        }
    }

    private void closeDescriptor() {
        if (closed) {
            return; // by the handler of the connection that was accepted last
        }
        closed = true;
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
