package dev.rill.bench.server;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;
import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.SOCK_CLOEXEC;
import static dev.rill.abi.SocketConstants.SOCK_DGRAM;
import static dev.rill.abi.SocketConstants.SOL_SOCKET;
import static dev.rill.abi.SocketConstants.SO_RCVBUF;
import static dev.rill.abi.SocketConstants.SO_REUSEPORT;

import dev.rill.Kernels;
import dev.rill.abi.SockaddrIn;
import dev.rill.kernel.Availability;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.CompletionQueue;
import dev.rill.ring.Ring;
import dev.rill.ring.RingOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;

/// Datagrams on Rill's rings: one multishot receive, each datagram in a whole buffer of a group,
/// because an incremental buffer would cut those that come at its end.
final class RillDatagrams implements Server {

    private static final int BUFFERS = 256;
    private static final ValueLayout.OfShort NETWORK_SHORT =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private final ServerOptions options;
    private final List<Loop> loops = new ArrayList<>();

    RillDatagrams(ServerOptions options) {
        this.options = options;
    }

    @Override
    public int start() throws NotHere {
        Availability linux = Kernels.linuxAvailability();
        if (!linux.available()) {
            throw new NotHere(linux.message());
        }
        ServerOptions own = options;
        for (int i = 0; i < options.threads(); i++) {
            Loop loop = new Loop(own);
            loops.add(loop);
            Thread.ofPlatform().name("rill-datagrams-" + i).daemon().start(loop::run);
            try {
                own = options.listeningOn(loop.port.join());
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException known ? known : e;
            }
        }
        return own.listen().getPort();
    }

    @Override
    public Map<String, String> configuration() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("kernel", Kernels.linuxAvailability().kernel());
        map.put("buffers", "whole " + BUFFERS + " x " + ServerOptions.DATAGRAM_SIZE_MAX);
        map.put("receive", "multishot");
        return map;
    }

    @Override
    public Tally tally() {
        return loops.stream().map(Loop::tally).reduce(Tally::plus).orElseThrow();
    }

    /// One socket and its ring, in one thread.
    private static final class Loop {

        private final ServerOptions options;
        private final CompletableFuture<Integer> port = new CompletableFuture<>();
        private final AtomicLong bytesReceived = new AtomicLong();
        private final AtomicLong datagrams = new AtomicLong();
        private final AtomicLong enters = new AtomicLong();

        Loop(ServerOptions options) {
            this.options = options;
        }

        Tally tally() {
            return new Tally((long) BUFFERS * ServerOptions.DATAGRAM_SIZE_MAX,
                    bytesReceived.get(), datagrams.get(), enters.get());
        }

        void run() {
            try (Kernel kernel = Kernels.linux();
                    Ring ring = Ring.open(kernel, RingOptions.defaults());
                    BufferGroup group = BufferGroup.open(ring, BufferGroupOptions.classic(0,
                            BUFFERS, ServerOptions.DATAGRAM_SIZE_MAX))) {
                int fd = bind(kernel);
                arm(ring, group, fd);
                while (true) {
                    ring.submitAndWait(1);
                    enters.lazySet(ring.enters());
                    boolean armed = drain(ring.completions(), group);
                    group.publish();
                    ring.completions().advance();
                    if (!armed) {
                        arm(ring, group, fd);
                    }
                }
            } catch (RuntimeException | Error e) {
                if (!port.completeExceptionally(e)) {
                    e.printStackTrace();
                    System.exit(1); // it would be measured as a server that loses everything
                }
            }
        }

        private static void arm(Ring ring, BufferGroup group, int fd) {
            group.selectForDatagrams(ring.sqe().prepRecvMultishot(fd),
                    ServerOptions.DATAGRAM_SIZE_MAX);
        }

        /// @return whether the receive goes on
        private boolean drain(CompletionQueue completions, BufferGroup group) {
            boolean armed = true;
            long bytes = 0;
            long count = 0;
            while (completions.next()) {
                int res = completions.res();
                group.received(res, completions.flags());
                while (group.next()) {
                    bytes += group.part().length();
                }
                count += res >= 0 ? 1 : 0;
                armed = (completions.flags() & IORING_CQE_F_MORE) != 0;
            }
            bytesReceived.lazySet(bytesReceived.getPlain() + bytes);
            datagrams.lazySet(datagrams.getPlain() + count);
            return armed;
        }

        private int bind(Kernel kernel) {
            Descriptors descriptors = kernel.descriptors();
            int fd = KernelException.check("socket",
                    descriptors.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
            descriptors.setsockopt(fd, SOL_SOCKET, SO_RCVBUF,
                    ServerOptions.DATAGRAM_SOCKET_BUFFER);
            if (options.threads() > 1) {
                descriptors.setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, 1);
            }
            InetSocketAddress listen = options.listen();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment address = kernel.memory(SockaddrIn.SIZE, arena)
                        .asSlice(0, SockaddrIn.SIZE);
                address.set(ValueLayout.JAVA_SHORT, SockaddrIn.FAMILY, (short) AF_INET);
                address.set(NETWORK_SHORT, SockaddrIn.PORT, (short) listen.getPort());
                MemorySegment.copy(listen.getAddress().getAddress(), 0, address,
                        ValueLayout.JAVA_BYTE, SockaddrIn.ADDR, 4);
                KernelException.check("bind", descriptors.bind(fd, address));
                KernelException.check("getsockname", descriptors.getsockname(fd, address));
                port.complete(Short.toUnsignedInt(address.get(NETWORK_SHORT, SockaddrIn.PORT)));
            }
            return fd;
        }
    }
}
