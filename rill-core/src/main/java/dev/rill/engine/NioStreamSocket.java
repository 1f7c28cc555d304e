package dev.rill.engine;

import static dev.rill.abi.MsgFlags.MSG_PEEK;
import static dev.rill.abi.MsgFlags.MSG_TRUNC;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.SHUT_RD;
import static dev.rill.abi.SocketConstants.SHUT_RDWR;
import static dev.rill.abi.SocketConstants.SHUT_WR;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static java.nio.channels.SelectionKey.OP_CONNECT;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import dev.rill.abi.Errno;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;

/// A stream socket of the machine, TCP or Unix.
///
/// What is left to read is not known here: a receive that was not filled has taken everything, one
/// that was filled does not say. Java has no peek either, so what was peeked at is kept here.
final class NioStreamSocket implements Socket {

    private final NioWire wire;
    private final int domain;
    private final boolean tcp;
    private final References references = new References();
    private final WaitQueue waiters = new WaitQueue();
    private final Readiness readiness;
    private final NioOptions options;
    private final PeekedBytes peeked = new PeekedBytes();
    private SocketChannel channel;
    /// When the socket listens: then it has no channel of its own.
    private NioListener listener;
    /// The address that the program has bound the socket to.
    private SocketAddress chosen;
    private boolean bound;
    private boolean connecting;
    private boolean connected;
    /// A connect failed after it had begun; the next one says so.
    private boolean refused;
    /// The connection broke, and somebody was told.
    private boolean cut;
    private boolean sendShutdown;
    private boolean receiveShutdown;
    private boolean nonblocking;
    private int error;

    NioStreamSocket(NioWire wire, int domain) throws IOException {
        this(wire, domain, SocketChannel.open(NioAddresses.family(domain)));
    }

    private NioStreamSocket(NioWire wire, int domain, SocketChannel channel)
            throws IOException {
        this.wire = wire;
        this.domain = domain;
        tcp = domain != AF_UNIX;
        options = new NioOptions(domain, SOCK_STREAM);
        readiness = new Readiness(wire, waiters, this::selected);
        take(channel);
    }

    /// A connection that was accepted.
    ///
    /// @param from the options of the socket that accepted it
    /// @param listening its channel
    static NioStreamSocket accepted(NioWire wire, int domain, SocketChannel channel,
            NioOptions from, ServerSocketChannel listening) throws IOException {
        NioStreamSocket socket = new NioStreamSocket(wire, domain, channel);
        socket.options.inherit(from, listening, channel);
        socket.connected = true;
        return socket;
    }

    /// Goes on with a new channel: Java closes that of a connect that failed, and a listener has
    /// one of its own.
    private void renew() throws IOException {
        take(SocketChannel.open(NioAddresses.family(domain)));
        if (chosen != null) {
            vacate(chosen);
            channel.bind(chosen);
        }
    }

    /// Removes what a Unix socket leaves behind, so that its path can be bound again.
    private static void vacate(SocketAddress address) throws IOException {
        if (address instanceof UnixDomainSocketAddress unix) {
            Files.deleteIfExists(unix.getPath());
        }
    }

    private void take(SocketChannel newChannel) throws IOException {
        newChannel.configureBlocking(false);
        channel = newChannel;
        readiness.of(newChannel);
        options.applyAll(newChannel);
    }

    // ---- data -----------------------------------------------------------------------------

    @Override
    public int receive(Message message) {
        if (error != 0) {
            return takeError();
        }
        if (!connected) {
            return !tcp ? -Errno.EINVAL : connecting ? -Errno.EAGAIN : -Errno.ENOTCONN;
        }
        if (cut) {
            return 0;
        }
        IoVector data = message.data;
        long wanted = data.remaining();
        try {
            int result;
            if (wanted == 0) {
                result = peeked.size() > 0 || readiness.isReady(OP_READ) ? 0 : -Errno.EAGAIN;
            } else if ((message.flags & MSG_PEEK) != 0) {
                result = peeked.peek(channel, data);
            } else if (tcp && (message.flags & MSG_TRUNC) != 0) {
                result = peeked.discard(channel, data);
            } else {
                result = peeked.size() > 0 ? peeked.take(data) : IoChannels.read(channel, data);
            }
            return received(message, result, wanted);
        } catch (IOException e) {
            cut();
            return -NioErrors.errno(e, Errno.ECONNRESET);
        }
    }

    /// @param result bytes, [IoChannels#END], or `-errno`
    private int received(Message message, int result, long wanted) {
        if (result == IoChannels.END) {
            receiveShutdown = true;
            readiness.unknown(OP_READ);
            message.pending = tcp ? 1 : 0;
            return 0;
        }
        if (result == -Errno.EAGAIN || result >= 0 && result < wanted && peeked.size() == 0) {
            readiness.exhausted(OP_READ);
            message.pending = 0;
        } else {
            readiness.unknown(OP_READ);
            message.pending = peeked.size() > 0 ? peeked.size() : -1;
        }
        return result == -Errno.EAGAIN && receiveShutdown ? 0 : result;
    }

    @Override
    public int send(Message message) {
        if (tcp && error != 0) {
            return takeError();
        }
        if (!connected) {
            return !tcp ? -Errno.ENOTCONN : connecting ? -Errno.EAGAIN : -Errno.EPIPE;
        }
        if (sendShutdown) {
            return -Errno.EPIPE;
        }
        if (message.data.remaining() == 0) {
            return 0;
        }
        try {
            int result = IoChannels.write(channel, message.data);
            if (message.data.remaining() > 0) {
                readiness.exhausted(OP_WRITE);
            } else {
                readiness.unknown(OP_WRITE);
            }
            return result;
        } catch (IOException e) {
            cut();
            return -NioErrors.errno(e, Errno.EPIPE);
        }
    }

    /// The connection is broken: the call that found out says so, later ones meet its end.
    private void cut() {
        cut = true;
        receiveShutdown = true;
        sendShutdown = true;
        waiters.wake(0);
    }

    private int takeError() {
        int taken = error;
        error = 0;
        return -taken;
    }

    @Override
    public int poll(int wanted) {
        if (listener != null) {
            return (wanted & Events.IN) != 0 && listener.hasNext() ? Events.IN : 0;
        }
        int events = error != 0 ? Events.ERR : 0;
        if (connecting) {
            return events;
        }
        if (!connected || receiveShutdown && sendShutdown) {
            events |= Events.HUP;
        }
        if (receiveShutdown) {
            events |= Events.IN | Events.RDHUP;
        }
        if ((wanted & Events.IN) != 0 && (tcp && error != 0 || peeked.size() > 0
                || connected && readiness.isReady(OP_READ))) {
            events |= Events.IN;
        }
        if ((wanted & Events.OUT) != 0
                && (!connected || sendShutdown || readiness.isReady(OP_WRITE))) {
            events |= Events.OUT;
        }
        return events;
    }

    // ---- ends -----------------------------------------------------------------------------

    @Override
    public int shutdown(int how) {
        if (how < SHUT_RD || how > SHUT_RDWR) {
            return -Errno.EINVAL;
        }
        if (listener != null) {
            return how == SHUT_WR ? 0 : stopListening();
        }
        if (!connected) {
            return tcp ? -Errno.ENOTCONN : 0;
        }
        try {
            if (how != SHUT_WR) {
                receiveShutdown = true;
                if (!tcp) {
                    channel.shutdownInput(); // a Unix peer is to notice
                }
            }
            if (how != SHUT_RD && !sendShutdown) {
                sendShutdown = true;
                channel.shutdownOutput();
            }
        } catch (IOException e) {
            return -NioErrors.errno(e, Errno.ENOTCONN);
        } finally {
            waiters.wake(0);
        }
        return 0;
    }

    /// Who waits for connections is told that none will come.
    private int stopListening() {
        listener.close();
        listener = null;
        renewAfterEnd();
        waiters.wake(0);
        return 0;
    }

    @Override
    public void release() {
        if (listener != null) {
            listener.close();
            return;
        }
        connecting = false;
        readiness.forget();
        wire.close(channel);
    }

    // ---- connections ----------------------------------------------------------------------

    @Override
    public int bind(byte[] address) {
        int checked = SocketCalls.checkAddress(this, address, bound);
        if (checked != 0) {
            return checked;
        }
        SocketAddress to = NioAddresses.toJava(address);
        if (to == null) {
            return -Errno.EADDRNOTAVAIL; // Java knows no abstract names
        }
        try {
            channel.bind(to);
            bound = true;
            chosen = to;
            return 0;
        } catch (IOException e) {
            return -NioErrors.errno(e, Errno.EADDRINUSE);
        } catch (RuntimeException e) {
            return -NioErrors.errno(e);
        }
    }

    /// In Java a socket that listens is another object: it takes this one's address over.
    @Override
    public int listen(int backlog) {
        if (connected || connecting || !tcp && !bound) {
            return -Errno.EINVAL;
        }
        if (listener != null) {
            return 0; // Java sets the length of the queue once
        }
        try {
            SocketAddress address = channel.getLocalAddress();
            readiness.forget();
            wire.close(channel);
            wire.letGo();
            vacate(address);
            listener = new NioListener(wire, domain, waiters, options, address, backlog);
            bound = true;
            return 0;
        } catch (IOException e) {
            renewAfterEnd();
            return -NioErrors.errno(e, Errno.EADDRINUSE);
        } catch (RuntimeException e) {
            return -NioErrors.errno(e);
        }
    }

    /// Where even that fails, there is no channel until the next connect asks for one.
    private void renewAfterEnd() {
        try {
            renew();
        } catch (IOException e) {
            System.getLogger(NioStreamSocket.class.getName())
                    .log(System.Logger.Level.DEBUG, "opening a socket again", e);
        }
    }

    @Override
    public int connect(byte[] address) {
        if (connected || listener != null) {
            return -Errno.EISCONN;
        }
        if (connecting) {
            return -Errno.EALREADY;
        }
        if (error != 0 || refused) {
            refused = false;
            return error != 0 ? takeError() : -Errno.ECONNABORTED;
        }
        if (!Addresses.isComplete(address)) {
            return -Errno.EINVAL;
        }
        if (Addresses.family(address) != domain) {
            return tcp ? -Errno.EAFNOSUPPORT : -Errno.EINVAL;
        }
        SocketAddress to = NioAddresses.toJava(address);
        if (to == null) {
            return -Errno.ECONNREFUSED; // Java knows no abstract names
        }
        try {
            if (!channel.isOpen()) {
                renew();
            }
            if (channel.connect(to)) {
                connected = true;
                return 0;
            }
            connecting = true;
            readiness.exhausted(OP_CONNECT);
            return -Errno.EINPROGRESS;
        } catch (IOException e) {
            int errno = NioErrors.errno(e, Errno.ECONNREFUSED);
            renewAfterEnd();
            if (errno != Errno.EAGAIN) {
                return -errno;
            }
            connecting = true;
            wire.later(() -> connectAgain(address));
            return -Errno.EINPROGRESS;
        } catch (RuntimeException e) {
            return -NioErrors.errno(e);
        }
    }

    /// A Unix server whose queue is full lets others wait, and no selector tells when it has room.
    private void connectAgain(byte[] address) {
        if (!connecting) {
            return;
        }
        connecting = false;
        int result = connect(address);
        if (result != -Errno.EINPROGRESS) {
            error = -result;
            waiters.wake(result == 0 ? Events.WRITE_SPACE : Events.ERR);
        }
    }

    /// The selector has something to say: only a connect needs more than to know.
    private void selected(int ready) {
        if (!connecting || (ready & OP_CONNECT) == 0) {
            return;
        }
        try {
            connected = channel.finishConnect();
            connecting = !connected;
        } catch (IOException e) {
            connecting = false;
            refused = true;
            error = NioErrors.errno(e, Errno.ECONNREFUSED);
            renewAfterEnd();
        }
        if (connecting) {
            readiness.exhausted(OP_CONNECT);
        } else {
            waiters.wake(0); // whatever it is that they wait for
        }
    }

    @Override
    public int accept(Socket[] result) {
        return listener == null ? -Errno.EINVAL : listener.accept(result);
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

    private NetworkChannel network() {
        return listener != null ? listener.channel() : channel;
    }

    @Override
    public byte[] localAddress() {
        try {
            byte[] local = NioAddresses.toBytes(network().getLocalAddress(), domain);
            return local != null ? local : SocketCalls.unbound(domain);
        } catch (IOException e) {
            return SocketCalls.unbound(domain); // the channel of a connect that failed is closed
        }
    }

    @Override
    public byte[] peerAddress() {
        if (!connected) {
            return null;
        }
        try {
            return NioAddresses.toBytes(channel.getRemoteAddress(), domain);
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public int setOption(int level, int option, int value) {
        return options.set(network(), level, option, value);
    }

    @Override
    public int setLinger(int on, int seconds) {
        return options.setLinger(network(), on, seconds);
    }

    @Override
    public int getOption(int level, int option, int[] value) {
        if (SocketOptions.isError(level, option)) {
            value[0] = -takeError();
            return Integer.BYTES;
        }
        return options.get(network(), level, option, value, listener != null);
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
