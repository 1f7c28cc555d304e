package dev.rill.ring;

import static dev.rill.abi.EnterFlags.IORING_ENTER_EXT_ARG;
import static dev.rill.abi.EnterFlags.IORING_ENTER_GETEVENTS;
import static dev.rill.abi.EnterFlags.IORING_ENTER_REGISTERED_RING;
import static dev.rill.abi.EnterFlags.IORING_ENTER_SQ_WAKEUP;
import static dev.rill.abi.FeatureFlags.IORING_FEAT_EXT_ARG;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_RING_FDS;
import static dev.rill.abi.RegisterOp.IORING_UNREGISTER_RING_FDS;
import static dev.rill.abi.SetupFlags.IORING_SETUP_NO_SQARRAY;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SQPOLL;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.rill.abi.Errno;
import dev.rill.abi.IoUringGeteventsArg;
import dev.rill.abi.IoUringParams;
import dev.rill.abi.IoUringRsrcUpdate;
import dev.rill.abi.KernelTimespec;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// An io_uring: a queue of requests to a kernel and a queue of its completions.
///
/// ```java
/// try (Ring ring = Ring.open(kernel, RingOptions.defaults())) {
///     ring.sqe().prepNop().userData(42);
///     ring.submitAndWait(1);
///     CompletionQueue cq = ring.completions();
///     while (cq.next()) { ... }
///     cq.advance();
/// }
/// ```
///
/// **Thread.** A ring belongs to the thread that opened it; its memory is confined, so the JVM
/// stops any other.
///
/// **Lifetime.** [#close] cancels what is still in flight, waits for the last completion of every
/// request, and only then closes the descriptor and frees the memory, so the kernel never writes
/// into memory that is somebody else's. [BufferGroup]s are closed before their ring.
///
/// **No completion is lost silently.** When the completion queue is full the kernel keeps the
/// rest and delivers it on the next enter (`IORING_FEAT_NODROP`); should it ever have dropped
/// one for want of memory, the next enter throws.
///
/// Since Linux 5.19 (buffer rings); what an older kernel lacks is in [#stepDowns].
public final class Ring implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(Ring.class.getName());

    /// How long [#close] waits for requests that do not react to being cancelled.
    private static final long CLOSE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);
    /// What cancelled requests are given to end before it is asked again whether there are any.
    private static final long CANCEL_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /// Silence after which it is asked again.
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /// Unlikely as anybody else's user data.
    private static final long CANCEL_TAG = 0x52696c6c_636c6f73L;

    private final Kernel kernel;
    private final Arena arena;
    private final Thread owner = Thread.currentThread();
    private final int fd;
    private final int flags;
    private final int features;
    private final List<StepDown> stepDowns;
    private final SubmissionQueue submissions;
    private final CompletionQueue completions;
    /// For registrations; made once, so that closing needs no memory.
    private final MemorySegment scratch;
    private final MemorySegment waitArgument;
    private final MemorySegment waitTime;
    /// What `enter` is given as ring: the descriptor, or its registered index.
    private final int enterFd;
    private final int enterFlags;

    private long submitted;
    private long enters;
    private boolean closed;

    private Ring(Kernel kernel, RingOptions options, Arena arena) {
        this.kernel = kernel;
        this.arena = arena;
        MemorySegment params = kernel.memory(IoUringParams.SIZE, arena);
        scratch = params;
        RingSetup setup = RingSetup.create(kernel, options, params);
        fd = setup.fd();
        flags = setup.flags();
        stepDowns = new ArrayList<>(setup.stepDowns());
        try {
            features = params.get(JAVA_INT, IoUringParams.FEATURES);
            if ((features & IORING_FEAT_EXT_ARG) == 0) {
                throw new KernelException("io_uring_setup", Errno.EOPNOTSUPP, "Waiting with a time"
                        + " limit (IORING_FEAT_EXT_ARG) needs Linux 5.11 or newer");
            }
            boolean sqArray = (flags & IORING_SETUP_NO_SQARRAY) == 0;
            RingMemory memory = RingMemory.map(kernel, fd, params, arena, sqArray);
            submissions = new SubmissionQueue(memory, sqArray);
            completions = new CompletionQueue(memory);
            waitArgument = kernel.memory(IoUringGeteventsArg.SIZE + KernelTimespec.SIZE, arena);
            waitTime = waitArgument.asSlice(IoUringGeteventsArg.SIZE, KernelTimespec.SIZE);
            waitArgument.set(JAVA_LONG, IoUringGeteventsArg.TS, waitTime.address());
            int index = options.registerDescriptor() ? registerDescriptor() : -1;
            enterFd = index >= 0 ? index : fd;
            enterFlags = index >= 0 ? IORING_ENTER_REGISTERED_RING : 0;
        } catch (RuntimeException | Error e) {
            kernel.descriptors().close(fd);
            throw e;
        }
    }

    /// Creates a ring.
    ///
    /// @param kernel where
    /// @param options sizes and flags; see [RingOptions#defaults]
    /// @return a ring that belongs to the calling thread
    /// @throws KernelException when the kernel refuses, with what to do about it
    public static Ring open(Kernel kernel, RingOptions options) {
        Arena arena = Arena.ofConfined();
        try {
            return new Ring(kernel, options, arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /// The kernel this ring belongs to.
    ///
    /// @return the kernel given at [#open]
    public Kernel kernel() {
        return kernel;
    }

    /// The ring's descriptor, as registrations and messages between rings name it.
    ///
    /// @return the descriptor
    public int fd() {
        return fd;
    }

    /// The setup flags in force.
    ///
    /// @return `IORING_SETUP_*`
    public int flags() {
        return flags;
    }

    /// What the kernel says it can do.
    ///
    /// @return `IORING_FEAT_*`
    public int features() {
        return features;
    }

    /// What was asked for and is missing.
    ///
    /// @return one entry for each flag given up, newest first; empty on a current kernel
    public List<StepDown> stepDowns() {
        return List.copyOf(stepDowns);
    }

    /// The requests' side.
    ///
    /// @return the submission queue
    public SubmissionQueue submissions() {
        return submissions;
    }

    /// The completions' side.
    ///
    /// @return the completion queue
    public CompletionQueue completions() {
        return completions;
    }

    /// How many requests have been given to the kernel and have not had their last completion.
    ///
    /// @return requests in flight, those filled in and not yet submitted included; too many after
    ///         requests with `IOSQE_CQE_SKIP_SUCCESS`
    public long inFlight() {
        return submitted - completions.finished();
    }

    /// How many times the kernel was entered: the system calls this ring has cost.
    ///
    /// @return calls of `io_uring_enter`
    public long enters() {
        return enters;
    }

    /// Takes the next free submission entry; submits first when the queue is full.
    ///
    /// @return an entry with all fields zero
    /// @throws KernelException (`EBUSY`) when the kernel takes no requests until completions have
    ///         been reaped
    public Sqe sqe() {
        Sqe sqe = submissions.next();
        if (sqe == null) {
            submit();
            sqe = submissions.next();
            if (sqe == null) {
                throw new KernelException("io_uring_enter", Errno.EBUSY,
                        "The submission queue of " + submissions.entries() + " entries is full and"
                        + " the kernel takes none: reap completions first");
            }
        }
        submitted++;
        return sqe;
    }

    /// Gives all filled entries to the kernel, without waiting.
    ///
    /// @return how many it took
    public int submit() {
        int toSubmit = submissions.publish();
        if (toSubmit == 0 && !submissions.needsEnter()) {
            return 0;
        }
        int wait = submissions.needsEnter() ? IORING_ENTER_GETEVENTS : 0;
        return enter(toSubmit, 0, wait, MemorySegment.NULL);
    }

    /// Gives all filled entries to the kernel and waits for completions, without a time limit.
    ///
    /// @param count how many completions to wait for; 0 only looks
    /// @return how many entries the kernel took
    public int submitAndWait(int count) {
        return enter(submissions.publish(), count, IORING_ENTER_GETEVENTS, MemorySegment.NULL);
    }

    /// Gives all filled entries to the kernel and waits for completions. Returns early when the
    /// time is over or a signal came: the caller looks at the queue in any case.
    ///
    /// @param count how many completions to wait for; 0 only looks
    /// @param timeoutNanos how long at most, in nanoseconds
    /// @return how many entries the kernel took
    public int submitAndWait(int count, long timeoutNanos) {
        if (timeoutNanos < 0) {
            throw new IllegalArgumentException("timeoutNanos=" + timeoutNanos
                    + ": must not be negative");
        }
        waitTime.set(JAVA_LONG, KernelTimespec.TV_SEC, timeoutNanos / 1_000_000_000L);
        waitTime.set(JAVA_LONG, KernelTimespec.TV_NSEC, timeoutNanos % 1_000_000_000L);
        return enter(submissions.publish(), count,
                IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, waitArgument);
    }

    /// Registers something with the ring.
    ///
    /// @param opcode `IORING_REGISTER_*` or `IORING_UNREGISTER_*`
    /// @param argument the structure the opcode wants
    /// @param count number of elements
    /// @return what the kernel answers, a value or `-errno`
    /// @throws IllegalStateException when the ring is closed: its descriptor's number may be
    ///         another file's by then
    public int register(int opcode, MemorySegment argument, int count) {
        if (closed) {
            throw new IllegalStateException("fd=" + fd + ": this ring is closed");
        }
        return kernel.register(fd, opcode, argument, count);
    }

    /// Cancels what is in flight, waits for it to end, then frees everything. What was filled in
    /// and not submitted is forgotten.
    ///
    /// Completions that arrive meanwhile are discarded: reap first what matters. A request that
    /// does not end within five seconds keeps the ring's memory alive: it is leaked, and logged,
    /// rather than freed under the kernel's hands.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        requireOwner();
        closed = true;
        boolean quiet = drain();
        unregisterDescriptor();
        kernel.descriptors().close(fd);
        if (quiet) {
            arena.close();
        }
    }

    boolean isClosed() {
        return closed;
    }

    /// Stops other threads where no confined memory does, or does too late.
    void requireOwner() {
        if (!isOwner()) {
            throw new WrongThreadException("thread=" + Thread.currentThread().getName()
                    + ": this ring and its buffer groups belong to thread " + owner.getName());
        }
    }

    boolean isOwner() {
        return Thread.currentThread() == owner;
    }

    private int registerDescriptor() {
        scratch.fill((byte) 0);
        scratch.set(JAVA_INT, IoUringRsrcUpdate.OFFSET, -1);
        scratch.set(JAVA_LONG, IoUringRsrcUpdate.DATA, fd);
        int result = kernel.register(fd, IORING_REGISTER_RING_FDS, scratch, 1);
        if (result == 1) {
            return scratch.get(JAVA_INT, IoUringRsrcUpdate.OFFSET);
        }
        String consequence = "the kernel looks the ring's descriptor up on every call";
        stepDowns.add(new StepDown("IORING_REGISTER_RING_FDS", "5.18", result == -Errno.EBUSY
                ? consequence + ", because this thread has 16 rings registered already"
                : consequence));
        return -1;
    }

    /// Without it the kernel keeps the ring, its memory and one of the thread's 16 places for
    /// registered rings until the thread ends, although the descriptor is closed.
    private void unregisterDescriptor() {
        if (enterFlags == 0) {
            return;
        }
        scratch.fill((byte) 0);
        scratch.set(JAVA_INT, IoUringRsrcUpdate.OFFSET, enterFd);
        kernel.register(fd, IORING_UNREGISTER_RING_FDS, scratch, 1);
    }

    /// One system call. Errors that only mean "look at the queue and come back" are answered as 0
    /// entries taken; what was not taken stays in the queue for the next call.
    private int enter(int toSubmit, int minComplete, int callFlags, MemorySegment argument) {
        int all = callFlags | enterFlags;
        if ((flags & IORING_SETUP_SQPOLL) != 0 && submissions.needsWakeup()) {
            all |= IORING_ENTER_SQ_WAKEUP;
        }
        enters++;
        int result = kernel.enter(enterFd, toSubmit, minComplete, all, argument);
        if (result >= 0) {
            return result;
        }
        switch (-result) {
            case Errno.ETIME, Errno.EINTR, Errno.EAGAIN, Errno.EBUSY -> {
                return 0; // time over, a signal, no memory for now, or completions to be reaped
            }
            case Errno.EBADR -> throw new KernelException("io_uring_enter", result,
                    "The kernel had no memory to keep completions and dropped "
                    + Integer.toUnsignedString(completions.dropped())
                    + ": requests are lost, close this ring; a larger completion queue than "
                    + completions.entries() + " entries avoids it");
            case Errno.EEXIST -> throw new KernelException("io_uring_enter", result,
                    "A ring with IORING_SETUP_SINGLE_ISSUER serves the thread that opened it only");
            default -> throw new KernelException("io_uring_enter", result);
        }
    }

    /// Waits for the last completion of every request.
    ///
    /// @return whether nothing is in flight any more
    private boolean drain() {
        long deadline = kernel.nanoTime() + CLOSE_TIMEOUT_NANOS;
        try {
            discard();
            submitted -= submissions.takeBack((flags & IORING_SETUP_SQPOLL) != 0);
            // With IOSQE_CQE_SKIP_SUCCESS there are requests without a completion, and another
            // ring may have posted completions without a request: then counting is not enough,
            // and the kernel is asked until it finds nothing more to cancel.
            boolean countable = submissions.silent() == 0 && inFlight() >= 0;
            boolean idle = countable && inFlight() == 0;
            boolean asked = false;
            while (!idle || inFlight() > submissions.silent()) {
                long left = deadline - kernel.nanoTime();
                if (left <= 0) {
                    LOGGER.log(System.Logger.Level.WARNING, "{0} requests of a closed ring did not"
                            + " end within 5 seconds: its memory stays allocated", inFlight());
                    return false;
                }
                if (!idle && !asked && submissions.space() > 0) {
                    sqe().prepCancelAny().userData(CANCEL_TAG);
                    asked = true;
                }
                long finished = completions.finished();
                submitAndWait(1, idle ? Math.min(left, ASK_AGAIN_NANOS) : left);
                int cancelled = discard();
                if (idle && completions.finished() == finished) {
                    idle = false; // what was linked behind a cancelled request may wait as well
                }
                if (cancelled >= 0) {
                    asked = false;
                    idle = countable || cancelled == 0;
                }
                if (!idle && inFlight() > submissions.silent()) {
                    submitAndWait(1, Math.min(left, CANCEL_PAUSE_NANOS));
                }
            }
            return true;
        } catch (KernelException e) {
            LOGGER.log(System.Logger.Level.WARNING,
                    "a ring could not be drained: its memory stays allocated", e);
            return false;
        }
    }

    /// Reads all completions.
    ///
    /// @return how many requests the last cancelling ended, or -1 when its completion has not come
    private int discard() {
        int cancelled = -1;
        while (completions.next()) {
            if (completions.userData() == CANCEL_TAG) {
                cancelled = Math.max(completions.res(), 0);
            }
        }
        completions.advance();
        return cancelled;
    }
}
