package dev.rill.net;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUFFER;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;

import dev.rill.abi.Errno;
import dev.rill.ring.BufferGroup;

/// The receiving half of a connection: one multishot receive that is armed while somebody wants
/// the bytes.
///
/// It is not armed while the program has paused it, while a slow taker of its bytes holds it back
/// (a brake), or while it is parked because the group had no buffer left.
final class ReceiveSide {

    private final Connection connection;
    private final EventLoop loop;
    private final BufferGroup group;
    private final int fd;

    private boolean armed;
    private boolean cancelled;
    private boolean parked;
    private boolean paused;
    private boolean ended;
    /// How many connections are too slow in taking what came from here.
    private int brakes;

    ReceiveSide(Connection connection, int fd) {
        this.connection = connection;
        this.fd = fd;
        loop = connection.loop();
        group = loop.group();
    }

    boolean ended() {
        return ended;
    }

    boolean paused() {
        return paused;
    }

    void pause(boolean wish) {
        paused = wish;
        update();
    }

    void brake() {
        brakes++;
        update();
    }

    void unbrake() {
        brakes--;
        update();
    }

    /// Memory has come back: receive again.
    void unpark() {
        parked = false;
        update();
    }

    /// Arms or cancels the receive, as things are now. While the connection is closing it goes on,
    /// to see the peer's end, and what comes is discarded.
    void update() {
        boolean wanted = !ended && (connection.isClosing()
                || connection.isEstablished() && !paused && brakes == 0);
        if (wanted && !armed && !parked) {
            group.select(loop.sqe().prepRecvMultishot(fd))
                    .userData(connection.tagged(UserData.RECEIVE));
            connection.submitted();
            armed = true;
            cancelled = false;
        } else if (!wanted && armed && !cancelled && !connection.isReleased()) {
            cancelled = true;
            loop.cancel(connection.tagged(UserData.RECEIVE));
        }
    }

    void completed(int res, int flags) {
        if ((flags & IORING_CQE_F_BUFFER) != 0) {
            connection.touch();
            deliver(res, flags);
        }
        if ((flags & IORING_CQE_F_MORE) != 0) {
            return;
        }
        armed = false;
        connection.finished();
        switch (-res) {
            case 0 -> {
                ended = true;
                connection.inputEnded();
            }
            case Errno.ENOBUFS -> {
                parked = true;
                loop.starvation().park(connection);
            }
            case Errno.ECANCELED, Errno.EAGAIN, Errno.EINTR -> update();
            default -> {
                if (res < 0) {
                    connection.release(CloseReason.of(CloseReason.Kind.FAILED, res));
                } else {
                    update(); // ended with data, for instance on completion queue overflow
                }
            }
        }
    }

    private void deliver(int res, int flags) {
        group.received(res, flags, connection);
        while (group.next()) {
            if (connection.isEstablished()) {
                connection.received(group.part());
            } else {
                loop.discarded(group.part().length());
            }
        }
    }
}
