package dev.rill.engine;

import static dev.rill.abi.MsgFlags.MSG_PEEK;
import static dev.rill.abi.MsgFlags.MSG_TRUNC;
import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.SocketConstants.SHUT_RD;
import static dev.rill.abi.SocketConstants.SHUT_RDWR;
import static dev.rill.abi.SocketConstants.SHUT_WR;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;

import dev.rill.abi.Errno;

/// A TCP socket in memory. The two ends of a connection are apart: what one does reaches the other
/// through a line, in order, and at once only where the machine has no latency.
final class TcpSocket implements MemorySocket {

    private static final int PIECE_MAX = 65_536;

    private final SocketState state;
    private final ByteQueue incoming = new ByteQueue();
    private final Deliveries.Line line;
    private TcpSocket peer;
    private byte[] local;
    private byte[] remote;
    private Backlog<TcpSocket> backlog;
    private Handshake handshake;
    private boolean connected;
    /// The last attempt to connect has failed, and has left both directions shut down.
    private boolean refused;
    private boolean closed;
    private boolean sendShutdown;
    private boolean receiveShutdown;
    /// The peer has said that nothing more comes (SOCK_DONE).
    private boolean finished;
    /// The connection was reset.
    private boolean reset;
    private int charged;
    /// Somebody has found that there is no room to send, and is to be told when there is.
    private boolean noSpace;

    TcpSocket(MemoryWire wire, int domain) {
        this(new SocketState(wire, domain, SOCK_STREAM));
    }

    private TcpSocket(SocketState state) {
        this.state = state;
        line = state.wire.deliveries().new Line();
    }

    @Override
    public SocketState state() {
        return state;
    }

    /// The way to the peer.
    Deliveries.Line line() {
        return line;
    }

    // ---- data -----------------------------------------------------------------------------

    @Override
    public int receive(Message message) {
        if (!connected) {
            if (state.error != 0) {
                return state.takeError();
            }
            return isConnecting() ? -Errno.EAGAIN
                    : receiveShutdown && backlog == null ? 0 : -Errno.ENOTCONN;
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
        boolean waits = message.data.waits && !message.data.interrupted && !receiveShutdown
                && (message.flags & (MSG_PEEK | MSG_WAITALL)) == (MSG_PEEK | MSG_WAITALL)
                && incoming.size() < message.data.remaining();
        int most = state.wire.faults().part(
                (int) Math.min(incoming.size(), message.data.remaining()));
        int result = move(message, waits ? message.data.copy() : message.data, most);
        if (waits && result >= 0) {
            return -Errno.EAGAIN;
        }
        if (result >= 0) {
            message.pending = pending();
        }
        return result;
    }

    /// What has arrived is one piece, which cannot be stored in part (`tcp_try_coalesce`).
    private int move(Message message, IoVector into, int most) {
        boolean keep = (message.flags & MSG_PEEK) != 0;
        boolean store = (message.flags & MSG_TRUNC) == 0; // otherwise the cursor stays as well
        if (store && incoming.peek(into, most) != most) {
            return -Errno.EFAULT;
        }
        return keep ? most : incoming.drop(most);
    }

    private int pending() {
        return incoming.size() == 0 && finished ? 1 : incoming.size();
    }

    @Override
    public int send(Message message) {
        if (state.error != 0) {
            return state.takeError();
        }
        if (!connected) {
            return isConnecting() ? -Errno.EAGAIN : -Errno.EPIPE;
        }
        if (sendShutdown) {
            return -Errno.EPIPE;
        }
        int possible = (int) Math.min(capacity() - charged, message.data.remaining());
        noSpace |= possible < message.data.remaining();
        if (possible <= 0) {
            return message.data.remaining() > 0 ? -Errno.EAGAIN : 0;
        }
        int left = state.wire.faults().part(possible);
        noSpace |= left < message.data.remaining(); // also what was cut short waits for its rest
        int sent = 0;
        while (left > 0) {
            byte[] piece = new byte[Math.min(left, PIECE_MAX)];
            if (message.data.get(piece, 0, piece.length) != piece.length) {
                return sent > 0 ? sent : -Errno.EFAULT;
            }
            charged += piece.length;
            sent += piece.length;
            left -= piece.length;
            TcpSocket target = peer;
            line.send(() -> target.arrive(piece, this));
        }
        return sent;
    }

    /// Bytes of the peer. Where nobody reads any more they are answered with a reset.
    private void arrive(byte[] piece, TcpSocket sender) {
        if (state.wire.faults().resets()) {
            arriveReset(sender);
            sender.arriveReset(this);
        }
        boolean deaf = receiveShutdown && sendShutdown && !finished;
        if (deaf) {
            arriveReset(sender);
        }
        if (closed || reset || peer != sender) {
            sender.charged -= piece.length;
            line.send(() -> sender.arriveReset(this));
            return;
        }
        incoming.add(piece, piece.length, sender::discharge);
        state.waiters.wake(Events.DATA_READY);
    }

    private int capacity() {
        return state.options.sendBuffer(state.wire.faults().socketBuffer());
    }

    private boolean hasRoom() {
        return charged <= capacity() / 3 * 2;
    }

    /// The peer has read a piece that this socket sent.
    private void discharge(int charge) {
        charged -= charge;
        if (noSpace && hasRoom()) {
            noSpace = false;
            state.waiters.wake(Events.WRITE_SPACE);
        }
    }

    @Override
    public int poll(int wanted) {
        if (backlog != null) {
            return backlog.isEmpty() ? 0 : Events.IN;
        }
        int events = state.error != 0 ? Events.ERR | Events.IN : 0;
        if (isConnecting()) {
            return events;
        }
        if (!connected || receiveShutdown && sendShutdown) {
            events |= Events.HUP;
        }
        if (receiveShutdown) {
            events |= Events.IN | Events.RDHUP;
        }
        if (incoming.size() > 0) {
            events |= Events.IN;
        }
        boolean room = !connected || sendShutdown || hasRoom();
        noSpace |= !room;
        return room ? events | Events.OUT : events;
    }

    // ---- ends -----------------------------------------------------------------------------

    @Override
    public int shutdown(int how) {
        if (how < SHUT_RD || how > SHUT_RDWR) {
            return -Errno.EINVAL;
        }
        if (backlog != null) {
            if (how != SHUT_WR) {
                stopListening();
                state.waiters.wake(Events.ERR); // an error is told first, and to one accept
            }
            state.waiters.wake(0);
            return 0;
        }
        if (isConnecting()) {
            return disconnect();
        }
        if (connected && isOver()) {
            return -Errno.ENOTCONN;
        }
        receiveShutdown |= how != SHUT_WR;
        if (!connected) { // it is told, and shut down all the same
            sendShutdown |= how != SHUT_RD;
            state.waiters.wake(0);
            return -Errno.ENOTCONN;
        }
        if (how != SHUT_RD && !sendShutdown) {
            sendEnd();
        }
        state.waiters.wake(0);
        return 0;
    }

    private void sendEnd() {
        sendShutdown = true;
        TcpSocket target = peer;
        line.send(() -> target.arriveEnd(this));
    }

    private void sendReset() {
        TcpSocket target = peer;
        line.send(() -> target.arriveReset(this));
    }

    /// Whether both directions of the connection have ended.
    private boolean isOver() {
        return reset || sendShutdown && finished;
    }

    private void arriveEnd(TcpSocket sender) {
        if (closed || reset || peer != sender) {
            return;
        }
        finished = true;
        receiveShutdown = true;
        state.waiters.wake(0);
        state.waiters.wake(Events.DATA_READY);
    }

    /// The connection is cut. What has arrived can still be read.
    private void arriveReset(TcpSocket sender) {
        if (closed || isOver() || peer != sender) {
            return;
        }
        reset = true;
        end(finished ? Errno.EPIPE : Errno.ECONNRESET);
    }

    /// Nothing goes in or out any more.
    private void end(int errno) {
        state.error = errno;
        receiveShutdown = true;
        sendShutdown = true;
        state.waiters.wake(0);
    }

    @Override
    public void release() {
        boolean live = connected && !isOver();
        boolean unread = incoming.size() > 0;
        closed = true;
        state.addresses().unbind(this, local);
        stopListening();
        incoming.clear();
        if (live && (unread || state.options.resetsOnClose())) {
            sendReset();
        } else if (live && !sendShutdown) {
            sendEnd();
        }
    }

    /// Connections that nobody has accepted go away.
    private void stopListening() {
        if (backlog != null) {
            backlog.clear(TcpSocket::drop);
            backlog = null;
        }
    }

    private void drop() {
        closed = true;
        state.addresses().unbind(this, local);
        sendReset();
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
        if (connected || handshake != null) {
            return -Errno.EINVAL;
        }
        if (local == null) {
            local = state.addresses().bind(this, state.options, SocketCalls.unbound(domain()));
        }
        if (backlog != null) {
            backlog.resize(wanted);
        } else if (!state.addresses().mayListen(this, state.options, local)) {
            return -Errno.EADDRINUSE;
        } else {
            backlog = new Backlog<>(wanted);
        }
        return 0;
    }

    @Override
    public boolean listens() {
        return backlog != null;
    }

    @Override
    public int connect(byte[] address) {
        if (SocketCalls.dissolves(address)) {
            return disconnect();
        }
        if (!Addresses.isComplete(address)) {
            return -Errno.EINVAL;
        }
        if (Addresses.family(address) != domain()) {
            return -Errno.EAFNOSUPPORT;
        }
        if (handshake != null) {
            return continueConnect();
        }
        if (refused) {
            return startOver();
        }
        if (connected || backlog != null) {
            return -Errno.EISCONN;
        }
        if (local == null) {
            local = state.addresses().bind(this, state.options, Addresses.loopback(domain()));
        }
        if (local == null) {
            return -Errno.EADDRNOTAVAIL;
        }
        remote = Addresses.specific(Addresses.normalized(address));
        handshake = new Handshake(this, remote);
        handshake.start();
        return -Errno.EINPROGRESS; // the answer has come by now, or not: it is looked for later
    }

    /// A connect that was begun earlier.
    private int continueConnect() {
        if (!handshake.hasEnded()) {
            return -Errno.EALREADY;
        }
        handshake = null;
        if (connected) {
            return 0;
        }
        if (state.error == 0) { // somebody else was told
            return startOver();
        }
        refused = true;
        return state.takeError();
    }

    /// An attempt that has failed is over when it is asked for once more.
    private int startOver() {
        refused = false;
        receiveShutdown = false;
        sendShutdown = false;
        state.waiters.wake(Events.ERR);
        return -Errno.ECONNABORTED;
    }

    private boolean isConnecting() {
        return handshake != null && !handshake.hasEnded();
    }

    boolean isConnecting(Handshake which) {
        return !closed && handshake == which;
    }

    /// A listener has heard of a connect.
    ///
    /// @return whether there is room for it
    boolean admit(Handshake from, TcpSocket client) {
        if (backlog.isFull()) {
            return false;
        }
        TcpSocket accepted = new TcpSocket(
                new SocketState(state.wire, new SocketOptions(state.options)));
        accepted.local = client.remote;
        accepted.remote = client.localAddress();
        accepted.peer = client;
        accepted.connected = true;
        state.addresses().hold(accepted, accepted.state.options, accepted.local);
        accepted.line.send(() -> from.succeeded(accepted)); // who has called knows first
        backlog.add(accepted);
        state.waiters.wake(Events.DATA_READY);
        return true;
    }

    void connectSucceeded(Handshake which, TcpSocket accepted) {
        if (!isConnecting(which)) {
            line.send(() -> accepted.arriveReset(this)); // nobody wants it any more
            return;
        }
        peer = accepted;
        connected = true;
        state.waiters.wake(0); // what is ready now is looked for, whatever was before
    }

    void connectFailed(Handshake which, int errno) {
        if (isConnecting(which)) {
            end(errno);
        }
    }

    /// A connect to nowhere: the socket is as good as new afterwards.
    private int disconnect() {
        boolean had = connected || handshake != null;
        if (connected && !isOver()) {
            sendReset();
        }
        stopListening();
        incoming.clear();
        peer = null;
        remote = null;
        handshake = null;
        connected = false;
        finished = false;
        reset = false;
        sendShutdown = false;
        receiveShutdown = false;
        state.error = had ? Errno.ECONNRESET : state.error;
        state.waiters.wake(0);
        return 0;
    }

    @Override
    public int accept(Socket[] result) {
        return backlog == null ? -Errno.EINVAL : backlog.take(result);
    }

    @Override
    public byte[] localAddress() {
        if (local == null) {
            return SocketCalls.unbound(domain());
        }
        return connected || handshake != null ? Addresses.specific(local) : local;
    }

    @Override
    public byte[] peerAddress() {
        return connected && !isOver() ? remote : null;
    }
}
