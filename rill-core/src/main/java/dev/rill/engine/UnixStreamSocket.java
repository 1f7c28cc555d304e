package dev.rill.engine;

import static dev.rill.abi.MsgFlags.MSG_PEEK;
import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.SHUT_RD;
import static dev.rill.abi.SocketConstants.SHUT_RDWR;
import static dev.rill.abi.SocketConstants.SHUT_WR;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;

import dev.rill.abi.Errno;

/// A Unix stream socket in memory. Its two ends touch: what one does the other sees at once, on
/// every machine.
final class UnixStreamSocket implements MemorySocket {

    private final Profile profile;
    private final SocketState state;
    private final ByteQueue incoming = new ByteQueue();
    private UnixStreamSocket peer;
    private byte[] local;
    private byte[] remote;
    private Backlog<UnixStreamSocket> backlog;
    private boolean closed;
    private boolean sendShutdown;
    private boolean receiveShutdown;
    private int charged;

    UnixStreamSocket(Profile profile, MemoryWire wire) {
        this.profile = profile;
        state = new SocketState(wire, AF_UNIX, SOCK_STREAM);
    }

    void connectTo(UnixStreamSocket other) {
        peer = other;
        other.peer = this;
    }

    @Override
    public SocketState state() {
        return state;
    }

    // ---- data -----------------------------------------------------------------------------

    @Override
    public int receive(Message message) {
        if (peer == null) {
            return -Errno.EINVAL;
        }
        if (incoming.size() == 0) {
            if (state.error != 0) {
                return state.takeError();
            }
            if (receiveShutdown) {
                message.pending = pending();
                return 0;
            }
            return -Errno.EAGAIN;
        }
        int most = state.wire.faults().part(
                (int) Math.min(incoming.size(), message.data.remaining()));
        int result = (message.flags & MSG_PEEK) != 0 ? incoming.peek(message.data, most)
                : incoming.take(message.data, most);
        if (result >= 0 || profile.has(Quirk.FAULT_SAYS_MORE)) {
            message.pending = pending();
        }
        if (result >= 0) {
            boolean waitsForMore = (message.flags & (MSG_WAITALL | MSG_PEEK)) == MSG_WAITALL
                    && incoming.size() == 0 && message.data.remaining() > 0;
            state.error = waitsForMore ? 0 : state.error; // it looks on, and finds the error
        }
        return result;
    }

    private int pending() {
        if (profile.has(Quirk.NO_UNIX_PENDING_HINT)) {
            return -1;
        }
        return incoming.size()
                + (profile.has(Quirk.UNIX_HINT_COUNTS_READ) ? incoming.takenOfFirst() : 0);
    }

    @Override
    public int send(Message message) {
        if (peer == null) {
            return -Errno.ENOTCONN;
        }
        if (sendShutdown || peer.closed || peer.receiveShutdown) {
            return -Errno.EPIPE;
        }
        long left = message.data.remaining();
        if (left > 0 && charged >= capacity()) {
            return -Errno.EAGAIN;
        }
        left = state.wire.faults().part((int) Math.min(left, Integer.MAX_VALUE));
        int sent = 0;
        while (left > 0 && charged < capacity()) {
            byte[] piece = new byte[SocketMemory.pieceSize(left, capacity())];
            if (message.data.get(piece, 0, piece.length) != piece.length) {
                discharge(0); // its memory was taken, and is given back
                return sent > 0 ? sent : -Errno.EFAULT;
            }
            int charge = SocketMemory.pieceCharge(piece.length);
            charged += charge;
            sent += piece.length;
            left -= piece.length;
            peer.incoming.add(piece, charge, this::discharge);
            peer.state.waiters.wake(Events.DATA_READY);
        }
        return sent;
    }

    private int capacity() {
        return state.options.sendBuffer(SocketMemory.DEFAULT);
    }

    private boolean hasRoom() {
        return (long) charged << 2 <= capacity();
    }

    /// The peer has read a piece that this socket sent.
    private void discharge(int charge) {
        charged -= charge;
        if (hasRoom()) {
            state.waiters.wake(Events.WRITE_SPACE);
        }
    }

    @Override
    public int poll(int wanted) {
        if (backlog != null) {
            return backlog.isEmpty() ? 0 : Events.IN;
        }
        if (state.blocked) {
            return 0;
        }
        int events = state.error != 0 ? Events.ERR : 0;
        if (peer == null || receiveShutdown && sendShutdown) {
            events |= Events.HUP;
        }
        if (receiveShutdown) {
            events |= Events.IN | Events.RDHUP;
        }
        if (incoming.size() > 0) {
            events |= Events.IN;
        }
        return peer == null || hasRoom() ? events | Events.OUT : events;
    }

    // ---- ends -----------------------------------------------------------------------------

    @Override
    public int shutdown(int how) {
        if (how < SHUT_RD || how > SHUT_RDWR) {
            return -Errno.EINVAL;
        }
        boolean receive = how != SHUT_WR;
        boolean send = how != SHUT_RD;
        receiveShutdown |= receive;
        if (peer != null && !peer.closed) {
            peer.receiveShutdown |= send;
            peer.sendShutdown |= receive;
            peer.state.waiters.wake(0);
        }
        sendShutdown |= send;
        if (backlog != null) {
            backlog.unblock();
        }
        state.waiters.wake(0);
        return 0;
    }

    /// Nothing goes in or out any more.
    private void end(boolean reset) {
        state.error = reset ? Errno.ECONNRESET : state.error;
        receiveShutdown = true;
        sendShutdown = true;
        state.waiters.wake(0);
    }

    @Override
    public void release() {
        closed = true;
        state.addresses().unbind(this, local);
        if (backlog != null) {
            backlog.clear(UnixStreamSocket::drop);
            backlog = null;
        }
        boolean unread = incoming.size() > 0;
        if (peer != null && !peer.closed) {
            peer.end(unread);
            state.waiters.wake(0);
        }
        incoming.clear(); // the peer hears of the end before it hears of room
    }

    /// Nobody has accepted this connection.
    private void drop() {
        closed = true;
        if (!peer.closed) {
            peer.end(true);
        }
    }

    // ---- connections ----------------------------------------------------------------------

    @Override
    public int bind(byte[] address) {
        int checked = SocketCalls.checkBind(this, address, local);
        if (checked != 0) {
            return checked;
        }
        local = state.addresses().bind(this, state.options, address);
        return local == null ? -Errno.EADDRINUSE : 0;
    }

    @Override
    public int listen(int wanted) {
        if (peer != null || local == null) {
            return -Errno.EINVAL;
        }
        if (backlog == null) {
            backlog = new Backlog<>(wanted);
        }
        backlog.resize(wanted);
        return 0;
    }

    @Override
    public boolean listens() {
        return backlog != null;
    }

    @Override
    public int connect(byte[] address) {
        if (!Addresses.isComplete(address) || Addresses.family(address) != AF_UNIX) {
            return -Errno.EINVAL;
        }
        byte[] wanted = Addresses.normalized(address);
        Socket found = state.addresses().named(this, wanted);
        int checked = SocketCalls.checkUnixTarget(this, wanted, found);
        if (checked != 0) {
            return checked;
        }
        UnixStreamSocket server = (UnixStreamSocket) found;
        checked = SocketCalls.checkUnixListener(server.backlog, server.receiveShutdown,
                state);
        if (checked != 0) {
            return checked;
        }
        if (backlog != null) {
            return -Errno.EINVAL;
        }
        if (peer != null) {
            return -Errno.EISCONN;
        }
        UnixStreamSocket accepted = new UnixStreamSocket(profile, state.wire);
        remote = wanted;
        accepted.local = wanted;
        accepted.remote = local;
        connectTo(accepted);
        server.backlog.add(accepted);
        server.state.waiters.wake(Events.DATA_READY);
        state.waiters.wake(Events.WRITE_SPACE);
        return 0;
    }

    @Override
    public int accept(Socket[] result) {
        return SocketCalls.acceptUnix(backlog, receiveShutdown, result);
    }

    @Override
    public byte[] localAddress() {
        return local != null ? local : SocketCalls.unbound(AF_UNIX);
    }

    @Override
    public byte[] peerAddress() {
        return peer == null ? null : remote != null ? remote : SocketCalls.unbound(AF_UNIX);
    }
}
