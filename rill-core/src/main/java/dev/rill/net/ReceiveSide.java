package dev.rill.net;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUFFER;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;

import dev.rill.abi.Errno;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.Sqe;

/// The receiving half of a connection: one multishot receive that is armed while somebody wants
/// the bytes.
///
/// It is not armed while the program has paused it or asked for no more bytes than have come, while
/// a slow taker of its bytes holds it back (a brake), or while it is parked because the group had
/// no buffer left.
///
/// What happens with the number of bytes that are asked for is in [ReceiveLimits].
final class ReceiveSide {

    private final Connection connection;
    private final EventLoop loop;
    private final BufferGroup group;
    private final int fd;

    private final Credit credit = new Credit();
    private boolean armed;
    /// Whether the armed receive ends when the credit is used up.
    private boolean limited;
    /// Whether the armed receive has taken the number of bytes along.
    private boolean capped;
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

    void request(long bytes) {
        credit.request(bytes);
        update();
    }

    Credit credit() {
        return credit;
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
        boolean closing = connection.isClosing();
        boolean wanted = !ended && (closing || connection.isEstablished() && !paused
                && brakes == 0 && credit.any() && (!armed || limited || !credit.isLimited()));
        if (wanted && !armed && !parked) {
            arm(credit.isLimited() && !closing);
        } else if (!wanted && armed && !cancelled && !connection.isReleased()) {
            cancelled = true;
            loop.cancel(connection.tagged(UserData.RECEIVE));
        }
    }

    private void arm(boolean withLimit) {
        Sqe sqe = loop.sqe();
        capped = withLimit && loop.receiveLimits().goAlong();
        if (!withLimit || !capped && !loop.receiveLimits().areSingles()) {
            sqe.prepRecvMultishot(fd);
        } else if (capped) {
            sqe.prepRecvMultishot(fd).length(credit.limit()).optlen(credit.limit());
        } else {
            sqe.prepRecv(fd, 0, credit.limit(), 0);
        }
        group.select(sqe).userData(connection.tagged(UserData.RECEIVE));
        connection.submitted();
        armed = true;
        limited = withLimit;
        cancelled = false;
    }

    void completed(int res, int flags) {
        if ((flags & IORING_CQE_F_BUFFER) != 0) {
            connection.touch();
            deliver(res, flags);
        } else {
            group.received(res, flags, connection); // counts the receives that found no buffer
        }
        if ((flags & IORING_CQE_F_MORE) != 0) {
            if (limited && !credit.any()) {
                update(); // the kernel does not know that this is enough
            }
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
                if (res == -Errno.EINVAL && capped) { // one of several, maybe
                    loop.cannotLimitReceives();
                    update();
                } else if (res < 0) {
                    connection.release(CloseReason.of(CloseReason.Kind.FAILED, res));
                } else {
                    update(); // ended with data: nothing more asked for, or no room in the queue
                }
            }
        }
    }

    private void deliver(int res, int flags) {
        if (res > 0 && connection.isEstablished()) {
            loop.counters().bytesOvershot += credit.received(res);
        }
        group.received(res, flags, connection);
        while (group.next()) {
            if (connection.isEstablished()) {
                connection.received(group.part());
            } else {
                loop.counters().bytesDiscarded += group.part().length();
            }
        }
    }
}
