package dev.rill.testing;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// A ring, connected sockets and a few verbs, so that a test reads as what it tests.
public final class Rig implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    /// 127.0.0.1 in network byte order, read as a little-endian number.
    private static final int LOOPBACK = 0x0100007f;

    private final Kernel kernel;
    private final Ring ring;
    private final Arena arena = Arena.ofConfined();
    private final List<Integer> descriptors = new ArrayList<>();
    /// For plain reads and writes; grows.
    private MemorySegment scratch = MemorySegment.NULL;

    /// A ring as an event loop has it.
    public Rig(Kernel kernel) {
        this(kernel, RingOptions.defaults());
    }

    /// A ring set up in some other way.
    public Rig(Kernel kernel, RingOptions options) {
        this.kernel = kernel;
        ring = Ring.open(kernel, options);
    }

    /// One completion, copied out of the queue.
    public record Cqe(long userData, int res, int flags) {
        @Override
        public String toString() {
            return "{" + userData + ": " + res + ", 0x" + Integer.toHexString(flags) + "}";
        }
    }

    /// Two connected sockets, or the two ends of a pipe (`left` reads, `right` writes).
    public record Pair(int left, int right) {
    }

    public Ring ring() {
        return ring;
    }

    public Kernel kernel() {
        return kernel;
    }

    /// The next request, to be filled in.
    public Sqe sqe() {
        return ring.sqe();
    }

    /// A connected pair of Unix stream sockets.
    public Pair unixStream() {
        return unix(SocketConstants.SOCK_STREAM);
    }

    /// A connected pair of Unix sockets of a type.
    public Pair unix(int type) {
        MemorySegment fds = kernel.memory(8, arena);
        KernelException.check("socketpair", kernel.descriptors()
                .socketpair(SocketConstants.AF_UNIX, type, 0, fds));
        return pair(fds);
    }

    /// A pipe.
    public Pair pipe() {
        MemorySegment fds = kernel.memory(8, arena);
        KernelException.check("pipe", kernel.descriptors().pipe(fds, 0));
        return pair(fds);
    }

    /// A connected pair of TCP sockets on the loopback interface.
    public Pair tcp() {
        Descriptors calls = kernel.descriptors();
        int listener = KernelException.check("socket", calls.socket(
                SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0));
        MemorySegment address = memory(SockaddrIn.SIZE).asSlice(0, SockaddrIn.SIZE);
        address.set(JAVA_SHORT, SockaddrIn.FAMILY, (short) SocketConstants.AF_INET);
        address.set(JAVA_INT, SockaddrIn.ADDR, LOOPBACK);
        KernelException.check("bind", calls.bind(listener, address));
        KernelException.check("listen", calls.listen(listener, 1));
        KernelException.check("getsockname", calls.getsockname(listener, address));
        int client = KernelException.check("socket", calls.socket(
                SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0));
        ring.sqe().prepConnect(client, address.address(), SockaddrIn.SIZE).userData(1);
        ring.sqe().prepAccept(listener, 0).userData(2);
        int server = await(2).stream().filter(cqe -> cqe.userData == 2).findFirst()
                .orElseThrow().res();
        KernelException.check("close", calls.close(listener));
        return pair(KernelException.check("accept", server), client);
    }

    /// Memory that this rig's kernel may be told about, freed with the rig.
    public MemorySegment memory(long byteSize) {
        return kernel.memory(byteSize, arena);
    }

    /// Writes all bytes from the application's side, without the ring.
    public void write(int fd, byte[] bytes) {
        MemorySegment segment = scratch(bytes.length);
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
        int written = KernelException.check("write", kernel.descriptors().write(fd, segment));
        if (written != bytes.length) {
            throw new IllegalStateException("wrote " + written + " of " + bytes.length);
        }
    }

    /// Says that nothing more will be written, as the application's side.
    public void end(int fd) {
        KernelException.check("shutdown",
                kernel.descriptors().shutdown(fd, SocketConstants.SHUT_WR));
    }

    /// Closes a descriptor before the rig does.
    public void closeNow(int fd) {
        descriptors.remove(Integer.valueOf(fd));
        KernelException.check("close", kernel.descriptors().close(fd));
    }

    /// Submits what is filled in and returns the next `count` completions, in order.
    public List<Cqe> await(int count) {
        List<Cqe> seen = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (seen.size() < count) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("only " + seen.size() + " of " + count
                        + " completions came: " + seen);
            }
            ring.submitAndWait(1, left);
            take(seen, count);
        }
        return seen;
    }

    /// Submits what is filled in and returns the next completion.
    public Cqe await() {
        return await(1).getFirst();
    }

    /// Everything that is complete now, without waiting.
    public List<Cqe> poll() {
        ring.submitAndWait(0);
        List<Cqe> seen = new ArrayList<>();
        take(seen, Integer.MAX_VALUE);
        return seen;
    }

    private void take(List<Cqe> seen, int count) {
        CompletionQueue cq = ring.completions();
        while (seen.size() < count && cq.next()) {
            seen.add(new Cqe(cq.userData(), cq.res(), cq.flags()));
        }
        cq.advance();
    }

    /// Receives into a private buffer, blocking, from the application's side.
    public byte[] read(int fd, int length) {
        MemorySegment into = scratch(length);
        int count = KernelException.check("read", kernel.descriptors().read(fd, into));
        return into.asSlice(0, count).toArray(JAVA_BYTE);
    }

    /// Bytes that differ from their neighbours and from other seeds.
    public static byte[] pattern(int length, int seed) {
        byte[] bytes = new byte[length];
        int state = seed * 0x9e3779b9 + 1;
        for (int i = 0; i < length; i++) {
            state = state * 1664525 + 1013904223;
            bytes[i] = (byte) (state >>> 24);
        }
        return bytes;
    }

    @Override
    public void close() {
        ring.close();
        for (int fd : descriptors) {
            kernel.descriptors().close(fd);
        }
        arena.close();
    }

    private MemorySegment scratch(int length) {
        if (length > scratch.byteSize()) {
            scratch = memory(Math.max(length, 64 * 1024));
        }
        return scratch.asSlice(0, length);
    }

    /// Runs something on another thread, to its end.
    ///
    /// @return what it threw, or `null`
    public static Throwable onAnotherThread(Runnable action) {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().name("stranger")
                .uncaughtExceptionHandler((_, e) -> thrown.set(e)).start(action);
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return thrown.get();
    }

    private Pair pair(MemorySegment fds) {
        return pair(fds.get(JAVA_INT, 0), fds.get(JAVA_INT, 4));
    }

    private Pair pair(int left, int right) {
        Pair pair = new Pair(left, right);
        descriptors.add(pair.left);
        descriptors.add(pair.right);
        return pair;
    }
}
