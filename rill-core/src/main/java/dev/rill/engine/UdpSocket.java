package dev.rill.engine;

import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.SHUT_RD;
import static dev.rill.abi.SocketConstants.SHUT_RDWR;
import static dev.rill.abi.SocketConstants.SHUT_WR;
import static dev.rill.abi.SocketConstants.SOCK_DGRAM;

import dev.rill.abi.Cmsghdr;
import dev.rill.abi.Errno;
import dev.rill.abi.SockaddrIn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A UDP socket in memory. It does not say how much is left to read. What is sent is on its own
/// from then on: it may be lost, arrive twice, and overtake others, when the machine has faults.
final class UdpSocket implements MemorySocket {

    private static final int SIZE_MAX = 65_507;
    private static final int IP_PKTINFO = 8;
    private static final int PACKET_INFO_LENGTH = Cmsghdr.SIZE + 12;
    private static final int PACKET_INFO_SPACE = 32;

    private final SocketState state;
    private final PacketQueue incoming = new PacketQueue();
    private byte[] local;
    private byte[] remote;
    /// What the program itself has bound: it stays when a connection is dissolved.
    private byte[] chosen;
    private boolean closed;
    private boolean sendShutdown;
    private boolean receiveShutdown;

    UdpSocket(MemoryWire wire, int domain) {
        state = new SocketState(wire, domain, SOCK_DGRAM);
    }

    @Override
    public SocketState state() {
        return state;
    }

    // ---- data -----------------------------------------------------------------------------

    @Override
    public int receive(Message message) {
        if (state.error != 0) {
            return state.takeError();
        }
        if (incoming.isEmpty()) {
            // Only who waits inside the call is told that nothing more comes.
            return receiveShutdown && message.data.waits ? 0 : -Errno.EAGAIN;
        }
        int result = incoming.receive(message);
        if (result >= 0 && message.wantsControl && domain() == AF_INET
                && state.options.packetInfo()) {
            message.control = packetInfo(message.destination);
        }
        return result;
    }

    /// A `struct in_pktinfo` as control data: interface 1, and twice the address.
    private static byte[] packetInfo(byte[] to) {
        ByteBuffer info = ByteBuffer.allocate(PACKET_INFO_SPACE).order(ByteOrder.LITTLE_ENDIAN);
        info.putLong(PACKET_INFO_LENGTH).putInt(0).putInt(IP_PKTINFO).putInt(1);
        info.put(to, SockaddrIn.ADDR, 4).put(to, SockaddrIn.ADDR, 4);
        return info.array();
    }

    @Override
    public int send(Message message) {
        if (state.error != 0) {
            return state.takeError();
        }
        if (sendShutdown) {
            return -Errno.EPIPE;
        }
        int checked = message.name == null ? 0 : SocketCalls.checkTarget(this, message.name);
        if (checked != 0) {
            return checked;
        }
        byte[] to = message.name == null ? remote
                : Addresses.specific(Addresses.normalized(message.name));
        if (to == null) {
            return -Errno.EDESTADDRREQ;
        }
        long size = message.data.remaining();
        if (size > SIZE_MAX) {
            return -Errno.EMSGSIZE;
        }
        if (Addresses.port(to) == 0) {
            return -Errno.EINVAL;
        }
        if (state.wire.faults().failsCall()) {
            return -Errno.ENOBUFS;
        }
        byte[] bytes = new byte[(int) size];
        if (message.data.get(bytes, 0, bytes.length) != bytes.length) {
            state.waiters.wake(Events.WRITE_SPACE); // its memory was taken, and is given back
            return -Errno.EFAULT;
        }
        if (local == null) {
            local = state.addresses().bind(this, state.options,
                    SocketCalls.unbound(domain()));
        }
        byte[] from = Addresses.specific(local);
        Faults faults = state.wire.faults();
        for (int copies = faults.duplicatesDatagram() ? 2 : 1; copies > 0; copies--) {
            if (!faults.losesDatagram()) {
                state.wire.deliveries().send(() -> deliver(bytes, from, to));
            }
        }
        return bytes.length;
    }

    /// A datagram has reached where it was sent to.
    private void deliver(byte[] bytes, byte[] from, byte[] to) {
        state.waiters.wake(Events.WRITE_SPACE); // it is the receiver's memory from here on
        UdpSocket target = state.addresses().receiver(this, to, from);
        if (target == null) {
            state.wire.deliveries().send(() -> refused(to));
            return;
        }
        int charge = SocketMemory.datagramCharge(bytes.length);
        if (target.incoming.charged() + charge > SocketMemory.DEFAULT
                && !target.incoming.isEmpty()) {
            return; // no room, as a network does it
        }
        target.incoming.add(new PacketQueue.Packet(bytes, from, to, charge,
                _ -> { }));
        target.state.waiters.wake(Events.DATA_READY);
    }

    /// Nobody is there, says an ICMP message; only a connected socket hears of it.
    private void refused(byte[] to) {
        if (!closed && remote != null && Arrays.equals(remote, to)) {
            state.error = Errno.ECONNREFUSED;
            state.waiters.wake(Events.ERR);
        }
    }

    boolean isConnected() {
        return remote != null;
    }

    /// Whether datagrams from an address are for this socket.
    boolean hears(byte[] source) {
        return remote == null || Arrays.equals(remote, source);
    }

    @Override
    public int poll(int wanted) {
        int events = Events.OUT | (state.error != 0 ? Events.ERR : 0);
        if (receiveShutdown) {
            events |= Events.IN | Events.RDHUP;
        }
        if (receiveShutdown && sendShutdown) {
            events |= Events.HUP;
        }
        return incoming.isEmpty() ? events : events | Events.IN;
    }

    // ---- ends and addresses ---------------------------------------------------------------

    @Override
    public int shutdown(int how) {
        if (how < SHUT_RD || how > SHUT_RDWR) {
            return -Errno.EINVAL;
        }
        if (remote == null) {
            return -Errno.ENOTCONN;
        }
        receiveShutdown |= how != SHUT_WR;
        sendShutdown |= how != SHUT_RD;
        state.waiters.wake(0);
        return 0;
    }

    @Override
    public void release() {
        closed = true;
        state.addresses().unbind(this, local);
        incoming.clear();
    }

    @Override
    public int bind(byte[] address) {
        int checked = SocketCalls.checkBind(this, address, local);
        if (checked != 0) {
            return checked;
        }
        local = state.addresses().bind(this, state.options, address);
        if (local == null) {
            return -Errno.EADDRINUSE;
        }
        chosen = Addresses.normalized(address);
        return 0;
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
        if (local == null) {
            local = state.addresses().bind(this, state.options, Addresses.loopback(domain()));
        }
        remote = Addresses.specific(Addresses.normalized(address));
        return 0;
    }

    /// What the program has not chosen itself is given up with the connection.
    private int disconnect() {
        remote = null;
        if (chosen == null || Addresses.port(chosen) == 0) {
            state.addresses().unbind(this, local);
            local = null;
        }
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
    public byte[] localAddress() {
        if (local == null) {
            return chosen != null ? chosen : SocketCalls.unbound(domain());
        }
        return remote != null ? Addresses.specific(local) : local;
    }

    @Override
    public byte[] peerAddress() {
        return remote;
    }
}
