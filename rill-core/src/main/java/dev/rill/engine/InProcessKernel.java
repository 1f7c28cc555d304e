package dev.rill.engine;

import static dev.rill.abi.EnterFlags.IORING_ENTER_ABS_TIMER;
import static dev.rill.abi.EnterFlags.IORING_ENTER_EXT_ARG;
import static dev.rill.abi.EnterFlags.IORING_ENTER_GETEVENTS;
import static dev.rill.abi.EnterFlags.IORING_ENTER_NO_IOWAIT;
import static dev.rill.abi.EnterFlags.IORING_ENTER_REGISTERED_RING;
import static dev.rill.abi.EnterFlags.IORING_ENTER_SQ_WAIT;
import static dev.rill.abi.EnterFlags.IORING_ENTER_SQ_WAKEUP;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.rill.abi.Errno;
import dev.rill.abi.IoUringGeteventsArg;
import dev.rill.abi.IoUringParams;
import dev.rill.abi.KernelTimespec;
import dev.rill.abi.MapOffset;
import dev.rill.abi.RegisterOp;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.kernel.SimulationOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The kernel's half of io_uring, in this process and in Java: for machines without io_uring, and
/// as the second opinion on what the first one does.
///
/// Programs cannot tell the difference by the rings' bytes. What is different: nothing happens
/// between calls, time limits are looked at inside calls, and addresses must come from [#memory].
///
/// Safe for all threads: one lock guards everything, and is free while somebody waits.
public final class InProcessKernel implements Kernel {

    private static final int PAGE_SIZE = 4096;
    private static final int REGISTERED_RINGS_MAX = 16;
    private static final int KNOWN_ENTER_FLAGS = IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP
            | IORING_ENTER_SQ_WAIT | IORING_ENTER_EXT_ARG | IORING_ENTER_REGISTERED_RING
            | IORING_ENTER_ABS_TIMER | IORING_ENTER_NO_IOWAIT;

    private final Profile profile;
    private final EngineClock clock;
    private final Wire wire;
    private final Faults faults;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition change = lock.newCondition();
    private final Set<Thread> interruptedMeanwhile = new HashSet<>();
    private final AddressSpace memory = new AddressSpace();
    private final FileTable files = new FileTable();
    private final Rings rings = new Rings();
    private final ThreadLocal<RingContext[]> registered =
            ThreadLocal.withInitial(() -> new RingContext[REGISTERED_RINGS_MAX]);
    private final Descriptors descriptors = new EngineDescriptors(this);

    private InProcessKernel(Profile profile, EngineClock clock, Wire wire, Faults faults) {
        this.profile = profile;
        this.clock = clock;
        this.wire = wire;
        this.faults = faults;
    }

    /// A kernel whose sockets are the machine's own, over `java.nio`.
    ///
    /// @param profile which Linux it behaves like
    /// @throws KernelException when the machine has no descriptors left for it
    public static InProcessKernel overNio(Profile profile) {
        return new InProcessKernel(profile, EngineClock.real(), NioWire.open(),
                Faults.none());
    }

    /// A kernel whose sockets and pipes are in memory, and whose time is the machine's.
    ///
    /// @param profile which Linux it behaves like
    public static InProcessKernel inMemory(Profile profile) {
        return inMemory(profile, EngineClock.real(), Faults.none());
    }

    /// The same with a time that stands still until somebody waits for it: what a single thread
    /// does on it takes no time and is the same on every run.
    ///
    /// @param profile which Linux it behaves like
    /// @param options how far its sockets are apart, and what goes wrong
    public static InProcessKernel simulated(Profile profile, SimulationOptions options) {
        return inMemory(profile, EngineClock.virtual(), new Faults(options));
    }

    private static InProcessKernel inMemory(Profile profile, EngineClock clock, Faults faults) {
        Wire wire = new MemoryWire(new Deliveries(clock, faults));
        return new InProcessKernel(profile, clock, wire, faults);
    }

    @Override
    public String name() {
        return "engine";
    }

    @Override
    public String release() {
        return profile.release();
    }

    @Override
    public int pageSize() {
        return PAGE_SIZE;
    }

    @Override
    public long nanoTime() {
        lock.lock();
        try {
            return clock.now();
        } finally {
            lock.unlock();
        }
    }

    Profile profile() {
        return profile;
    }

    EngineClock clock() {
        return clock;
    }

    Rings rings() {
        return rings;
    }

    AddressSpace memory() {
        return memory;
    }

    FileTable files() {
        return files;
    }

    Faults faults() {
        return faults;
    }

    // ---- the three calls ------------------------------------------------------------------

    @Override
    public int setup(int entries, MemorySegment params) {
        requireSize("params", params, IoUringParams.SIZE);
        lock.lock();
        try {
            int checked = RingSetupCheck.check(entries, params);
            if (checked != 0) {
                return checked;
            }
            RingContext ring = RingSetupCheck.create(this, entries, params);
            rings.add(ring);
            return files.open(ring);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int enter(int ring, int toSubmit, int minComplete, int flags, MemorySegment argument) {
        if ((flags & IORING_ENTER_EXT_ARG) != 0) {
            requireSize("argument", argument, IoUringGeteventsArg.SIZE);
        }
        boolean interrupted = lockUninterrupted();
        try {
            return entered(ring, toSubmit, minComplete, flags, argument);
        } finally {
            unlock(interrupted);
        }
    }

    private int entered(int fd, int toSubmit, int minComplete, int flags,
            MemorySegment argument) {
        if ((flags & ~KNOWN_ENTER_FLAGS) != 0) {
            return -Errno.EINVAL;
        }
        RingContext ring;
        if ((flags & IORING_ENTER_REGISTERED_RING) != 0) {
            ring = fd < 0 || fd >= REGISTERED_RINGS_MAX ? null : registered.get()[fd];
            if (ring == null) {
                return fd < 0 || fd >= REGISTERED_RINGS_MAX ? -Errno.EINVAL : -Errno.EBADF;
            }
        } else {
            OpenFile file = files.get(fd);
            if (!(file instanceof RingContext found)) {
                return file == null ? -Errno.EBADF : -Errno.EOPNOTSUPP;
            }
            ring = found;
        }
        if (ring.disabled()) {
            return -Errno.EBADFD;
        }
        int submitted = 0;
        if (!ring.belongsToAnother()) {
            ring.enteredByThisThread();
        }
        if (ring.sqPoll()) {
            if ((flags & IORING_ENTER_SQ_WAKEUP) != 0) {
                ring.submission().submit(Integer.MAX_VALUE);
            }
            submitted = toSubmit;
        } else if (toSubmit != 0) {
            if (ring.belongsToAnother()) {
                return -Errno.EEXIST;
            }
            submitted = ring.submission().submit(toSubmit);
            if (submitted != toSubmit) {
                rings.returnToProgram(); // what was not taken comes before any events
                return submitted;
            }
        }
        int waited = 0;
        if ((flags & IORING_ENTER_GETEVENTS) != 0) {
            waited = waitFor(ring, minComplete, flags, argument);
        }
        rings.returnToProgram();
        return submitted != 0 ? submitted : waited;
    }

    private int waitFor(RingContext ring, int minComplete, int flags, MemorySegment argument) {
        if (ring.deferred() && ring.belongsToAnother()) {
            return -Errno.EEXIST;
        }
        long until = Long.MAX_VALUE;
        long whole = Long.MAX_VALUE; // from then on one completion is enough
        if ((flags & IORING_ENTER_EXT_ARG) != 0) {
            long micros = Integer.toUnsignedLong(
                    argument.get(JAVA_INT_UNALIGNED, IoUringGeteventsArg.MIN_WAIT_USEC));
            whole = micros == 0 ? whole : clock.now() + TimeUnit.MICROSECONDS.toNanos(micros);
            long address = argument.get(JAVA_LONG_UNALIGNED, IoUringGeteventsArg.TS);
            if (address != 0) {
                MemorySegment time = memory.slice(address, KernelTimespec.SIZE);
                if (time == null) {
                    return -Errno.EFAULT;
                }
                long nanos = Timeouts.nanos(time);
                if (nanos < 0) {
                    return -Errno.EINVAL;
                }
                until = (flags & IORING_ENTER_ABS_TIMER) != 0 ? nanos
                        : Timeouts.saturated(clock.now(), nanos);
            }
        }
        rings.runAll(ring);
        int wanted = Math.min(minComplete, ring.layout().cqEntries);
        if (ring.completions().ready() >= wanted) {
            wire.look(); // who always finds something inside must not forget the outside
            rings.runAll(ring);
            return 0;
        }
        changed(); // what was submitted may be what another thread waits for
        do {
            long now = clock.now();
            if (whole != Long.MAX_VALUE && whole - now <= 0) {
                whole = Long.MAX_VALUE;
                wanted = Math.min(wanted, 1);
                if (ring.completions().ready() >= wanted) {
                    return 0;
                }
            }
            if (until != Long.MAX_VALUE && until - now <= 0) {
                return ring.completions().ready() > 0 ? 0 : -Errno.ETIME;
            }
            if (faults.failsCall()) {
                return -Errno.EINTR;
            }
            await(Math.min(Math.min(until, whole), rings.nextTimer(ring)));
            if (ring.closed()) {
                return -Errno.EBADF; // the kernel was closed meanwhile
            }
            rings.runAll(ring);
        } while (ring.completions().ready() < wanted);
        return 0;
    }

    @Override
    public int register(int ring, int opcode, MemorySegment argument, int count) {
        boolean interrupted = lockUninterrupted();
        try {
            RingContext context;
            if ((opcode & RegisterOp.IORING_REGISTER_USE_REGISTERED_RING) != 0) {
                context = ring < 0 || ring >= REGISTERED_RINGS_MAX ? null
                        : registered.get()[ring];
                if (context == null) {
                    return -Errno.EINVAL;
                }
            } else {
                OpenFile file = files.get(ring);
                if (!(file instanceof RingContext found)) {
                    return file == null && ring > 2 || ring < 0
                            ? -Errno.EBADF : -Errno.EOPNOTSUPP;
                }
                context = found;
            }
            if (context.belongsToAnother()) {
                return -Errno.EEXIST;
            }
            int result = Registrations.register(this, context,
                    opcode & ~RegisterOp.IORING_REGISTER_USE_REGISTERED_RING, argument, count);
            context.returnToProgram();
            return result;
        } finally {
            unlock(interrupted);
        }
    }

    private static void requireSize(String name, MemorySegment segment, long size) {
        if (segment.byteSize() < size) {
            throw new IllegalArgumentException(name + " has " + segment.byteSize()
                    + " bytes: the kernel reads and writes " + size);
        }
    }

    RingContext[] registeredRings() {
        return registered.get();
    }

    // ---- memory ---------------------------------------------------------------------------

    @Override
    public MemorySegment map(int ring, long offset, long byteSize, Arena lifetime) {
        lock.lock();
        try {
            if (!(files.get(ring) instanceof RingContext context)) {
                throw refused(byteSize, Errno.EBADF);
            }
            long region = offset & MapOffset.IORING_OFF_MMAP_MASK;
            SharedPages pages = region == MapOffset.IORING_OFF_SQ_RING
                    || region == MapOffset.IORING_OFF_CQ_RING ? context.layout().rings()
                    : region == MapOffset.IORING_OFF_SQES ? context.layout().sqes()
                    : region == MapOffset.IORING_OFF_PBUF_RING ? mappedGroup(context, offset)
                    : null;
            if (pages == null) {
                throw refused(byteSize, profile.has(Quirk.NO_REGION_IS_INVALID)
                        ? Errno.EINVAL : Errno.ENOMEM);
            }
            if (byteSize > pages.byteSize()) {
                throw refused(byteSize, Errno.EINVAL);
            }
            return pages.map(byteSize, PAGE_SIZE, lifetime);
        } finally {
            lock.unlock();
        }
    }

    /// The group's number shares its upper bits with the region's: what is above 2047 finds no
    /// region, or somebody else's group (Q19).
    private static SharedPages mappedGroup(RingContext context, long offset) {
        int bgid = (int) ((offset & ~MapOffset.IORING_OFF_MMAP_MASK)
                >>> MapOffset.IORING_OFF_PBUF_SHIFT);
        return context.buffers().group(bgid) instanceof ProvidedRing ring
                ? ring.pages() : null;
    }

    private static KernelException refused(long byteSize, int errno) {
        return new KernelException("mmap of a ring of " + byteSize + " bytes", errno);
    }

    @Override
    public MemorySegment memory(long byteSize, Arena lifetime) {
        if (byteSize <= 0) {
            throw new IllegalArgumentException("byteSize=" + byteSize + ": must be positive");
        }
        MemorySegment segment;
        try {
            segment = lifetime.allocate(byteSize, PAGE_SIZE);
        } catch (OutOfMemoryError e) {
            throw new KernelException("mmap of " + byteSize + " bytes", Errno.ENOMEM);
        }
        memory.add(segment);
        return segment;
    }

    @Override
    public Descriptors descriptors() {
        return descriptors;
    }

    @Override
    public void close() {
        boolean interrupted = lockUninterrupted();
        try {
            files.closeAll();
            wire.close();
        } finally {
            unlock(interrupted);
        }
    }

    @Override
    public String toString() {
        return name() + " " + release() + wire;
    }

    // ---- inside ---------------------------------------------------------------------------

    /// Takes the lock for a call, and the thread's interrupt away from it: to Linux that is no
    /// signal, it ends no wait and closes no channel.
    ///
    /// @return what [#unlock] needs to know
    boolean lockUninterrupted() {
        boolean interrupted = Thread.interrupted();
        lock.lock();
        return interrupted;
    }

    /// Ends a call: whoever waits looks again, and the thread has its interrupt back.
    void unlock(boolean interrupted) {
        boolean again = interrupted | interruptedMeanwhile.remove(Thread.currentThread());
        changed();
        lock.unlock();
        if (again) {
            Thread.currentThread().interrupt();
        }
    }

    Wire wire() {
        return wire;
    }

    /// Something changed that somebody may wait for.
    void changed() {
        change.signalAll();
        wire.changed();
    }

    /// Waits for a change; the lock is free meanwhile.
    ///
    /// @param until when to give up, a time of the clock, or `Long.MAX_VALUE` for never
    void await(long until) {
        wire.await(lock, change, clock, until);
        if (Thread.interrupted()) {
            interruptedMeanwhile.add(Thread.currentThread());
        }
    }

    int openSocket(int domain, int typeAndFlags, int protocol) {
        if (faults.failsCall()) {
            return -Errno.ENFILE;
        }
        Socket[] result = new Socket[1];
        int error = wire.socket(this, domain, typeAndFlags, protocol, result);
        return error != 0 ? error : files.open(result[0]);
    }

    int openFile(String path, int flags) {
        OpenFile[] result = new OpenFile[1];
        int error = DiskFile.open(path, flags, result);
        return error != 0 ? error : files.open(result[0]);
    }
}
