package dev.rill.engine;

import static dev.rill.abi.MsgFlags.MSG_PEEK;
import static dev.rill.abi.MsgFlags.MSG_TRUNC;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.SHUT_RD;
import static dev.rill.abi.SocketConstants.SHUT_RDWR;
import static dev.rill.abi.SocketConstants.SHUT_WR;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;

import dev.rill.abi.Errno;
import java.util.ArrayDeque;

/// A stream socket in memory, TCP or Unix. They differ in what they say about what is left to
/// read, in how much they buffer, and in what a close does to unread bytes.
final class StreamSocket implements Socket {

    /// What a TCP connection holds on its way, where nobody has set a size.
    private static final int TCP_CAPACITY = 2_626_560;

    private final Profile profile;
    private final MemoryWire wire;
    private final int domain;
    private final boolean tcp;
    private final References references = new References();
    private final WaitQueue waiters = new WaitQueue();
    private final ByteQueue incoming = new ByteQueue();
    private final SocketOptions options;
    private StreamSocket peer;
    private byte[] local;
    private byte[] remote;
    private ArrayDeque<StreamSocket> backlog;
    private int backlogMax;
    private boolean connected;
    private boolean closed;
    private boolean sendShutdown;
    private boolean receiveShutdown;
    /// The peer has said that nothing more comes (SOCK_DONE).
    private boolean finished;
    private boolean nonblocking;
    private int charged;
    private int error;

    StreamSocket(Profile profile, MemoryWire wire, int domain) {
        this.profile = profile;
        this.wire = wire;
        this.domain = domain;
        tcp = domain != AF_UNIX;
        options = new SocketOptions(domain, SOCK_STREAM);
    }

    void connectTo(StreamSocket other) {
        peer = other;
        other.peer = this;
        connected = true;
        other.connected = true;
    }

    // ---- data -----------------------------------------------------------------------------

    @Override
    public int receive(Message message) {
        if (!connected) {
            return tcp ? -Errno.ENOTCONN : -Errno.EINVAL;
        }
        if (incoming.size() == 0) {
            if (error != 0) {
                return takeError();
            }
            if (receiveShutdown) {
                message.pending = pending();
                return 0;
            }
            return -Errno.EAGAIN;
        }
        int result = 0;
        if (message.data.remaining() > 0) {
            result = (message.flags & MSG_PEEK) != 0 ? incoming.peek(message.data)
                    : incoming.take(message.data, tcp && (message.flags & MSG_TRUNC) != 0);
        }
        if (result >= 0) {
            message.pending = pending();
        }
        return result;
    }

    private int pending() {
        if (tcp) {
            return incoming.size() == 0 && finished ? 1 : incoming.size();
        }
        return profile.has(Quirk.NO_UNIX_PENDING_HINT) ? -1 : incoming.size();
    }

    private int takeError() {
        int taken = error;
        error = 0;
        return -taken;
    }

    @Override
    public int send(Message message) {
        if (tcp && error != 0) {
            return takeError();
        }
        if (!connected) {
            return tcp ? -Errno.EPIPE : -Errno.ENOTCONN;
        }
        if (sendShutdown) {
            return -Errno.EPIPE;
        }
        if (tcp && peer.closed) {
            return sendToNobody(message);
        }
        if (!tcp && (peer.closed || peer.receiveShutdown)) {
            return -Errno.EPIPE;
        }
        int sent = 0;
        while (message.data.remaining() > 0) {
            int room = tcp ? capacity() - charged
                    : charged < capacity() ? Integer.MAX_VALUE : 0;
            if (room <= 0) {
                return sent > 0 ? sent : -Errno.EAGAIN;
            }
            long left = message.data.remaining();
            int size = tcp ? (int) Math.min(Math.min(left, room), 65_536)
                    : SocketMemory.pieceSize(left, capacity());
            byte[] piece = new byte[size];
            int copied = message.data.get(piece, 0, size);
            if (copied != size) {
                return sent > 0 ? sent : -Errno.EFAULT;
            }
            int charge = tcp ? size : SocketMemory.charge(size);
            charged += charge;
            peer.incoming.add(piece, charge, this);
            sent += size;
            peer.waiters.wake(Events.DATA_READY);
        }
        return sent;
    }

    /// The peer answers with a reset; the next call finds out.
    private int sendToNobody(Message message) {
        long size = message.data.remaining();
        message.data.skip(size);
        error = Errno.EPIPE;
        end();
        return (int) size;
    }

    private int capacity() {
        int size = options.sendBuffer();
        return size != 0 ? size : tcp ? TCP_CAPACITY : SocketMemory.DEFAULT;
    }

    private boolean hasRoom() {
        return tcp ? charged <= capacity() / 3 * 2 : (long) charged << 2 <= capacity();
    }

    /// The peer has read a piece that this socket sent.
    void discharge(int charge) {
        charged -= charge;
        if (hasRoom()) {
            waiters.wake(Events.WRITE_SPACE);
        }
    }

    @Override
    public int poll(int wanted) {
        if (backlog != null) {
            return backlog.isEmpty() ? 0 : Events.IN;
        }
        int events = error != 0 ? Events.ERR : 0;
        if (!connected || receiveShutdown && sendShutdown) {
            events |= Events.HUP;
        }
        if (receiveShutdown) {
            events |= Events.IN | Events.RDHUP;
        }
        if (incoming.size() > 0 || tcp && error != 0) {
            events |= Events.IN;
        }
        boolean writable = !connected || sendShutdown && tcp || hasRoom();
        return writable ? events | Events.OUT : events;
    }

    // ---- ends -----------------------------------------------------------------------------

    @Override
    public int shutdown(int how) {
        if (how < SHUT_RD || how > SHUT_RDWR) {
            return -Errno.EINVAL;
        }
        if (backlog != null || !connected) {
            return tcp && backlog == null ? -Errno.ENOTCONN : 0;
        }
        boolean receive = how != SHUT_WR;
        boolean send = how != SHUT_RD;
        receiveShutdown |= receive;
        if (send && !sendShutdown) {
            sendShutdown = true;
            peer.peerStopsSending();
        }
        if (receive && !tcp && !peer.closed) {
            peer.sendShutdown = true;
            peer.waiters.wake(0);
        }
        waiters.wake(0);
        return 0;
    }

    private void peerStopsSending() {
        if (closed) {
            return;
        }
        finished = true;
        receiveShutdown = true;
        waiters.wake(0);
        if (tcp) {
            waiters.wake(Events.DATA_READY);
        }
    }

    /// Nothing goes in or out any more.
    private void end() {
        receiveShutdown = true;
        sendShutdown = true;
        waiters.wake(0);
    }

    @Override
    public void release() {
        closed = true;
        wire.unbind(this, local);
        if (backlog != null) {
            backlog.forEach(StreamSocket::reset);
            backlog.clear();
        }
        if (!connected || peer.closed) {
            incoming.clear();
            return;
        }
        boolean unread = incoming.size() > 0;
        incoming.clear();
        if (unread || tcp && options.resetsOnClose()) {
            peer.error = tcp && peer.finished ? Errno.EPIPE : Errno.ECONNRESET;
            peer.end();
        } else if (tcp) {
            if (!sendShutdown) {
                sendShutdown = true;
                peer.peerStopsSending();
            }
        } else {
            peer.end();
        }
        if (!tcp) {
            waiters.wake(0);
        }
    }

    /// A connection that nobody has accepted goes away.
    private void reset() {
        closed = true;
        if (connected && !peer.closed) {
            peer.error = Errno.ECONNRESET;
            peer.end();
        }
    }

    // ---- connections ----------------------------------------------------------------------

    @Override
    public int bind(byte[] address) {
        int checked = SocketCalls.checkBind(this, address, local);
        if (checked != 0) {
            return checked;
        }
        local = wire.bind(this, address);
        return local == null ? -Errno.EADDRINUSE : 0;
    }

    @Override
    public int listen(int wanted) {
        if (connected || !tcp && local == null) {
            return -Errno.EINVAL;
        }
        if (local == null) {
            local = wire.bind(this, Addresses.wildcard(Addresses.loopback(domain)));
        }
        if (backlog == null) {
            backlog = new ArrayDeque<>();
        }
        backlogMax = Math.max(0, wanted);
        return 0;
    }

    @Override
    public int connect(byte[] address) {
        if (connected || backlog != null) {
            return -Errno.EISCONN;
        }
        if (!Addresses.isComplete(address)) {
            return -Errno.EINVAL;
        }
        if (Addresses.family(address) != domain) {
            return tcp ? -Errno.EAFNOSUPPORT : -Errno.EINVAL;
        }
        if (!(wire.find(this, address) instanceof StreamSocket server)) {
            return tcp ? -Errno.ECONNREFUSED : -Errno.ENOENT;
        }
        if (server.backlog == null) {
            return -Errno.ECONNREFUSED;
        }
        if (server.backlog.size() > server.backlogMax) {
            return tcp ? -Errno.ETIMEDOUT : -Errno.EAGAIN;
        }
        if (tcp && local == null) {
            local = wire.bind(this, Addresses.loopback(domain));
        }
        remote = Addresses.normalized(address);
        StreamSocket accepted = new StreamSocket(profile, wire, domain);
        accepted.local = remote;
        accepted.remote = local;
        connectTo(accepted);
        server.backlog.add(accepted);
        server.waiters.wake(Events.DATA_READY);
        waiters.wake(Events.WRITE_SPACE);
        return 0;
    }

    @Override
    public int accept(Socket[] result) {
        if (backlog == null) {
            return -Errno.EINVAL;
        }
        result[0] = backlog.poll();
        return result[0] == null ? -Errno.EAGAIN : 0;
    }

    // ---- the rest -------------------------------------------------------------------------

    @Override
    public int domain() {
        return domain;
    }

    @Override
    public int type() {
        return SOCK_STREAM;
    }

    @Override
    public byte[] localAddress() {
        return local != null ? local : SocketCalls.unbound(domain);
    }

    @Override
    public byte[] peerAddress() {
        if (!connected) {
            return null;
        }
        return remote != null ? remote : SocketCalls.unbound(domain);
    }

    @Override
    public int setOption(int level, int option, int value) {
        return options.set(level, option, value);
    }

    @Override
    public int getOption(int level, int option, int[] value) {
        if (SocketOptions.isError(level, option)) {
            value[0] = -takeError();
            return Integer.BYTES;
        }
        return options.get(level, option, value, backlog != null);
    }

    @Override
    public boolean nonblocking() {
        return nonblocking;
    }

    @Override
    public void nonblocking(boolean on) {
        nonblocking = on;
    }

    @Override
    public References references() {
        return references;
    }

    @Override
    public WaitQueue waiters() {
        return waiters;
    }
}
