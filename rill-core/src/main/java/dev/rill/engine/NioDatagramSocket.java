package dev.rill.engine;

import static dev.rill.abi.MsgFlags.MSG_PEEK;
import static dev.rill.abi.MsgFlags.MSG_TRUNC;
import static dev.rill.abi.SocketConstants.AF_UNSPEC;
import static dev.rill.abi.SocketConstants.SHUT_RD;
import static dev.rill.abi.SocketConstants.SHUT_RDWR;
import static dev.rill.abi.SocketConstants.SHUT_WR;
import static dev.rill.abi.SocketConstants.SOCK_DGRAM;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import dev.rill.abi.Errno;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.DatagramChannel;

/// A UDP socket of the machine. A datagram is read as a whole before it goes to the program's
/// memory: that is how its length is known when it did not fit. Java sends no empty datagram to the
/// peer of a connected socket: that is refused.
final class NioDatagramSocket implements Socket {

    private static final int DATAGRAM_MAX = 65_507;

    private final NioWire wire;
    private final int domain;
    private final DatagramChannel channel;
    private final References references = new References();
    private final WaitQueue waiters = new WaitQueue();
    private final Readiness readiness;
    private final NioOptions options;
    private byte[] peeked;
    private byte[] peekedFrom;
    private boolean bound;
    private boolean sendShutdown;
    private boolean receiveShutdown;
    private boolean nonblocking;

    NioDatagramSocket(NioWire wire, int domain) throws IOException {
        this.wire = wire;
        this.domain = domain;
        channel = DatagramChannel.open(NioAddresses.family(domain));
        channel.configureBlocking(false);
        readiness = new Readiness(wire, waiters, _ -> { });
        readiness.of(channel);
        options = new NioOptions(domain, SOCK_DGRAM);
    }

    @Override
    public int receive(Message message) {
        try {
            if (peeked == null && !fetch()) {
                readiness.exhausted(OP_READ);
                return receiveShutdown ? 0 : -Errno.EAGAIN;
            }
        } catch (IOException e) {
            return -NioErrors.errno(e, Errno.ECONNREFUSED);
        }
        readiness.unknown(OP_READ);
        byte[] bytes = peeked;
        message.name = peekedFrom;
        if ((message.flags & MSG_PEEK) == 0) {
            peeked = null;
        }
        int room = (int) Math.min(bytes.length, message.data.remaining());
        if (message.data.put(bytes, 0, room) != room) {
            return -Errno.EFAULT; // the message is gone all the same
        }
        if (room < bytes.length) {
            message.answerFlags |= MSG_TRUNC;
        }
        return (message.flags & MSG_TRUNC) != 0 ? bytes.length : room;
    }

    /// Takes the next datagram from the machine.
    private boolean fetch() throws IOException {
        ByteBuffer scratch = wire.scratch();
        SocketAddress from = channel.receive(scratch);
        if (from == null) {
            return false;
        }
        scratch.flip();
        peeked = new byte[scratch.remaining()];
        scratch.get(peeked);
        peekedFrom = NioAddresses.toBytes(from, domain);
        return true;
    }

    @Override
    public int send(Message message) {
        if (sendShutdown) {
            return -Errno.EPIPE;
        }
        int checked = message.name == null ? 0 : SocketCalls.checkTarget(this, message.name);
        if (checked != 0) {
            return checked;
        }
        long size = message.data.remaining();
        if (size > DATAGRAM_MAX) {
            return -Errno.EMSGSIZE;
        }
        if (message.name == null && !channel.isConnected()) {
            return -Errno.EDESTADDRREQ;
        }
        if (size == 0 && channel.isConnected()) {
            return -Errno.EOPNOTSUPP;
        }
        byte[] bytes = new byte[(int) size];
        if (message.data.get(bytes, 0, bytes.length) != bytes.length) {
            return -Errno.EFAULT;
        }
        ByteBuffer datagram = wire.scratch().put(bytes).flip();
        try {
            int sent = message.name == null ? channel.write(datagram)
                    : channel.send(datagram, NioAddresses.toJava(message.name));
            if (sent == 0 && size > 0) {
                readiness.exhausted(OP_WRITE);
                return -Errno.EAGAIN;
            }
            bound = true;
            return bytes.length;
        } catch (IOException e) {
            return -NioErrors.errno(e, Errno.ECONNREFUSED);
        } catch (AlreadyConnectedException e) {
            return -Errno.EISCONN; // Java sends to the peer only
        } catch (RuntimeException e) {
            return -NioErrors.errno(e);
        }
    }

    @Override
    public int poll(int wanted) {
        int events = receiveShutdown ? Events.IN | Events.RDHUP : 0;
        if (receiveShutdown && sendShutdown) {
            events |= Events.HUP;
        }
        if ((wanted & Events.IN) != 0 && (peeked != null || readiness.isReady(OP_READ))) {
            events |= Events.IN;
        }
        if ((wanted & Events.OUT) != 0 && readiness.isReady(OP_WRITE)) {
            events |= Events.OUT;
        }
        return events;
    }

    @Override
    public int shutdown(int how) {
        if (how < SHUT_RD || how > SHUT_RDWR) {
            return -Errno.EINVAL;
        }
        if (!channel.isConnected()) {
            return -Errno.ENOTCONN;
        }
        receiveShutdown |= how != SHUT_WR;
        sendShutdown |= how != SHUT_RD;
        waiters.wake(0);
        return 0;
    }

    @Override
    public void release() {
        readiness.forget();
        wire.close(channel);
        wire.letGo(); // the address is free again when the call returns
    }

    @Override
    public int bind(byte[] address) {
        int checked = SocketCalls.checkAddress(this, address, bound);
        if (checked != 0) {
            return checked;
        }
        try {
            channel.bind(NioAddresses.toJava(address));
            bound = true;
            return 0;
        } catch (IOException e) {
            return -NioErrors.errno(e, Errno.EADDRINUSE);
        } catch (RuntimeException e) {
            return -NioErrors.errno(e);
        }
    }

    @Override
    public int connect(byte[] address) {
        if (!Addresses.isComplete(address)) {
            return -Errno.EINVAL;
        }
        try {
            channel.disconnect();
            if (Addresses.family(address) == AF_UNSPEC) {
                return 0;
            }
            if (Addresses.family(address) != domain) {
                return -Errno.EAFNOSUPPORT;
            }
            channel.connect(NioAddresses.toJava(address));
            bound = true;
            return 0;
        } catch (IOException e) {
            return -NioErrors.errno(e, Errno.ENETUNREACH);
        } catch (RuntimeException e) {
            return -NioErrors.errno(e);
        }
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
        return SOCK_DGRAM;
    }

    @Override
    public byte[] localAddress() {
        return address(true);
    }

    @Override
    public byte[] peerAddress() {
        return address(false);
    }

    private byte[] address(boolean own) {
        try {
            byte[] address = NioAddresses.toBytes(
                    own ? channel.getLocalAddress() : channel.getRemoteAddress(), domain);
            return address == null && own ? SocketCalls.unbound(domain) : address;
        } catch (IOException e) {
            return own ? SocketCalls.unbound(domain) : null;
        }
    }

    @Override
    public int setOption(int level, int option, int value) {
        return options.set(channel, level, option, value);
    }

    @Override
    public int getOption(int level, int option, int[] value) {
        if (SocketOptions.isError(level, option)) {
            value[0] = 0; // Java tells errors to the calls that meet them
            return Integer.BYTES;
        }
        return options.get(channel, level, option, value, false);
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
