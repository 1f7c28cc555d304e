package dev.rill.engine;

import static dev.rill.abi.MsgFlags.MSG_PEEK;
import static dev.rill.abi.MsgFlags.MSG_TRUNC;
import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.SHUT_RD;
import static dev.rill.abi.SocketConstants.SHUT_RDWR;
import static dev.rill.abi.SocketConstants.SHUT_WR;
import static dev.rill.abi.SocketConstants.SOCK_DGRAM;
import static dev.rill.abi.SocketConstants.SOCK_SEQPACKET;

import dev.rill.abi.Cmsghdr;
import dev.rill.abi.Errno;
import dev.rill.abi.SockaddrIn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;

/// A socket in memory that keeps messages apart: UDP, Unix datagrams, Unix SEQPACKET. None of them
/// says how much is left to read.
final class MessageSocket implements Socket {

    private static final int UDP_MAX = 65_507;
    private static final int IP_PKTINFO = 8;
    private static final int PACKET_INFO_LENGTH = Cmsghdr.SIZE + 12;
    private static final int PACKET_INFO_SPACE = 32;
    private static final int QUEUE_MAX = 512;

    private record Packet(byte[] bytes, byte[] from, byte[] to, int charge, MessageSocket sender) {
    }

    private final MemoryWire wire;
    private final int domain;
    private final int type;
    private final References references = new References();
    private final WaitQueue waiters = new WaitQueue();
    private final ArrayDeque<Packet> incoming = new ArrayDeque<>();
    private final SocketOptions options;
    private MessageSocket peer;
    private byte[] local;
    private byte[] remote;
    private boolean closed;
    private boolean sendShutdown;
    private boolean receiveShutdown;
    private boolean nonblocking;
    private int charged;
    private int queued;
    private int error;

    MessageSocket(MemoryWire wire, int domain, int type) {
        this.wire = wire;
        this.domain = domain;
        this.type = type;
        options = new SocketOptions(domain, type);
    }

    void connectTo(MessageSocket other) {
        peer = other;
        other.peer = this;
    }

    // ---- data -----------------------------------------------------------------------------

    @Override
    public int receive(Message message) {
        if (type == SOCK_SEQPACKET && peer == null) {
            return -Errno.ENOTCONN;
        }
        boolean peek = (message.flags & MSG_PEEK) != 0;
        Packet packet = incoming.peekFirst();
        if (packet == null) {
            if (error != 0) {
                return takeError();
            }
            return type == SOCK_SEQPACKET && receiveShutdown ? 0 : -Errno.EAGAIN;
        }
        if (!peek) {
            incoming.removeFirst();
            queued -= packet.charge;
            packet.sender.discharge(packet.charge);
        }
        int length = packet.bytes.length;
        int room = (int) Math.min(length, message.data.remaining());
        int stored = message.data.put(packet.bytes, 0, room);
        if (stored != room) {
            return -Errno.EFAULT; // the message is gone all the same
        }
        if (room < length) {
            message.answerFlags |= MSG_TRUNC;
        }
        message.name = packet.from;
        if (message.wantsControl && options.packetInfo() && domain == AF_INET) {
            message.control = packetInfo(packet.to);
        }
        return (message.flags & MSG_TRUNC) != 0 ? length : room;
    }

    /// A `struct in_pktinfo` as control data: interface 1, and twice the address.
    private static byte[] packetInfo(byte[] to) {
        ByteBuffer info = ByteBuffer.allocate(PACKET_INFO_SPACE).order(ByteOrder.LITTLE_ENDIAN);
        info.putLong(PACKET_INFO_LENGTH).putInt(0).putInt(IP_PKTINFO).putInt(1);
        info.put(to, SockaddrIn.ADDR, 4).put(to, SockaddrIn.ADDR, 4);
        return info.array();
    }

    private int takeError() {
        int taken = error;
        error = 0;
        return -taken;
    }

    @Override
    public int send(Message message) {
        if (error != 0 && domain != AF_UNIX) {
            return takeError();
        }
        if (sendShutdown) {
            return -Errno.EPIPE;
        }
        byte[] to = message.name != null ? Addresses.normalized(message.name) : remote;
        MessageSocket target = peer;
        if (domain != AF_UNIX || message.name != null) {
            if (to == null) {
                return domain == AF_UNIX ? -Errno.ENOTCONN : -Errno.EDESTADDRREQ;
            }
            target = (MessageSocket) wire.find(this, to);
        }
        long size = message.data.remaining();
        if (domain == AF_UNIX) {
            int checked = checkUnix(target, size);
            if (checked != 0) {
                return checked;
            }
        } else if (size > UDP_MAX) {
            return -Errno.EMSGSIZE;
        }
        byte[] bytes = new byte[(int) size];
        if (message.data.get(bytes, 0, bytes.length) != bytes.length) {
            return -Errno.EFAULT;
        }
        if (domain != AF_UNIX && local == null) {
            local = wire.bind(this, Addresses.loopback(domain));
        }
        if (target == null) {
            if (remote != null) {
                error = Errno.ECONNREFUSED; // what the answering ICMP message does
                waiters.wake(Events.ERR);
            }
            return bytes.length;
        }
        deliver(target, bytes, to);
        return bytes.length;
    }

    private int checkUnix(MessageSocket target, long size) {
        if (target == null) {
            return peer == null && remote == null ? -Errno.ENOTCONN : -Errno.ECONNREFUSED;
        }
        if (target.closed) {
            return type == SOCK_SEQPACKET ? -Errno.EPIPE : -Errno.ECONNREFUSED;
        }
        if (target.receiveShutdown) {
            return -Errno.EPIPE;
        }
        if (size > capacity() - 32) {
            return -Errno.EMSGSIZE;
        }
        return charged >= capacity() || target.incoming.size() > QUEUE_MAX ? -Errno.EAGAIN : 0;
    }

    private void deliver(MessageSocket target, byte[] bytes, byte[] to) {
        int charge = SocketMemory.charge(bytes.length);
        if (domain != AF_UNIX && target.queued + charge > SocketMemory.DEFAULT
                && !target.incoming.isEmpty()) {
            return; // no room, as a network does it
        }
        charged += charge;
        target.queued += charge;
        byte[] name = domain == AF_UNIX && type == SOCK_SEQPACKET ? null : local;
        target.incoming.add(new Packet(bytes, name, to, charge, this));
        target.waiters.wake(Events.DATA_READY);
    }

    private int capacity() {
        return options.sendBuffer() != 0 ? options.sendBuffer() : SocketMemory.DEFAULT;
    }

    private void discharge(int charge) {
        charged -= charge;
        waiters.wake(Events.WRITE_SPACE);
    }

    @Override
    public int poll(int wanted) {
        int events = error != 0 ? Events.ERR : 0;
        if (receiveShutdown) {
            events |= Events.IN | Events.RDHUP;
        }
        if (receiveShutdown && sendShutdown) {
            events |= Events.HUP;
        }
        if (!incoming.isEmpty()) {
            events |= Events.IN;
        }
        boolean room = (long) charged << 2 <= capacity()
                && (domain != AF_UNIX || peer == null || peer.incoming.size() <= QUEUE_MAX);
        return room || domain != AF_UNIX ? events | Events.OUT : events;
    }

    // ---- ends and addresses ---------------------------------------------------------------

    @Override
    public int shutdown(int how) {
        if (how < SHUT_RD || how > SHUT_RDWR) {
            return -Errno.EINVAL;
        }
        if (domain != AF_UNIX && remote == null) {
            return -Errno.ENOTCONN;
        }
        receiveShutdown |= how != SHUT_WR;
        sendShutdown |= how != SHUT_RD;
        if (type == SOCK_SEQPACKET && peer != null) {
            peer.receiveShutdown |= how != SHUT_RD;
            peer.sendShutdown |= how != SHUT_WR;
            peer.waiters.wake(0);
        }
        waiters.wake(0);
        return 0;
    }

    @Override
    public void release() {
        closed = true;
        wire.unbind(this, local);
        boolean unread = !incoming.isEmpty();
        while (!incoming.isEmpty()) {
            Packet packet = incoming.removeFirst();
            packet.sender.discharge(packet.charge);
        }
        if (type == SOCK_SEQPACKET && peer != null && !peer.closed) {
            peer.error = unread ? Errno.ECONNRESET : 0;
            peer.receiveShutdown = true;
            peer.sendShutdown = true;
            peer.waiters.wake(0);
        }
    }

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
    public int connect(byte[] address) {
        if (!Addresses.isComplete(address)) {
            return -Errno.EINVAL;
        }
        byte[] wanted = Addresses.normalized(address);
        if (domain == AF_UNIX) {
            if (!(wire.find(this, wanted) instanceof MessageSocket found)
                    || type != SOCK_DGRAM) {
                return -Errno.ECONNREFUSED;
            }
            peer = found;
        } else if (local == null) {
            local = wire.bind(this, Addresses.loopback(domain));
        }
        remote = wanted;
        return 0;
    }

    @Override
    public int listen(int backlog) {
        return -Errno.EOPNOTSUPP;
    }

    @Override
    public int accept(Socket[] result) {
        return -Errno.EOPNOTSUPP;
    }

    @Override
    public int domain() {
        return domain;
    }

    @Override
    public int type() {
        return type;
    }

    @Override
    public byte[] localAddress() {
        return local != null ? local : SocketCalls.unbound(domain);
    }

    @Override
    public byte[] peerAddress() {
        return remote != null || peer == null ? remote : SocketCalls.unbound(domain);
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
        return options.get(level, option, value, false);
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
