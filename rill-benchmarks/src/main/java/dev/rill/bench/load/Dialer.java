package dev.rill.bench.load;

import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.IPPROTO_TCP;
import static dev.rill.abi.SocketConstants.SOCK_CLOEXEC;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static dev.rill.abi.SocketConstants.TCP_NODELAY;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.Errno;
import dev.rill.abi.SockaddrIn;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.KernelException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/// Opens connections to the server.
final class Dialer {

    /// Small enough for the shortest backlog.
    private static final int AT_ONCE = 64;

    private final LoadRing ring;
    private final Descriptors descriptors;
    private final MemorySegment address;

    Dialer(LoadRing ring, int port) {
        this.ring = ring;
        descriptors = ring.kernel().descriptors();
        address = ring.allocate(SockaddrIn.SIZE).asSlice(0, SockaddrIn.SIZE);
        address.set(JAVA_SHORT, SockaddrIn.FAMILY, (short) AF_INET);
        address.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), SockaddrIn.PORT, (short) port);
        address.set(JAVA_BYTE, SockaddrIn.ADDR, (byte) 127);
        address.set(JAVA_BYTE, SockaddrIn.ADDR + 3, (byte) 1);
    }

    long address() {
        return address.address();
    }

    /// A socket that is not connected yet.
    int socket(int type) {
        int fd = descriptors.socket(AF_INET, type | SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new KernelException("socket", fd, fd == -Errno.EMFILE
                    ? "Raise the limit on open files (ulimit -n) or use fewer connections" : "");
        }
        return fd;
    }

    /// Opens connections, some at a time, and arms the receive of each.
    ///
    /// @param receive whether anything will be received
    /// @return their descriptors
    int[] connect(int count, boolean receive) {
        int[] fds = new int[count];
        for (int first = 0; first < count; first += AT_ONCE) {
            int some = Math.min(AT_ONCE, count - first);
            for (int index = first; index < first + some; index++) {
                fds[index] = socket(SOCK_STREAM);
                descriptors.setsockopt(fds[index], IPPROTO_TCP, TCP_NODELAY, 1);
                ring.ring().sqe().prepConnect(fds[index], address(), SockaddrIn.SIZE)
                        .userData(LoadRing.tag(LoadRing.CONNECT, index));
            }
            await(some);
            if (receive) {
                for (int index = first; index < first + some; index++) {
                    ring.receive(fds[index], index);
                }
            }
        }
        return fds;
    }

    private void await(int connects) {
        long start = System.nanoTime();
        ring.startWatch(start);
        int missing = connects;
        while (missing > 0) {
            ring.enter();
            int seen = 0;
            while (ring.next()) {
                seen++;
                if (ring.operation() == LoadRing.CONNECT) {
                    ring.checkedRes("connecting");
                    missing--;
                } else {
                    throw new LoadFailed("the server closed connection " + ring.index()
                            + " or sent something before it was asked");
                }
            }
            long now = System.nanoTime();
            ring.done(seen, now);
            ring.requireProgress(now, missing + " connections are not open");
        }
    }
}
