package dev.rill.engine;

import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.SHUT_RD;
import static dev.rill.abi.SocketConstants.SHUT_RDWR;
import static dev.rill.abi.SocketConstants.SHUT_WR;
import static dev.rill.abi.SocketConstants.SOCK_SEQPACKET;

import dev.rill.abi.Errno;

/// A Unix socket in memory that keeps messages apart: datagrams, and SEQPACKET, which has
/// connections as a stream has. Neither says how much is left to read.
final class UnixMessageSocket implements MemorySocket {

    /// `net.unix.max_dgram_qlen`.
    private static final int QUEUE_MAX = 512;

    private final SocketState state;
    private final boolean packets;
    private final PacketQueue incoming = new PacketQueue();
    private UnixMessageSocket peer;
    private byte[] local;
    private byte[] remote;
    private Backlog<UnixMessageSocket> backlog;
    private boolean closed;
    private boolean sendShutdown;
    private boolean receiveShutdown;
    private int charged;

    UnixMessageSocket(MemoryWire wire, int type) {
        packets = type == SOCK_SEQPACKET;
        state = new SocketState(wire, AF_UNIX, type);
    }

    @Override
    public SocketState state() {
        return state;
    }

    void connectTo(UnixMessageSocket other) {
        peer = other;
        other.peer = this;
    }

    // ---- data -----------------------------------------------------------------------------

    @Override
    public int receive(Message message) {
        if (packets && peer == null) {
            return -Errno.ENOTCONN;
        }
        if (state.error != 0) {
            return state.takeError();
        }
        if (incoming.isEmpty()) {
            // Whoever does not wait for a datagram is not told that nothing more comes.
            boolean told = packets || message.data.waits;
            return told && receiveShutdown ? 0 : -Errno.EAGAIN;
        }
        return incoming.receive(message);
    }

    @Override
    public int send(Message message) {
        if (packets && state.error != 0) {
            return state.takeError();
        }
        if (packets && peer == null) {
            return -Errno.ENOTCONN;
        }
        long size = message.data.remaining();
        if (size > capacity() - 32) {
            return -Errno.EMSGSIZE;
        }
        if (sendShutdown) {
            return -Errno.EPIPE;
        }
        if (charged >= capacity()) {
            return -Errno.EAGAIN;
        }
        // The bytes are taken before it is looked where they can go.
        byte[] bytes = new byte[(int) size];
        if (message.data.copy().get(bytes, 0, bytes.length) != bytes.length) {
            return thrownAway(-Errno.EFAULT);
        }
        boolean named = !packets && message.name != null;
        byte[] to = named ? Addresses.normalized(message.name) : remote;
        UnixMessageSocket target = peer;
        int checked = 0;
        if (named) {
            Socket found = state.addresses().named(this, to);
            checked = SocketCalls.checkUnixTarget(this, to, found);
            target = checked == 0 ? (UnixMessageSocket) found : null;
        }
        checked = checked != 0 ? checked : target == null ? -Errno.ENOTCONN : check(target);
        if (checked != 0) {
            return thrownAway(checked);
        }
        message.data.skip(size);
        int charge = SocketMemory.messageCharge(bytes.length);
        charged += charge;
        target.incoming.add(new PacketQueue.Packet(bytes, packets ? null : local, to, charge,
                this::discharge));
        target.state.waiters.wake(Events.DATA_READY);
        return bytes.length;
    }

    private int check(UnixMessageSocket target) {
        if (target.closed) {
            if (!packets && target == peer) {
                peer = null; // only the first one to a socket that is gone hears of it like this
                remote = null;
                incoming.clear(); // and what came from there is lost (unix_dgram_disconnected)
            }
            return packets ? -Errno.EPIPE : -Errno.ECONNREFUSED;
        }
        if (!packets && target.peer != null && target.peer != this) {
            return -Errno.EPERM; // it hears its own peer only
        }
        if (target.receiveShutdown) {
            return -Errno.EPIPE;
        }
        return target.incoming.size() > QUEUE_MAX ? -Errno.EAGAIN : 0;
    }

    private int capacity() {
        return state.options.sendBuffer(SocketMemory.DEFAULT);
    }

    private void discharge(int charge) {
        charged -= charge;
        if (hasRoom()) {
            state.waiters.wake(Events.WRITE_SPACE);
        }
    }

    /// A message that goes nowhere has had its memory all the same, and gives it back.
    private int thrownAway(int result) {
        discharge(0);
        return result;
    }

    private boolean hasRoom() {
        return (long) charged << 2 <= capacity();
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
        if (receiveShutdown) {
            events |= Events.IN | Events.RDHUP;
        }
        if (receiveShutdown && sendShutdown || packets && peer == null) {
            events |= Events.HUP;
        }
        if (!incoming.isEmpty()) {
            events |= Events.IN;
        }
        boolean room = hasRoom()
                && (peer == null || peer.incoming.size() <= QUEUE_MAX);
        return room ? events | Events.OUT : events;
    }

    // ---- ends -----------------------------------------------------------------------------

    @Override
    public int shutdown(int how) {
        if (how < SHUT_RD || how > SHUT_RDWR) {
            return -Errno.EINVAL;
        }
        receiveShutdown |= how != SHUT_WR;
        sendShutdown |= how != SHUT_RD;
        if (packets && peer != null) {
            peer.receiveShutdown |= how != SHUT_RD;
            peer.sendShutdown |= how != SHUT_WR;
            peer.state.waiters.wake(0);
        }
        if (backlog != null) {
            backlog.unblock();
        }
        state.waiters.wake(0);
        return 0;
    }

    @Override
    public void release() {
        closed = true;
        state.addresses().unbind(this, local);
        if (backlog != null) {
            backlog.clear(UnixMessageSocket::dropped);
            backlog = null;
        }
        boolean unread = incoming.hasUnread();
        if (packets && peer != null && !peer.closed) {
            peer.ended(unread ? Errno.ECONNRESET : 0);
        }
        incoming.clear(); // the peer hears of the end before it hears of room
    }

    private void dropped() {
        closed = true;
        if (!peer.closed) {
            peer.ended(Errno.ECONNRESET);
        }
    }

    private void ended(int errno) {
        state.error = errno;
        receiveShutdown = true;
        sendShutdown = true;
        state.waiters.wake(0);
    }

    // ---- connections and addresses --------------------------------------------------------

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
    public int connect(byte[] address) {
        if (SocketCalls.dissolves(address) && !packets) {
            peer = null;
            remote = null;
            return 0;
        }
        if (!Addresses.isComplete(address) || Addresses.family(address) != AF_UNIX) {
            return -Errno.EINVAL;
        }
        byte[] wanted = Addresses.normalized(address);
        Socket found = state.addresses().named(this, wanted);
        int checked = SocketCalls.checkUnixTarget(this, wanted, found);
        if (checked != 0) {
            return checked;
        }
        UnixMessageSocket target = (UnixMessageSocket) found;
        if (packets) {
            checked = connectPackets(target);
        } else if (target.peer != null && target.peer != this) {
            checked = -Errno.EPERM;
        } else {
            peer = target;
        }
        remote = checked == 0 ? wanted : remote;
        return checked;
    }

    private int connectPackets(UnixMessageSocket server) {
        int checked = SocketCalls.checkUnixListener(server.backlog, server.receiveShutdown,
                state);
        if (checked != 0) {
            return checked;
        }
        if (peer != null) {
            return -Errno.EISCONN;
        }
        UnixMessageSocket accepted = new UnixMessageSocket(state.wire, type());
        accepted.local = server.local;
        accepted.remote = local;
        connectTo(accepted);
        server.backlog.add(accepted);
        server.state.waiters.wake(Events.DATA_READY);
        state.waiters.wake(Events.WRITE_SPACE);
        return 0;
    }

    @Override
    public int listen(int wanted) {
        if (!packets) {
            return -Errno.EOPNOTSUPP;
        }
        if (local == null || peer != null) {
            return -Errno.EINVAL;
        }
        if (backlog == null) {
            backlog = new Backlog<>(wanted);
        }
        backlog.resize(wanted);
        return 0;
    }

    @Override
    public int accept(Socket[] result) {
        return packets ? SocketCalls.acceptUnix(backlog, receiveShutdown, result)
                : -Errno.EOPNOTSUPP;
    }

    @Override
    public byte[] localAddress() {
        return local != null ? local : SocketCalls.unbound(AF_UNIX);
    }

    @Override
    public byte[] peerAddress() {
        return remote != null || peer == null ? remote : SocketCalls.unbound(AF_UNIX);
    }
}
