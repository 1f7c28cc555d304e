package dev.rill.kernel;

import static dev.rill.abi.RegisterOp.IORING_REGISTER_RESIZE_RINGS;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_USE_REGISTERED_RING;
import static dev.rill.abi.SetupFlags.IORING_SETUP_REGISTERED_FD_ONLY;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.rill.abi.IoUringParams;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Watches how a program uses the memory it shares with a kernel: a sanitizer for rings.
///
/// ```java
/// try (EventLoop loop = EventLoop.open(new CheckingKernel(kernel))) { ... }
/// ```
///
/// ```text
/// RuleBrokenException: ring 5: ADDRESS: addr 0x7f8aec5f4000 with 4096 bytes in sqe 0x2: SEND fd 7,
/// addr 0x7f8aec5f4000, len 4096; the rule is that addresses lie in memory that came from
/// Kernel.memory and is still alive. Last calls: enter(submit 1, wait 1, GETEVENTS) = 1
/// ```
///
/// The kernel trusts a program with its queues and its addresses: what is wrong there shows later
/// and elsewhere, as bytes of somebody else. Here it is told at the next call, before the kernel
/// looks, by the rules of [CheckRule]. Whatever breaks one is an error in whoever filled in the
/// ring, so a violation is thrown, unless a consumer is given; each is told once.
///
/// **What it does not see.** A registered buffer that is freed. A buffer of a classic ring that is
/// published again while a request that waits for data has taken it. Entries that a polling thread
/// of the kernel (`IORING_SETUP_SQPOLL`) has taken before the next call. Anything of rings without
/// maps (`IORING_SETUP_NO_MMAP`), of mixed entry sizes, or of memory confined to another thread.
///
/// **Cost.** One call of the kernel for each batch of buffers that are published, and some work for
/// each request and completion: the proxy of `./rill demo` takes 10 to 20% more processor time for
/// a byte with incremental buffers, 20 to 30% with whole ones. Nothing at all when it is not there.
///
/// **Threads.** For all threads, as the kernel is. The consumer is called on the calling thread,
/// under a lock of the ring: it must not call the ring.
public final class CheckingKernel implements Kernel {

    private final Kernel kernel;
    private final Consumer<RuleBrokenException> report;
    private final Descriptors descriptors;
    private final KnownMemory known = new KnownMemory();
    private final ClosedDescriptors closed = new ClosedDescriptors();
    private final RegisteredRings registered = new RegisteredRings();
    private final Map<Integer, CheckedRing> rings = new ConcurrentHashMap<>();

    /// Puts a check in front of a kernel; what breaks a rule is thrown from the next call, which is
    /// not made then. A `close` is made all the same.
    ///
    /// @param kernel who does the work; closed with this object
    public CheckingKernel(Kernel kernel) {
        this(kernel, broken -> {
            throw broken;
        });
    }

    /// Puts a check in front of a kernel; what breaks a rule is reported, and the call is made.
    ///
    /// @param kernel who does the work; closed with this object
    /// @param report takes what was found; may throw it
    public CheckingKernel(Kernel kernel, Consumer<RuleBrokenException> report) {
        this.kernel = Objects.requireNonNull(kernel, "kernel");
        this.report = Objects.requireNonNull(report, "report");
        descriptors = new CheckingDescriptors(kernel.descriptors(), this);
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
        if (fd >= 0 && (params.get(JAVA_INT, IoUringParams.FLAGS)
                & IORING_SETUP_REGISTERED_FD_ONLY) == 0) {
            closed.opened(fd);
            rings.put(fd, new CheckedRing(kernel, fd, new SharedRing(params), known, closed,
                    new Findings(fd, report)));
        }
        return fd;
    }

    @Override
    public int enter(int ring, int toSubmit, int minComplete, int flags, MemorySegment argument) {
        CheckedRing checked = rings.get(registered.entered(ring, flags));
        if (checked == null) {
            closed.forget(); // whatever it opens is not seen
            return kernel.enter(ring, toSubmit, minComplete, flags, argument);
        }
        checked.before();
        int result = kernel.enter(ring, toSubmit, minComplete, flags, argument);
        checked.entered(toSubmit, minComplete, flags, result);
        return result;
    }

    @Override
    public int register(int ring, int opcode, MemorySegment argument, int count) {
        int fd = registered.registering(ring, opcode);
        int plain = opcode & ~IORING_REGISTER_USE_REGISTERED_RING;
        CheckedRing checked = rings.get(fd);
        if (checked != null) {
            checked.registering(plain, argument);
        }
        int result = kernel.register(ring, opcode, argument, count);
        registered.follow(opcode, argument, result);
        if (checked != null && plain == IORING_REGISTER_RESIZE_RINGS) {
            rings.remove(fd);
        } else if (checked != null) {
            checked.registered(plain, argument, count, result);
        }
        return result;
    }

    @Override
    public MemorySegment map(int ring, long offset, long byteSize, Arena lifetime) {
        MemorySegment memory = kernel.map(ring, offset, byteSize, lifetime);
        CheckedRing checked = rings.get(ring);
        if (checked != null) {
            checked.mapped(offset, memory);
        }
        return memory;
    }

    @Override
    public MemorySegment memory(long byteSize, Arena lifetime) {
        return memory(byteSize, HugePages.NONE, lifetime);
    }

    @Override
    public MemorySegment memory(long byteSize, HugePages pages, Arena lifetime) {
        MemorySegment memory = kernel.memory(byteSize, pages, lifetime);
        known.add(memory);
        return memory;
    }

    @Override
    public int schedGetaffinity(MemorySegment mask) {
        return kernel.schedGetaffinity(mask);
    }

    @Override
    public int schedSetaffinity(MemorySegment mask) {
        return kernel.schedSetaffinity(mask);
    }

    @Override
    public Descriptors descriptors() {
        return descriptors;
    }

    /// Closes the kernel.
    ///
    /// @throws RuleBrokenException when a ring is still open; the kernel is closed all the same
    @Override
    public void close() {
        try {
            Set<Integer> open = new TreeSet<>(rings.keySet());
            open.removeIf(closed::isClosed);
            if (!open.isEmpty()) {
                broken(CheckRule.RING_OPEN, "rings " + open
                        + " are open, and the kernel is closed");
            }
        } finally {
            kernel.close();
        }
    }

    @Override
    public String toString() {
        return kernel + ", checked";
    }

    ClosedDescriptors closed() {
        return closed;
    }

    /// A descriptor is about to be used in a plain call.
    void use(String call, int fd) {
        if (closed.isClosed(fd)) {
            broken(CheckRule.DESCRIPTOR, "descriptor " + fd + " has been closed, and used in "
                    + call);
        }
    }

    /// Closes a descriptor in any case; of a ring this is the last moment to look at it.
    int close(int fd, Descriptors below) {
        CheckedRing checked = rings.remove(fd);
        int result;
        try {
            use("close", fd);
            if (checked != null) {
                checked.before();
            }
        } finally {
            closed.closing(fd);
            result = below.close(fd);
            if (result >= 0) {
                closed.closed(fd);
            }
        }
        return result;
    }

    private void broken(CheckRule rule, String values) {
        new Findings(Findings.NO_RING, report).broken(rule, values);
    }
}
