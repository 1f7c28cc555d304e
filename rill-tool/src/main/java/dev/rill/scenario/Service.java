package dev.rill.scenario;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.Errno;
import dev.rill.abi.FileFlags;
import dev.rill.abi.SockaddrIn;
import dev.rill.abi.SocketConstants;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.ring.CompletionQueue;
import dev.rill.ring.Ring;
import dev.rill.ring.RingOptions;
import dev.rill.ring.Sqe;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A second ring for what has no plain call at the line, such as opening files and connecting
/// sockets: the ring under test is left as it is.
final class Service implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /// 127.0.0.1 in network byte order, read as a little-endian number.
    private static final int LOOPBACK = 0x0100007f;
    /// More than any scenario has connections that wait.
    private static final int BACKLOG = 128;
    private static final int READ_AND_WRITE_BY_OWNER = 0600;

    private final Kernel kernel;
    private final Arena arena;
    private Ring ring;
    private long tag;

    Service(Kernel kernel, Arena arena) {
        this.kernel = kernel;
        this.arena = arena;
    }

    /// Runs one request to its end.
    ///
    /// @return its result, or `-ETIME` when it did not end in time and was cancelled
    int call(Consumer<Sqe> request) {
        return call(request, PATIENCE_NANOS);
    }

    /// Runs one request that must not wait.
    ///
    /// Before Linux 6.4 the kernel hands reads and writes of pipes to a thread, so that nothing has
    /// completed yet when such a request was submitted, whether it would wait or not: there the
    /// descriptor says whether it is ready.
    ///
    /// @param events `POLL*` that the request would wait for
    /// @return its result, or `-EAGAIN` when it would have waited
    int attempt(int fd, int events, Consumer<Sqe> request) {
        int result = call(request, 0);
        if (result == -Errno.ETIME && call(sqe -> sqe.prepPollAdd(fd, events), 0) >= 0) {
            result = call(request, PATIENCE_NANOS);
        }
        return result == -Errno.ETIME ? -Errno.EAGAIN : result;
    }

    private int call(Consumer<Sqe> request, long patienceNanos) {
        if (ring == null) {
            ring = Ring.open(kernel, RingOptions.defaults().withQueues(8, 16));
        }
        long mine = ++tag;
        Sqe sqe = ring.sqe();
        request.accept(sqe);
        sqe.userData(mine);
        OptionalInt result = result(mine, patienceNanos);
        if (result.isPresent()) {
            return result.getAsInt();
        }
        ring.sqe().prepCancel(mine).userData(0);
        int late = result(mine, PATIENCE_NANOS).orElseThrow(
                () -> new Mismatch("a request of the runner itself does not end"));
        return late == -Errno.ECANCELED ? -Errno.ETIME : late;
    }

    /// Submits, and looks for a completion at least once.
    private OptionalInt result(long mine, long patienceNanos) {
        long deadline = System.nanoTime() + patienceNanos;
        long left = patienceNanos;
        CompletionQueue completions = ring.completions();
        do {
            ring.submitAndWait(left == 0 ? 0 : 1, left);
            while (completions.next()) {
                if (completions.userData() == mine) {
                    int res = completions.res();
                    completions.advance();
                    return OptionalInt.of(res);
                }
            }
            completions.advance();
            left = deadline - System.nanoTime();
        } while (left > 0);
        return OptionalInt.empty();
    }

    /// Posts a completion to another ring, for a request that will never have one of its own.
    void post(int ringFd) {
        call(sqe -> sqe.prepMsgRing(ringFd, 0, 0));
    }

    /// Opens a file by its path.
    int open(String path, int flags) {
        byte[] name = (path + "\0").getBytes(StandardCharsets.UTF_8);
        MemorySegment memory = kernel.memory(name.length, arena);
        MemorySegment.copy(name, 0, memory, JAVA_BYTE, 0, name.length);
        return KernelException.check("opening " + path, call(sqe -> sqe.prepOpenat(
                FileFlags.AT_FDCWD, memory.address(), flags, READ_AND_WRITE_BY_OWNER)));
    }

    /// Two connected sockets over the loopback interface.
    int[] inet(int type, int flags) {
        return type == SocketConstants.SOCK_STREAM ? tcp(flags) : udp(flags);
    }

    private int[] tcp(int flags) {
        Descriptors calls = kernel.descriptors();
        int listener = bound(SocketConstants.SOCK_STREAM);
        KernelException.check("listen", calls.listen(listener, 1));
        int client = KernelException.check("socket", calls.socket(
                SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0));
        connect(client, addressOf(listener));
        int server = KernelException.check("accept",
                call(sqe -> sqe.prepAccept(listener, flags)));
        calls.close(listener);
        for (int fd : new int[] {client, server}) {
            calls.setsockopt(fd, SocketConstants.SOL_TCP, SocketConstants.TCP_NODELAY, 1);
        }
        return new int[] {server, client};
    }

    private int[] udp(int flags) {
        int left = bound(SocketConstants.SOCK_DGRAM | flags);
        int right = bound(SocketConstants.SOCK_DGRAM);
        connect(left, addressOf(right));
        connect(right, addressOf(left));
        return new int[] {left, right};
    }

    private int bound(int type) {
        int fd = KernelException.check("socket", kernel.descriptors().socket(
                SocketConstants.AF_INET, type, 0));
        KernelException.check("bind", kernel.descriptors().bind(fd, loopback(kernel, arena)));
        return fd;
    }

    /// The loopback interface and any port, as a `struct sockaddr_in`.
    static MemorySegment loopback(Kernel kernel, Arena arena) {
        MemorySegment address = kernel.memory(SockaddrIn.SIZE, arena).asSlice(0, SockaddrIn.SIZE);
        address.set(JAVA_SHORT, SockaddrIn.FAMILY, (short) SocketConstants.AF_INET);
        address.set(JAVA_INT, SockaddrIn.ADDR, LOOPBACK);
        return address;
    }

    /// A socket that listens on the loopback interface.
    int listener(int flags) {
        int listener = bound(SocketConstants.SOCK_STREAM | flags);
        KernelException.check("listen", kernel.descriptors().listen(listener, BACKLOG));
        return listener;
    }

    /// Another socket connects.
    ///
    /// @return the socket, or `-errno`
    int dial(MemorySegment address) {
        int caller = KernelException.check("socket", kernel.descriptors().socket(
                SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0));
        int result = call(sqe -> sqe.prepConnect(caller, address.address(), SockaddrIn.SIZE));
        if (result < 0) {
            kernel.descriptors().close(caller);
        }
        return result < 0 ? result : caller;
    }

    MemorySegment addressOf(int fd) {
        MemorySegment address = kernel.memory(SockaddrIn.SIZE, arena).asSlice(0, SockaddrIn.SIZE);
        KernelException.check("getsockname", kernel.descriptors().getsockname(fd, address));
        return address;
    }

    private void connect(int fd, MemorySegment address) {
        KernelException.check("connect", call(sqe -> sqe.prepConnect(fd, address.address(),
                SockaddrIn.SIZE)));
    }

    @Override
    public void close() {
        if (ring != null) {
            ring.close();
        }
    }
}
