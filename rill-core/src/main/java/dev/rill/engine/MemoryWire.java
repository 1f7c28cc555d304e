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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Sockets in memory: a machine with nothing but a loopback interface, all to itself.
///
/// What is delivered when depends on the program alone, and on what the machine's faults draw from
/// their seed.
final class MemoryWire implements Wire {

    private final AddressTable addresses = new AddressTable();
    private final Deliveries deliveries;
    /// The thread that called last, and whether there has been another one.
    private Thread user;
    private boolean shared;

    /// A machine that does nothing wrong.
    MemoryWire() {
        this(new Deliveries(EngineClock.real(), Faults.none()));
    }

    MemoryWire(Deliveries deliveries) {
        this.deliveries = deliveries;
    }

    AddressTable addresses() {
        return addresses;
    }

    Deliveries deliveries() {
        return deliveries;
    }

    Faults faults() {
        return deliveries.faults();
    }

    @Override
    public int socket(InProcessKernel kernel, int domain, int type, int protocol,
            Socket[] result) {
        int kind = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
        boolean inet = domain == AF_INET || domain == AF_INET6;
        if (!inet && domain != AF_UNIX) {
            return -Errno.EAFNOSUPPORT;
        }
        int wanted = kind == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
        if (kind != SOCK_STREAM && kind != SOCK_DGRAM && (inet || kind != SOCK_SEQPACKET)) {
            return -Errno.ESOCKTNOSUPPORT;
        }
        if (protocol != 0 && (!inet || protocol != wanted)) {
            return -Errno.EPROTONOSUPPORT;
        }
        result[0] = kind == SOCK_STREAM
                ? inet ? new TcpSocket(this, domain)
                        : new UnixStreamSocket(kernel.profile(), this)
                : inet ? new UdpSocket(this, domain) : new UnixMessageSocket(this, kind);
        result[0].nonblocking((type & SOCK_NONBLOCK) != 0);
        return 0;
    }

    @Override
    public int pair(InProcessKernel kernel, int domain, int type, int protocol,
            Socket[] result) {
        if (domain != AF_UNIX) {
            return domain == AF_INET || domain == AF_INET6 ? -Errno.EOPNOTSUPP
                    : -Errno.EAFNOSUPPORT;
        }
        for (int i = 0; i < 2; i++) {
            Socket[] one = new Socket[1];
            int error = socket(kernel, domain, type, protocol, one);
            if (error != 0) {
                return error;
            }
            result[i] = one[0];
        }
        if (result[0] instanceof UnixStreamSocket left
                && result[1] instanceof UnixStreamSocket right) {
            left.connectTo(right);
        } else {
            ((UnixMessageSocket) result[0]).connectTo((UnixMessageSocket) result[1]);
        }
        return 0;
    }

    /// Delivers what has arrived by now.
    @Override
    public void look() {
        deliveries.run();
    }

    @Override
    public void await(ReentrantLock lock, Condition changed, EngineClock clock, long until) {
        changed();
        long next = Math.min(until, deliveries.next());
        if (next == Long.MAX_VALUE && clock.isVirtual() && !shared) {
            throw new IllegalStateException("the simulation cannot go on: after "
                    + TimeUnit.NANOSECONDS.toMicros(clock.now()) + " us of its time thread "
                    + user.getName() + " waits for what nothing can bring: no timer runs, nothing"
                    + " is on its way, and no other thread has ever used this kernel");
        }
        clock.await(changed, next);
        deliveries.run();
    }

    /// Takes note of who calls: while there is only one thread, nobody can end its waits.
    @Override
    public void changed() {
        if (user != Thread.currentThread()) {
            shared |= user != null;
            user = Thread.currentThread();
        }
    }

    @Override
    public void close() {
        // The files have been closed, and nothing that is under way arrives any more.
    }

    /// What the kernel's name says of it.
    @Override
    public String toString() {
        return deliveries.isSimulated() ? " simulated with seed=" + faults().seed() : " in memory";
    }
}
