package dev.rill.net;

import static dev.rill.abi.MsgFlags.MSG_DONTWAIT;
import static dev.rill.abi.MsgFlags.MSG_NOSIGNAL;
import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.SqeFlags.IOSQE_CQE_SKIP_SUCCESS;

import dev.rill.abi.Errno;
import dev.rill.ring.Received;
import dev.rill.ring.Sqe;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// The sending half of a connection: a queue, at most one send in flight so that order is kept,
/// and the end of the direction behind the last byte.
///
/// When more than the high-water mark is unsent, the connection whose bytes are being passed on
/// gets a brake; below the low-water mark it is let go.
///
/// Several pieces leave with one request (`SENDMSG`): bytes of one connection that came between
/// those of others are not next to each other.
final class SendSide {

    /// More than a socket's buffer often takes: such a send may well have to wait.
    private static final int SILENT_MAX = 256 * 1024;
    /// How many sends wait for their completion after one that should have been silent was not.
    private static final int LOUD_AFTER_FAILURE = 32;

    private final Connection connection;
    private final EventLoop loop;
    private final int fd;
    private final SendQueue queue;

    private boolean sending;
    /// How many pieces the send in flight has, and the vector that names several.
    private int sendingPieces;
    private int vector = SendVectors.NONE;
    private long sendStarted;
    /// How many bytes the send in flight has when it completes only if they were not all sent,
    /// otherwise 0; and how many of the next sends complete in any case.
    private int silent;
    private int loud;
    /// The send in flight was called back, so that its bytes can be moved.
    private boolean rescuing;
    /// In the loop's list of those that have something to start.
    private boolean flushing;
    private boolean finishing;
    private boolean ended;
    private boolean aboveHigh;
    /// The connections that are held back by this one; null until there is one.
    private List<Connection> slowed;

    SendSide(Connection connection, int fd) {
        this.connection = connection;
        this.fd = fd;
        loop = connection.loop();
        queue = new SendQueue(loop.outbox().copies());
    }

    boolean ended() {
        return ended;
    }

    boolean takesMore() {
        return !finishing && !ended;
    }

    long unsent() {
        return queue.bytes();
    }

    SendQueue queue() {
        return queue;
    }

    /// How long the send in flight has waited.
    long sendingNanos() {
        return sending ? loop.now() - sendStarted : 0;
    }

    void add(Received data) {
        Connection source = loop.delivering();
        if (source != null && source.receiveSide().mayHold(data)) {
            queue.addHeld(data.group(), data.bid(), data.address(), data.length());
        } else {
            queue.addCopy(data.segment(), 0, data.length());
        }
        queued();
    }

    void addCopy(MemorySegment bytes) {
        queue.addCopy(bytes, 0, bytes.byteSize());
        queued();
    }

    void finish() {
        finishing = true;
        flushLater();
    }

    void flushLater() {
        if (!flushing) {
            flushing = true;
            loop.outbox().flushLater(connection);
        }
    }

    /// Starts what there is to start.
    void flush() {
        flushing = false;
        if (sending || !connection.isEstablished() && !connection.isClosing()) {
            return;
        }
        if (!queue.isEmpty()) {
            send();
        } else if (finishing && !ended) {
            int result = loop.sockets().endOutput(fd);
            ended = true;
            if (result < 0 && result != -Errno.ENOTCONN) {
                // The peer would wait for our end for ever. (That it is gone receiving tells.)
                connection.release(CloseReason.of(CloseReason.Kind.FAILED, result));
            } else {
                connection.directionEnded();
            }
        }
    }

    private void send() {
        Sqe sqe = loop.sqe();
        SendVectors vectors = loop.outbox().vectors();
        if (queue.pieces() > 1) {
            vector = vectors.take();
        }
        sendingPieces = vector == SendVectors.NONE ? 1 : queue.gather(vectors, vector);
        int flags = MSG_NOSIGNAL | MSG_WAITALL;
        if (mayBeSilent()) {
            silent = (int) queue.bytes();
            flags |= MSG_DONTWAIT;
            loop.silentSends().add(connection);
            connection.touch(); // whoever sees that it is done may do so much later
        }
        if (vector == SendVectors.NONE) {
            sqe.prepSend(fd, queue.firstAddress(), queue.firstLength(), flags);
        } else {
            sqe.prepSendmsg(fd, vectors.finish(vector, sendingPieces), flags);
        }
        sqe.flags(silent == 0 ? 0 : IOSQE_CQE_SKIP_SUCCESS)
                .userData(connection.tagged(UserData.SEND));
        connection.submitted();
        sending = true;
        sendStarted = loop.now();
    }

    /// Whether nothing is left to do when all that is there was sent, and it may well be at once.
    private boolean mayBeSilent() {
        if (loud > 0) {
            loud--;
            return false;
        }
        return loop.silentSends().allowed() && sendingPieces == queue.pieces()
                && queue.bytes() <= SILENT_MAX && !finishing && !aboveHigh;
    }

    /// Whether anything has come up meanwhile that has to wait until the silent send is done.
    boolean awaitsSend() {
        return silent != queue.bytes() || finishing || rescuing || !connection.isEstablished();
    }

    /// Nothing was heard of the send in flight, if it is one of those without a completion.
    void silentlySent() {
        if (silent != 0) {
            connection.completed(UserData.SEND, silent, 0);
        }
    }

    void completed(int res) {
        sending = false;
        boolean silently = silent != 0 && res == silent;
        if (silent != 0 && !silently) {
            loud = LOUD_AFTER_FAILURE;
        }
        silent = 0;
        if (vector != SendVectors.NONE) {
            loop.outbox().vectors().give(vector);
            vector = SendVectors.NONE;
        }
        connection.finished();
        if (res >= 0) {
            if (!silently) {
                connection.touch();
            }
            queue.sent(res);
            loop.counters().bytesSent += res;
        } else if (res != -Errno.ECANCELED && res != -Errno.EAGAIN && res != -Errno.EINTR) {
            failed(res);
        }
        if (rescuing) {
            rescuing = false;
            loop.groups().shared().starvation().rescued(queue.moveOut(0));
        }
        if (aboveHigh && queue.bytes() <= loop.options().unsentLow()) {
            aboveHigh = false;
            releaseBrakes();
            connection.drained();
        }
        if (finishing || !queue.isEmpty()) {
            flushLater();
        }
    }

    /// Moves what a slow peer does not take out of the receive buffers, so that others can use
    /// them.
    ///
    /// @param before only when its send has been waiting since before this time
    /// @return how many bytes were moved at once; more follow when a send was called back
    long rescue(long before) {
        if (sending && sendStarted > before || !queue.holdsBuffers()) {
            return 0;
        }
        if (sending) {
            // Once more when it was called back before: a request that the kernel is just about to
            // try again is not found.
            rescuing = true;
            loop.cancel(connection.tagged(UserData.SEND));
            return queue.moveOut(sendingPieces);
        }
        return queue.moveOut(0);
    }

    void releaseBrakes() {
        if (slowed != null) {
            for (Connection source : slowed) {
                source.receiveSide().unbrake();
            }
            slowed.clear();
        }
    }

    /// Lets go of what will never be sent; only while no send is in flight.
    void discard() {
        queue.clear();
    }

    private void queued() {
        flushLater();
        if (queue.bytes() > loop.options().unsentHigh()) {
            aboveHigh = true;
            Connection source = loop.delivering();
            if (source != null) {
                slowDown(source);
            }
        }
    }

    private void slowDown(Connection source) {
        if (slowed == null) {
            slowed = new ArrayList<>();
        }
        if (!slowed.contains(source)) {
            slowed.add(source);
            source.receiveSide().brake();
        }
    }

    /// The peer takes nothing any more. What it had sent before may still be unread, so the input
    /// goes on to its own end, unless the program has stopped it.
    private void failed(int res) {
        queue.clear();
        ended = true;
        connection.outputFailed(CloseReason.of(CloseReason.Kind.FAILED, res));
    }
}
