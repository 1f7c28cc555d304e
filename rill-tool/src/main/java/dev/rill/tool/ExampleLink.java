package dev.rill.tool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.FileFlags;
import dev.rill.abi.SockaddrIn;
import dev.rill.abi.SocketConstants;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.ring.CompletionQueue;
import dev.rill.ring.Ring;
import dev.rill.ring.Sqe;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Two connected descriptors in this process: one sends with plain calls, one receives through a
/// ring. Belongs to the ring's thread and is closed before the ring.
final class ExampleLink implements AutoCloseable {

    /// Over what the bytes travel.
    enum Transport {
        /// A pair of Unix stream sockets.
        UNIX,
        /// A TCP connection over loopback.
        TCP,
        /// A pipe, read with READ instead of RECV.
        PIPE;

        /// As it is written on the command line.
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private final Ring ring;
    private final Descriptors descriptors;
    private final Transport transport;
    private final Arena arena = Arena.ofConfined();
    private final List<Integer> open = new ArrayList<>();
    private int receiver;
    private int sender;

    private ExampleLink(Ring ring, Transport transport) {
        this.ring = ring;
        this.transport = transport;
        descriptors = ring.kernel().descriptors();
    }

    /// Connects.
    ///
    /// @param ring where the receiving side's requests go
    /// @param transport over what
    /// @return both ends
    static ExampleLink open(Ring ring, Transport transport) {
        ExampleLink link = new ExampleLink(ring, transport);
        try {
            switch (transport) {
                case UNIX -> link.openUnix();
                case TCP -> link.openTcp();
                case PIPE -> link.openPipe();
            }
            return link;
        } catch (RuntimeException | Error e) {
            link.close();
            throw e;
        }
    }

    /// Prepares one receive of as much as is there and fits into the current buffer.
    Sqe prepareReceive(Sqe sqe) {
        return transport == Transport.PIPE
                ? sqe.prepRead(receiver, 0, 0, -1) : sqe.prepRecv(receiver, 0, 0, 0);
    }

    /// Sends all bytes.
    void send(MemorySegment bytes) {
        long sent = 0;
        while (sent < bytes.byteSize()) {
            sent += KernelException.check("write",
                    descriptors.write(sender, bytes.asSlice(sent)));
        }
    }

    @Override
    public void close() {
        open.forEach(descriptors::close);
        open.clear();
        arena.close();
    }

    private void openUnix() {
        MemorySegment fds = kernel().memory(2 * Integer.BYTES, arena);
        KernelException.check("socketpair", descriptors.socketpair(SocketConstants.AF_UNIX,
                SocketConstants.SOCK_STREAM | SocketConstants.SOCK_CLOEXEC, 0, fds));
        keepBoth(fds);
    }

    private void openPipe() {
        MemorySegment fds = kernel().memory(2 * Integer.BYTES, arena);
        KernelException.check("pipe", descriptors.pipe(fds, FileFlags.O_CLOEXEC));
        keepBoth(fds);
    }

    private void keepBoth(MemorySegment fds) {
        receiver = keep(fds.get(JAVA_INT, 0));
        sender = keep(fds.get(JAVA_INT, Integer.BYTES));
    }

    private void openTcp() {
        MemorySegment address = kernel().memory(SockaddrIn.SIZE, arena)
                .asSlice(0, SockaddrIn.SIZE);
        address.set(JAVA_SHORT, SockaddrIn.FAMILY, (short) SocketConstants.AF_INET);
        MemorySegment.copy(LOOPBACK, 0, address, JAVA_BYTE, SockaddrIn.ADDR, LOOPBACK.length);
        int listener = tcpSocket();
        KernelException.check("bind", descriptors.bind(listener, address));
        KernelException.check("listen", descriptors.listen(listener, 1));
        KernelException.check("getsockname", descriptors.getsockname(listener, address));
        sender = tcpSocket();
        ring.sqe().prepConnect(sender, address.address(), SockaddrIn.SIZE).userData(0);
        ring.sqe().prepAccept(listener, SocketConstants.SOCK_CLOEXEC).userData(1);
        for (int i = 0; i < 2; i++) {
            CompletionQueue completions = WorkedExample.awaitCompletion(ring);
            boolean accepted = completions.userData() == 1;
            int result = completions.res();
            completions.advance();
            KernelException.check(accepted ? "accept" : "connect", result);
            if (accepted) {
                receiver = keep(result);
            }
        }
        KernelException.check("setsockopt", descriptors.setsockopt(sender,
                SocketConstants.IPPROTO_TCP, SocketConstants.TCP_NODELAY, 1));
    }

    private int tcpSocket() {
        return keep(KernelException.check("socket", descriptors.socket(SocketConstants.AF_INET,
                SocketConstants.SOCK_STREAM | SocketConstants.SOCK_CLOEXEC, 0)));
    }

    private int keep(int fd) {
        open.add(fd);
        return fd;
    }

    private Kernel kernel() {
        return ring.kernel();
    }
}
