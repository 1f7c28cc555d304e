package dev.rill.net;

import dev.rill.abi.Errno;
import dev.rill.kernel.KernelException;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.Received;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// A stream connection: TCP or Unix.
///
/// **Receiving** goes on by itself: one multishot receive stays armed, and what comes is shown to
/// the [ConnectionHandler]. [#pause] and [#resume] are the brake; a few more parts may come after
/// `pause()`, namely what the kernel had delivered already. With [#request] no more comes than was
/// asked for.
///
/// **Sending** is in order and never blocks. Received bytes ([#send(Received)]) are sent from
/// where they are, and their buffer is held until they have gone; all other bytes are copied.
/// When more than the high-water mark is unsent, the connection whose bytes are being passed on
/// is slowed down by itself, until the low-water mark is reached.
///
/// **Ending.** [#finish] ends this side's direction after what is unsent; the connection is gone
/// when both have ended. [#close] also discards what still comes. [#abort] drops everything.
///
/// Belongs to the loop's thread; every other is refused before anything has changed.
public final class Connection {

    /// How long to wait for what was cancelled before it is cancelled again.
    private static final long CANCEL_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private enum State { CONNECTING, ESTABLISHED, CLOSING, RELEASING, CLOSED }

    private final EventLoop loop;
    private final int slot;
    private final int generation;
    private final int fd;
    private final ReceiveSide receiveSide;
    private final SendSide sendSide;
    private final Timers.Timer timer = new Timers.Timer(this::timeUp);

    private ConnectionHandler handler;
    private Object attachment;
    private State state = State.CONNECTING;
    private CloseReason reason;
    /// Requests that name this connection and have not had their last completion: memory and
    /// descriptor outlive them.
    private int inFlight;
    private long lastActivity;
    /// Where the peer's address is while connecting.
    private int addressBlock = -1;

    Connection(EventLoop loop, int slot, int generation, int fd, ConnectionHandler handler) {
        this.loop = loop;
        this.slot = slot;
        this.generation = generation;
        this.fd = fd;
        this.handler = handler;
        receiveSide = new ReceiveSide(this, fd);
        sendSide = new SendSide(this, fd);
        lastActivity = loop.now();
    }

    /// The loop this connection lives in.
    ///
    /// @return the event loop
    public EventLoop loop() {
        return loop;
    }

    /// The receive memory its bytes come from now, see [EventLoopOptions#layout].
    ///
    /// @return the shared group, its own, or that of its size
    public BufferGroup group() {
        return receiveSide.group();
    }

    /// Hands the connection over to another handler.
    ///
    /// @param newHandler hears everything from now on
    public void handler(ConnectionHandler newHandler) {
        handler = Objects.requireNonNull(newHandler, "newHandler");
    }

    /// What the program has attached.
    ///
    /// @return the object given to [#attach], or null
    public Object attachment() {
        return attachment;
    }

    /// Keeps an object of the program with the connection.
    ///
    /// @param object anything, or null
    public void attach(Object object) {
        attachment = object;
    }

    /// The peer's address. A system call.
    ///
    /// @return the address
    /// @throws KernelException when the connection is gone
    public SocketAddress remoteAddress() {
        return address(true);
    }

    /// This side's address. A system call.
    ///
    /// @return the address
    /// @throws KernelException when the connection is gone
    public SocketAddress localAddress() {
        return address(false);
    }

    /// Whether [#send] still takes anything.
    ///
    /// @return true from the beginning, also while connecting, until it is finished or closed
    public boolean isOpen() {
        return (state == State.CONNECTING || state == State.ESTABLISHED) && sendSide.takesMore();
    }

    /// How much is still to be sent.
    ///
    /// @return bytes
    public long unsent() {
        return sendSide.unsent();
    }

    /// Sends received bytes on from where they are. When too much is unsent afterwards, the
    /// connection they came from is slowed down.
    ///
    /// @param data valid received bytes, of the same loop
    /// @return false when this connection takes no more: nothing was sent
    public boolean send(Received data) {
        loop.requireOwner();
        if (!isOpen()) {
            return false;
        }
        sendSide.add(data);
        return true;
    }

    /// Sends a copy of bytes.
    ///
    /// @param bytes free for other use on return
    /// @return false when this connection takes no more: nothing was sent
    public boolean send(byte[] bytes) {
        return send(MemorySegment.ofArray(bytes));
    }

    /// Sends a copy of the remaining bytes and moves the position to the limit.
    ///
    /// @param bytes free for other use on return
    /// @return false when this connection takes no more: nothing was sent
    public boolean send(ByteBuffer bytes) {
        boolean taken = send(MemorySegment.ofBuffer(bytes));
        if (taken) {
            bytes.position(bytes.limit());
        }
        return taken;
    }

    /// Sends a copy of bytes.
    ///
    /// @param bytes free for other use on return
    /// @return false when this connection takes no more: nothing was sent
    public boolean send(MemorySegment bytes) {
        loop.requireOwner();
        if (!isOpen()) {
            return false;
        }
        if (bytes.byteSize() > 0) {
            bytes.get(ValueLayout.JAVA_BYTE, 0); // throws now, not half way, when it is closed
        }
        sendSide.addCopy(bytes);
        return true;
    }

    /// Stops receiving, until [#resume]. What the kernel has delivered already still comes.
    public void pause() {
        loop.requireOwner();
        receiveSide.pause(true);
    }

    /// Goes on receiving.
    public void resume() {
        loop.requireOwner();
        receiveSide.pause(false);
    }

    /// Asks for bytes. From the first call on nothing is received but what was asked for; to begin
    /// like that, call it in [ConnectionHandler#opened], if need be with 0.
    ///
    /// Where several pieces come, the last may exceed it, to less than twice of what was asked for:
    /// that is counted ([LoopStatistics#bytesOvershot]), and later requests make up for it. Nothing
    /// is lost when nobody asks: it waits in the socket, and the peer is slowed down. That the peer
    /// has ended shows when the next bytes are asked for.
    ///
    /// @param bytes how many more; `Long.MAX_VALUE` for all there are
    public void request(long bytes) {
        loop.requireOwner();
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes=" + bytes + ": what was asked for once cannot"
                    + " be taken back, use pause()");
        }
        receiveSide.request(bytes);
    }

    /// How many of the bytes asked for have not come yet.
    ///
    /// @return bytes; negative when more came, `Long.MAX_VALUE` when there is no limit
    public long requested() {
        loop.requireOwner();
        return receiveSide.credit().left();
    }

    /// Ends this side's direction when everything is sent. The peer sees the end of its input and
    /// may go on sending.
    public void finish() {
        loop.requireOwner();
        sendSide.finish();
    }

    /// Sends what is unsent, ends this side's direction, discards what still comes, and is gone
    /// when the peer has ended too or the linger timeout is over.
    public void close() {
        loop.requireOwner();
        close(CloseReason.of(CloseReason.Kind.CLOSED));
    }

    /// Drops everything and closes at once.
    public void abort() {
        loop.requireOwner();
        release(CloseReason.of(CloseReason.Kind.CLOSED));
    }

    @Override
    public String toString() {
        return "connection " + slot + "." + generation;
    }

    // ---- what the loop and the two sides see -----------------------------------------------

    ConnectionHandler handler() {
        return handler;
    }

    int slot() {
        return slot;
    }

    ReceiveSide receiveSide() {
        return receiveSide;
    }

    SendSide sendSide() {
        return sendSide;
    }

    boolean isEstablished() {
        return state == State.ESTABLISHED;
    }

    boolean isClosing() {
        return state == State.CLOSING;
    }

    boolean isReleased() {
        return state == State.RELEASING || state == State.CLOSED;
    }

    long tagged(int tag) {
        return UserData.pack(tag, generation, slot);
    }

    /// A request that names this connection was filled in.
    void submitted() {
        inFlight++;
    }

    /// A request has had its last completion.
    void finished() {
        inFlight--;
    }

    void touch() {
        lastActivity = loop.now();
    }

    // ---- beginning ---------------------------------------------------------------------------

    /// Begins to connect.
    ///
    /// @param block a block of the copy pool that begins with the peer's address
    /// @param length of the address
    void connect(int block, int length) {
        addressBlock = block;
        loop.sqe().prepConnect(fd, loop.outbox().copies().address(block), length)
                .userData(tagged(UserData.CONNECT));
        submitted();
        loop.timers().unlessZero(loop.options().connectTimeout(), timer);
    }

    void opened() {
        state = State.ESTABLISHED;
        touch();
        loop.timers().unlessZero(loop.options().idleTimeout(), timer);
        SlowHandlerEvent slow = SlowHandlerEvent.start();
        try {
            handler.opened(this);
        } catch (RuntimeException | Error e) {
            handlerFailed(e);
        } finally {
            SlowHandlerEvent.finish(slow, "opened", this);
        }
        receiveSide.opened();
        sendSide.flushLater();
    }

    void completed(int tag, int res, int flags) {
        switch (tag) {
            case UserData.RECEIVE -> receiveSide.completed(res, flags);
            case UserData.SEND -> sendSide.completed(res);
            case UserData.END -> receiveSide.endNoticed();
            case UserData.CONNECT -> connectCompleted(res);
            case UserData.CLOSE -> closeCompleted();
            default -> throw new IllegalStateException("tag=" + tag);
        }
        if (state == State.RELEASING && inFlight == 0) {
            closeDescriptor();
        }
    }

    private void connectCompleted(int res) {
        finished();
        loop.outbox().copies().give(addressBlock);
        if (state != State.CONNECTING) {
            return;
        }
        if (res < 0) {
            release(CloseReason.of(CloseReason.Kind.CONNECT_FAILED, res));
        } else {
            opened();
        }
    }

    // ---- what the two sides report -----------------------------------------------------------

    void received(Received part) {
        loop.delivering(this);
        SlowHandlerEvent slow = SlowHandlerEvent.start();
        try {
            handler.received(this, part);
        } catch (RuntimeException | Error e) {
            handlerFailed(e);
        } finally {
            SlowHandlerEvent.finish(slow, "received", this);
            loop.delivering(null);
        }
    }

    void inputEnded() {
        if (reason != null && reason.isFailure()) {
            release(reason); // sending had failed before
        } else if (state == State.ESTABLISHED) {
            SlowHandlerEvent slow = SlowHandlerEvent.start();
            try {
                handler.ended(this);
            } catch (RuntimeException | Error e) {
                handlerFailed(e);
            } finally {
                SlowHandlerEvent.finish(slow, "ended", this);
            }
        }
        directionEnded();
    }

    void drained() {
        if (state == State.ESTABLISHED) {
            SlowHandlerEvent slow = SlowHandlerEvent.start();
            try {
                handler.drained(this);
            } catch (RuntimeException | Error e) {
                handlerFailed(e);
            } finally {
                SlowHandlerEvent.finish(slow, "drained", this);
            }
        }
    }

    void outputFailed(CloseReason why) {
        if (reason == null) {
            reason = why;
        }
        sendSide.releaseBrakes();
        if (receiveSide.ended() || receiveSide.paused() || !receiveSide.credit().any()) {
            release(why);
        }
    }

    void directionEnded() {
        if (receiveSide.ended() && sendSide.ended()) {
            release(CloseReason.of(CloseReason.Kind.ENDED));
        }
    }

    void handlerFailed(Throwable e) {
        loop.report("the handler of " + this, e);
        release(CloseReason.of(CloseReason.Kind.HANDLER_FAILED));
    }

    // ---- end ---------------------------------------------------------------------------------

    void close(CloseReason why) {
        if (state == State.CONNECTING) {
            release(why);
        } else if (state == State.ESTABLISHED) {
            state = State.CLOSING;
            reason = why;
            loop.timers().unlessZero(loop.options().lingerTimeout(), timer);
            sendSide.finish();
            receiveSide.update();
        }
    }

    /// Cancels what is in flight, waits for it, closes the descriptor.
    void release(CloseReason why) {
        if (isReleased()) {
            return;
        }
        state = State.RELEASING;
        if (reason == null) {
            reason = why;
        }
        sendSide.releaseBrakes();
        if (inFlight > 0) {
            cancelAll();
        } else {
            closeDescriptor();
        }
    }

    /// Cancels what is in flight, and looks again after a while: the kernel does not find a
    /// request that is just about to be tried once more, such as a connect to a Unix socket whose
    /// backlog is full, and it would wait for ever then.
    private void cancelAll() {
        loop.cancelAll(fd);
        loop.timers().set(timer, loop.now() + CANCEL_AGAIN_NANOS);
    }

    private void timeUp() {
        switch (state) {
            case CONNECTING -> release(CloseReason.of(CloseReason.Kind.CONNECT_TIMED_OUT));
            case ESTABLISHED -> {
                long idle = loop.options().idleTimeout().toNanos();
                if (loop.now() - lastActivity >= idle) {
                    release(CloseReason.of(CloseReason.Kind.IDLE));
                } else {
                    loop.timers().set(timer, lastActivity + idle);
                }
            }
            case CLOSING -> release(reason);
            case RELEASING -> cancelAll();
            default -> { } // it is over already
        }
    }

    private SocketAddress address(boolean peer) {
        if (isReleased()) { // the number of its descriptor may be another connection's
            throw new KernelException("address of " + this, Errno.ENOTCONN,
                    "Ask while it is open");
        }
        return loop.sockets().addressOf(fd, peer);
    }

    private void closeDescriptor() {
        loop.timers().cancel(timer); // from here on the number may be another's
        sendSide.discard();
        loop.sqe().prepClose(fd).userData(tagged(UserData.CLOSE));
        submitted();
    }

    private void closeCompleted() {
        finished();
        state = State.CLOSED;
        receiveSide.closed();
        loop.remove(this);
        SlowHandlerEvent slow = SlowHandlerEvent.start();
        try {
            handler.closed(this, reason);
        } catch (RuntimeException | Error e) {
            loop.report("the handler of " + this, e);
        } finally {
            SlowHandlerEvent.finish(slow, "closed", this);
        }
    }
}
