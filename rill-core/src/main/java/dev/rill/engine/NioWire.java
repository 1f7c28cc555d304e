package dev.rill.engine;

import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.AF_INET6;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.IPPROTO_TCP;
import static dev.rill.abi.SocketConstants.IPPROTO_UDP;
import static dev.rill.abi.SocketConstants.SOCK_CLOEXEC;
import static dev.rill.abi.SocketConstants.SOCK_DGRAM;
import static dev.rill.abi.SocketConstants.SOCK_NONBLOCK;
import static dev.rill.abi.SocketConstants.SOCK_SEQPACKET;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;

import dev.rill.abi.Errno;
import dev.rill.kernel.KernelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The machine's own sockets, over `java.nio`: TCP, UDP and Unix streams, without native access.
///
/// There is one selector, and no thread of its own: of the threads that wait, one waits in the
/// selector for all, and the others for it. A program with one event loop so has what a selector
/// loop has: one call to the selector per turn.
///
/// What Java has no sockets for stays in this process: connected pairs and Unix datagrams are
/// those of [MemoryWire].
final class NioWire implements Wire {

    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Selector selector;
    private final Selector probe;
    private final MemoryWire inside = new MemoryWire();
    /// Whether a thread waits in the selector; only that thread may touch what it found.
    private boolean selecting;
    /// What is to be tried again soon, as nobody tells when it would work, and when.
    private final List<Runnable> later = new ArrayList<>();
    private long laterAt;
    /// For whole datagrams on their way.
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(1 << 16);

    private NioWire(Selector selector, Selector probe) {
        this.selector = selector;
        this.probe = probe;
    }

    static NioWire open() {
        try {
            Selector selector = Selector.open();
            try {
                return new NioWire(selector, Selector.open());
            } catch (IOException e) {
                selector.close();
                throw e;
            }
        } catch (IOException e) {
            throw new KernelException("opening a selector",
                    NioErrors.errno(e, Errno.EMFILE));
        }
    }

    // ---- sockets --------------------------------------------------------------------------

    @Override
    public int socket(InProcessKernel kernel, int domain, int type, int protocol,
            Socket[] result) {
        int kind = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
        boolean inet = domain == AF_INET || domain == AF_INET6;
        if (!inet && (domain != AF_UNIX || kind != SOCK_STREAM)
                || kind != SOCK_STREAM && kind != SOCK_DGRAM) {
            return inside.socket(kernel, domain, type, protocol, result);
        }
        if (protocol != 0 && (!inet
                || protocol != (kind == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP))) {
            return -Errno.EPROTONOSUPPORT;
        }
        try {
            result[0] = kind == SOCK_STREAM ? new NioStreamSocket(this, domain)
                    : new NioDatagramSocket(this, domain);
        } catch (IOException e) {
            return -NioErrors.errno(e, Errno.EMFILE);
        } catch (UnsupportedOperationException e) {
            return -Errno.EAFNOSUPPORT; // no IPv6 here, or no Unix sockets
        }
        result[0].nonblocking((type & SOCK_NONBLOCK) != 0);
        return 0;
    }

    @Override
    public int pair(InProcessKernel kernel, int domain, int type, int protocol,
            Socket[] result) {
        return inside.pair(kernel, domain, type, protocol, result);
    }

    // ---- waiting --------------------------------------------------------------------------

    @Override
    public void look() {
        if (selecting) {
            return; // somebody looks all the time
        }
        selectNow();
        tell();
        tryAgain();
    }

    private void selectNow() {
        try {
            selector.selectNow();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void await(ReentrantLock lock, Condition changed, EngineClock clock, long limit) {
        if (selecting || !selector.isOpen()) {
            clock.await(changed, limit);
            return;
        }
        long until = later.isEmpty() ? limit : Math.min(limit, laterAt);
        long millis = 0; // for ever
        if (until != Long.MAX_VALUE) {
            long left = until - clock.now();
            if (left <= 0) {
                look();
                return;
            }
            millis = TimeUnit.NANOSECONDS.toMillis(left - 1) + 1;
        }
        selecting = true;
        lock.unlock();
        try {
            selector.select(millis);
        } catch (IOException e) {
            throw failed(e);
        } catch (ClosedSelectorException e) {
            // the kernel was closed under a waiting thread: its descriptors are gone, too
        } finally {
            lock.lock();
            selecting = false;
        }
        tell();
        tryAgain();
        changed.signalAll(); // somebody else may have to wait in the selector from here on
    }

    @Override
    public void changed() {
        if (selecting) {
            selector.wakeup();
        }
    }

    /// Lets the sockets know what the selector found.
    private void tell() {
        if (!selector.isOpen()) {
            return;
        }
        Set<SelectionKey> found = selector.selectedKeys();
        if (found.isEmpty()) {
            return;
        }
        for (SelectionKey key : found) {
            if (key.isValid()) {
                ((Readiness) key.attachment()).selected(key.readyOps());
            }
        }
        found.clear();
    }

    private void tryAgain() {
        if (later.isEmpty() || laterAt - System.nanoTime() > 0) {
            return;
        }
        List<Runnable> due = List.copyOf(later);
        later.clear();
        due.forEach(Runnable::run);
    }

    private static IllegalStateException failed(IOException e) {
        return new IllegalStateException("the selector does not work any more", e);
    }

    // ---- for the sockets ------------------------------------------------------------------

    /// Makes a channel one that the selector watches.
    SelectionKey register(SelectableChannel channel, int operations, Readiness readiness) {
        try {
            SelectionKey key = channel.register(selector, operations, readiness);
            interestChanged();
            return key;
        } catch (ClosedChannelException e) {
            throw new IllegalStateException("a closed socket waits", e);
        }
    }

    /// A thread that waits in the selector must be told what to look for in addition.
    void interestChanged() {
        if (selecting) {
            selector.wakeup();
        }
    }

    /// Finds out about one channel, for the few that ask before they have tried.
    boolean isReady(SelectableChannel channel, int operations) {
        if (!channel.isOpen()) {
            return true; // a call will tell
        }
        try {
            SelectionKey key = channel.register(probe, operations);
            probe.selectNow();
            boolean ready = (key.readyOps() & operations) != 0;
            key.cancel();
            probe.selectedKeys().clear();
            probe.selectNow(); // lets go of the channel
            return ready;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// Has something done again soon.
    void later(Runnable what) {
        if (later.isEmpty()) {
            laterAt = System.nanoTime() + AGAIN_NANOS;
        }
        later.add(what);
        changed();
    }

    /// An empty buffer for one datagram.
    ByteBuffer scratch() {
        return scratch.clear();
    }

    /// Closes a channel. The peer learns of it at once; the descriptor is free when the selector
    /// has been used the next time, or after [#letGo].
    void close(SelectableChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(NioWire.class.getName())
                    .log(System.Logger.Level.DEBUG, "closing a socket", e);
        }
    }

    /// Makes the selector let go of channels that are closed, now.
    void letGo() {
        if (!selector.isOpen()) {
            return;
        }
        if (selecting) {
            selector.wakeup(); // out of the selector, where there is room for one
            selectNow();
            selector.wakeup(); // who was not in there yet shall not stay
        } else {
            selectNow();
            tell();
        }
    }

    @Override
    public void close() {
        inside.close();
        try {
            selector.close();
            probe.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// What the kernel's name says of it: nothing, as with any other kernel.
    @Override
    public String toString() {
        return "";
    }
}
