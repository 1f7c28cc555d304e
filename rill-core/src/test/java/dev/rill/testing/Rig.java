package dev.rill.testing;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.rill.abi.SocketConstants;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.ring.CompletionQueue;
import dev.rill.ring.Ring;
import dev.rill.ring.RingOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A ring, connected sockets and a few verbs, so that a test reads as what it tests.
public final class Rig implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Kernel kernel;
    private final Ring ring;
    private final Arena arena = Arena.ofConfined();
    private final List<Integer> descriptors = new ArrayList<>();

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

    /// Memory that this rig's kernel may be told about, freed with the rig.
    public MemorySegment memory(long byteSize) {
        return kernel.memory(byteSize, arena);
    }

    /// Writes all bytes from the application's side, without the ring.
    public void write(int fd, byte[] bytes) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment segment = kernel.memory(bytes.length, scratch).asSlice(0, bytes.length);
            MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
            int written = KernelException.check("write", kernel.descriptors().write(fd, segment));
            if (written != bytes.length) {
                throw new IllegalStateException("wrote " + written + " of " + bytes.length);
            }
        }
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
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment into = kernel.memory(length, scratch).asSlice(0, length);
            int count = KernelException.check("read", kernel.descriptors().read(fd, into));
            return into.asSlice(0, count).toArray(JAVA_BYTE);
        }
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

    private Pair pair(MemorySegment fds) {
        Pair pair = new Pair(fds.get(JAVA_INT, 0), fds.get(JAVA_INT, 4));
        descriptors.add(pair.left);
        descriptors.add(pair.right);
        return pair;
    }
}
