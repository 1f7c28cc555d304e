package dev.rill.net;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUFFER;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_SOCK_NONEMPTY;
import static dev.rill.abi.PollFlags.POLLRDHUP;

import dev.rill.abi.Errno;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.HoldListener;
import dev.rill.ring.Received;
import dev.rill.ring.Sqe;

/// The receiving half of a connection: one multishot receive that is armed while somebody wants
/// the bytes.
///
/// It is not armed while the program has paused it or asked for no more bytes than have come, while
/// a slow taker of its bytes holds it back (a brake), or while it is parked because the group had
/// no buffer left.
///
/// What happens with the number of bytes that are asked for is in [ReceiveRules].
///
/// What is left of the connection's budget goes along as well: before the program has seen the
/// bytes it cannot hold them, and meanwhile the kernel could give one connection all buffers there
/// are.
final class ReceiveSide implements HoldListener {

    private static final System.Logger LOGGER = System.getLogger(Connection.class.getName());

    /// With more parts than this at once, a receive that is being armed takes the rest when the
    /// kernel comes back to it (`MULTISHOT_MAX_RETRY`), and may not see the end (Q34).
    private static final int PARTS_AT_ONCE = 32;

    private final Connection connection;
    private final EventLoop loop;
    private final int fd;
    /// Null until it is armed for the first time, or asked for; changes only while it is not armed.
    private Lane lane;
    private BufferGroup group;

    private final Credit credit = new Credit();
    private final Budget budget;
    /// Null where there is one size of buffers.
    private final SizeFit fit;
    private boolean armed;
    /// Whether the armed receive ends when the credit is used up.
    private boolean limited;
    /// Whether the armed receive has taken a number of bytes along.
    private boolean capped;
    private boolean cancelled;
    /// Parts since it was armed, each with more behind it; -1 when one of them had nothing behind.
    private int firstParts;
    private boolean parked;
    private ConnectionParkedEvent parkedEvent;
    private boolean paused;
    private boolean ended;
    /// How many connections are too slow in taking what came from here.
    private int brakes;

    ReceiveSide(Connection connection, int fd) {
        this.connection = connection;
        this.fd = fd;
        loop = connection.loop();
        budget = new Budget(loop.options().budget());
        fit = loop.groups().hasClasses() ? new SizeFit(loop.groups()) : null;
    }

    /// Where its bytes go.
    BufferGroup group() {
        if (lane == null) {
            use(loop.groups().take());
        }
        return group;
    }

    /// Whether bytes that are being shown may stay where they are until they are sent. Those in the
    /// last buffer of a connection's own group may not: it would wait for its own bytes to go, and
    /// who sends much before it reads would never see the answer.
    boolean mayHold(Received data) {
        return data.group() == group && (!lane.isExclusive() || group.lent() > 1);
    }

    /// The connection is there, its program has heard of it.
    void opened() {
        if (loop.receiveRules().isPolledForEnd() && !connection.isReleased()) {
            loop.sqe().prepPollAdd(fd, POLLRDHUP).userData(connection.tagged(UserData.END));
            connection.submitted();
        }
        update();
    }

    /// The peer has ended. The receive may be told so as well, or not (Q24): armed anew it looks.
    void endNoticed() {
        connection.finished();
        if (armed) {
            armAnew();
        }
    }

    /// Nothing is in flight, nothing comes any more.
    void closed() {
        if (lane != null) {
            loop.groups().give(lane);
        }
    }

    private void use(Lane other) {
        lane = other;
        group = other.group();
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

    /// Receives so many bytes from now on, whatever was asked for before.
    void limit(long bytes) {
        credit.set(bytes);
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
        ConnectionParkedEvent.finish(parkedEvent, connection);
        parkedEvent = null;
        update();
    }

    /// Arms or cancels the receive, as things are now. While the connection is closing it goes on,
    /// to see the peer's end, and what comes is discarded.
    void update() {
        boolean closing = connection.isClosing();
        boolean wanted = !ended && (closing || connection.isEstablished() && !paused
                && brakes == 0 && !budget.isExceeded() && credit.any()
                && (!armed || limited || !credit.isLimited()));
        if (wanted && !armed && !parked) {
            if (closing) {
                arm(false, Integer.MAX_VALUE);
            } else {
                arm(credit.isLimited(), (int) Math.min(budget.left(), Integer.MAX_VALUE));
            }
        } else if (!wanted && armed && !cancelled && !connection.isReleased()) {
            cancelled = true;
            loop.cancel(connection.tagged(UserData.RECEIVE));
        }
    }

    private void arm(boolean withLimit, int most) {
        if (lane == null) {
            use(loop.groups().take());
        } else if (fit != null) {
            use(fit.choose(lane));
        }
        Sqe sqe = loop.sqe();
        capped = loop.receiveRules().goAlong();
        if (!withLimit || !capped && !loop.receiveRules().areSingles()) {
            sqe.prepRecvMultishot(fd).optlen(capped ? most : 0);
        } else if (capped) {
            int limit = Math.min(credit.limit(), most);
            sqe.prepRecvMultishot(fd).length(limit).optlen(limit);
        } else {
            sqe.prepRecv(fd, 0, credit.limit(), 0);
        }
        group.select(sqe).userData(connection.tagged(UserData.RECEIVE));
        connection.submitted();
        armed = true;
        limited = withLimit;
        cancelled = false;
        firstParts = 0;
    }

    void completed(int res, int flags) {
        lane.touch();
        if ((flags & IORING_CQE_F_BUFFER) != 0) {
            connection.touch();
            deliver(res, flags);
        } else {
            group.received(res, flags, this); // counts the receives that found no buffer
        }
        if ((flags & IORING_CQE_F_MORE) != 0) {
            if (limited && !credit.any()) {
                update(); // the kernel does not know that this is enough
            }
            lookForEnd(flags);
            if (fit != null && fit.isOther(lane)) {
                armAnew();
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
                parkedEvent = ConnectionParkedEvent.start();
                lane.starvation().park(connection);
            }
            case Errno.ECANCELED, Errno.EAGAIN, Errno.EINTR -> update();
            default -> {
                if (res == -Errno.EINVAL && capped) { // one of several, maybe
                    loop.receiveRules().refused();
                    update();
                } else if (res < 0) {
                    connection.release(CloseReason.of(CloseReason.Kind.FAILED, res));
                } else {
                    update(); // ended with data: nothing more asked for, or no room in the queue
                }
            }
        }
    }

    /// Arms anew behind a long first run of parts: an end that was there before them, a reset or
    /// that of a Unix socket's peer, is not told otherwise.
    private void lookForEnd(int flags) {
        if (firstParts >= 0 && (flags & IORING_CQE_F_SOCK_NONEMPTY) != 0) {
            firstParts++;
        } else if (firstParts >= 0) {
            boolean mayBeLost = firstParts >= PARTS_AT_ONCE;
            firstParts = -1;
            if (mayBeLost) {
                armAnew();
            }
        }
    }

    private void armAnew() {
        if (!cancelled && !connection.isReleased()) {
            cancelled = true;
            loop.cancel(connection.tagged(UserData.RECEIVE));
        }
    }

    @Override
    public void held(int bytes) {
        if (budget.held(bytes)) {
            if (loop.counters().overBudget++ == 0) {
                LOGGER.log(System.Logger.Level.WARNING, "the program holds " + budget.held()
                        + " bytes of " + connection + ": nothing more is received from it until"
                        + " half of them are closed. Close holds sooner, or allow more"
                        + " (EventLoopOptions.withHeldMax). Said once; statistics count on");
            }
            update();
        }
    }

    @Override
    public void letGo(int bytes) {
        if (budget.letGo(bytes)) {
            update();
        }
    }

    @Override
    public String toString() {
        return connection.toString();
    }

    private void deliver(int res, int flags) {
        if (fit != null) {
            fit.received(res);
        }
        if (res > 0 && connection.isEstablished()) {
            loop.counters().bytesOvershot += credit.received(res);
        }
        group.received(res, flags, this);
        while (group.next()) {
            if (connection.isEstablished()) {
                connection.received(group.part());
            } else {
                loop.counters().bytesDiscarded += group.part().length();
            }
        }
    }
}
