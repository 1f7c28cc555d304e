package dev.rill.kernel;

import static dev.rill.abi.RegisterOp.IORING_REGISTER_RESIZE_RINGS;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_USE_REGISTERED_RING;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Shows what a program asks of a kernel and what it answers: strace for rings.
///
/// ```java
/// try (Ring ring = Ring.open(new TracingKernel(kernel, IO::println), options)) { ... }
/// ```
///
/// ```text
/// enter(5, submit 1, wait 1, GETEVENTS|REGISTERED_RING) = 1
///   sqe 0x1: RECV fd 6, flags BUFFER_SELECT, buf_group 0
///   cqe 0x1: res 4096, flags 0x11 BUFFER|BUF_MORE bid 0
/// ```
///
/// One line for each call; below an `enter` one line for each SQE it consumed and for each CQE that
/// is new since the call before. strace shows the calls only: requests and completions travel in
/// memory, which this class knows from [#setup] and [#map].
///
/// **Changes nothing**, except that everything takes longer. What is shown was read after the call
/// and before it returns. Completions that came and went without a call in between (a ring without
/// `IORING_SETUP_DEFER_TASKRUN`) are still shown at the next call unless their places were used
/// again; then their number is. Entries of rings without maps (`IORING_SETUP_NO_MMAP`) or of mixed
/// sizes are not shown.
///
/// **Threads.** For all threads; the lines of one call stay together. The consumer is called on the
/// calling thread and must not throw.
public final class TracingKernel implements Kernel {

    private final Kernel kernel;
    private final Consumer<String> lines;
    private final Descriptors descriptors;
    private final Map<Integer, TracedRing> rings = new ConcurrentHashMap<>();
    private final RegisteredRings registered = new RegisteredRings();

    /// Puts a trace in front of a kernel.
    ///
    /// @param kernel who does the work; closed with this object
    /// @param lines takes one line at a time, without a line break
    public TracingKernel(Kernel kernel, Consumer<String> lines) {
        this.kernel = Objects.requireNonNull(kernel, "kernel");
        this.lines = Objects.requireNonNull(lines, "lines");
        descriptors = new TracingDescriptors(kernel.descriptors(), this);
    }

    @Override
    public String name() {
        return kernel.name();
    }

    @Override
    public String release() {
        return kernel.release();
    }

    @Override
    public int pageSize() {
        return kernel.pageSize();
    }

    @Override
    public long nanoTime() {
        return kernel.nanoTime();
    }

    @Override
    public int setup(int entries, MemorySegment params) {
        int fd = kernel.setup(entries, params);
        if (fd >= 0) {
            rings.put(fd, new TracedRing(new SharedRing(params)));
        }
        emit(TraceText.setup(entries, params, fd));
        return fd;
    }

    @Override
    public int enter(int ring, int toSubmit, int minComplete, int flags, MemorySegment argument) {
        int result = kernel.enter(ring, toSubmit, minComplete, flags, argument);
        int fd = registered.entered(ring, flags);
        List<String> text = new ArrayList<>();
        text.add(TraceText.enter(fd, toSubmit, minComplete, flags, argument, result));
        TracedRing traced = rings.get(fd);
        if (traced != null) {
            traced.showSubmitted(text);
            traced.showCompleted(text);
        }
        emit(text);
        return result;
    }

    @Override
    public int register(int ring, int opcode, MemorySegment argument, int count) {
        int result = kernel.register(ring, opcode, argument, count);
        int fd = registered.registering(ring, opcode);
        List<String> text = new ArrayList<>();
        text.add(RegisterText.line(fd, opcode, argument, count, result));
        registered.follow(opcode, argument, result);
        if ((opcode & ~IORING_REGISTER_USE_REGISTERED_RING) == IORING_REGISTER_RESIZE_RINGS) {
            rings.remove(fd);
        }
        TracedRing traced = rings.get(fd);
        if (traced != null) {
            traced.showCompleted(text);
        }
        emit(text);
        return result;
    }

    @Override
    public MemorySegment map(int ring, long offset, long byteSize, Arena lifetime) {
        MemorySegment memory;
        try {
            memory = kernel.map(ring, offset, byteSize, lifetime);
        } catch (KernelException e) {
            emit(TraceText.map(ring, offset, byteSize) + TraceText.answer(-e.errno()));
            throw e;
        }
        TracedRing traced = rings.get(ring);
        if (traced != null) {
            traced.ring().mapped(offset, memory);
        }
        emit(TraceText.map(ring, offset, byteSize) + " = 0x" + Long.toHexString(memory.address()));
        return memory;
    }

    @Override
    public MemorySegment memory(long byteSize, Arena lifetime) {
        return kernel.memory(byteSize, lifetime); // not a matter of rings: noise
    }

    @Override
    public MemorySegment memory(long byteSize, HugePages pages, Arena lifetime) {
        return kernel.memory(byteSize, pages, lifetime);
    }

    @Override
    public int schedGetaffinity(MemorySegment mask) {
        int result = kernel.schedGetaffinity(mask);
        emit(TraceText.affinity("get", mask, result));
        return result;
    }

    @Override
    public int schedSetaffinity(MemorySegment mask) {
        int result = kernel.schedSetaffinity(mask);
        emit(TraceText.affinity("set", mask, result));
        return result;
    }

    @Override
    public Descriptors descriptors() {
        return descriptors;
    }

    @Override
    public void close() {
        kernel.close();
    }

    @Override
    public String toString() {
        return kernel + " with a trace";
    }

    /// A descriptor is about to be closed: the last moment to look at a ring.
    void closing(int fd) {
        TracedRing traced = rings.remove(fd);
        if (traced != null) {
            List<String> text = new ArrayList<>();
            traced.showCompleted(text);
            emit(text);
        }
    }

    void emit(String line) {
        synchronized (lines) {
            lines.accept(line);
        }
    }

    private void emit(List<String> text) {
        synchronized (lines) {
            text.forEach(lines);
        }
    }
}
