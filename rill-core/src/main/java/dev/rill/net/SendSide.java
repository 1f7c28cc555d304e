package dev.rill.net;

import static dev.rill.abi.MsgFlags.MSG_NOSIGNAL;
import static dev.rill.abi.MsgFlags.MSG_WAITALL;

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

    private final Connection connection;
    private final EventLoop loop;
    private final int fd;
    private final SendQueue queue;

    private boolean sending;
    /// How many pieces the send in flight has, and the vector that names several.
    private int sendingPieces;
    private int vector = SendVectors.NONE;
    private long sendStarted;
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
        if (vector == SendVectors.NONE) {
            sendingPieces = 1;
            sqe.prepSend(fd, queue.firstAddress(), queue.firstLength(), MSG_NOSIGNAL | MSG_WAITALL);
        } else {
            sendingPieces = queue.gather(vectors, vector);
            sqe.prepSendmsg(fd, vectors.finish(vector, sendingPieces), MSG_NOSIGNAL | MSG_WAITALL);
        }
        sqe.userData(connection.tagged(UserData.SEND));
        connection.submitted();
        sending = true;
        sendStarted = loop.now();
    }

    void completed(int res) {
        sending = false;
        if (vector != SendVectors.NONE) {
            loop.outbox().vectors().give(vector);
            vector = SendVectors.NONE;
        }
        connection.finished();
        if (res >= 0) {
            connection.touch();
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
