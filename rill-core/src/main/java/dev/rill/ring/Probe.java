package dev.rill.ring;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;
import static dev.rill.abi.SetupFlags.IORING_SETUP_COOP_TASKRUN;
import static dev.rill.abi.SetupFlags.IORING_SETUP_CQSIZE;
import static dev.rill.abi.SetupFlags.IORING_SETUP_DEFER_TASKRUN;
import static dev.rill.abi.SetupFlags.IORING_SETUP_NO_SQARRAY;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SINGLE_ISSUER;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SUBMIT_ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.Errno;
import dev.rill.abi.FeatureFlags;
import dev.rill.abi.IoUringParams;
import dev.rill.abi.IoUringProbe;
import dev.rill.abi.IoUringProbeOp;
import dev.rill.abi.IoUringRsrcUpdate;
import dev.rill.abi.RegisterOp;
import dev.rill.abi.SocketConstants;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;

/// Finds out what a kernel's io_uring can do, by trying it.
///
/// A trial ring for each setup flag, a trial registration for each kind of buffer ring, a receive
/// of four bytes, and the kernel's own list of operations. `-EINVAL` to one of them means that the
/// kernel does not know it; any other refusal is a problem of this machine and is thrown.
///
/// Takes some milliseconds and leaves nothing behind. Runs on the calling thread.
///
/// Source: liburing `io_uring_get_probe_ring` (src/setup.c) for the operations.
public final class Probe {

    private static final int ENTRIES = 4;
    private static final int BUFFERS = 4;
    private static final int BUFFER_SIZE = 64;
    private static final int OPERATIONS_MAX = 256;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Kernel kernel;
    private final Arena arena;
    private final EnumSet<Feature> found = EnumSet.noneOf(Feature.class);

    private Probe(Kernel kernel, Arena arena) {
        this.kernel = kernel;
        this.arena = arena;
    }

    /// Tries everything.
    ///
    /// @param kernel a kernel that can create rings
    /// @return what was found
    /// @throws KernelException when rings cannot be created at all, with what to do about it
    public static Features run(Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            return new Probe(kernel, arena).tryAll();
        }
    }

    private Features tryAll() {
        RingOptions options = new RingOptions(ENTRIES, 2 * ENTRIES,
                RingOptions.defaults().preferredFlags(), 0, false);
        // The ring is closed before the arena with the memory that its requests name.
        try (Ring ring = Ring.open(kernel, options)) {
            trySetupFlags();
            readFeatureBits(ring.features());
            tryRegisteredRing(ring);
            tryBufferRings(ring);
            if (found.contains(Feature.BUFFER_RINGS)) {
                tryMultishotReceive(ring);
            }
            return new Features(kernel.name() + " " + kernel.release(), ring.features(), found,
                    askForOperations(ring));
        }
    }

    private void note(Feature feature, boolean present) {
        if (present) {
            found.add(feature);
        }
    }

    private void trySetupFlags() {
        note(Feature.COMPLETION_QUEUE_SIZE, setupWorks(IORING_SETUP_CQSIZE));
        note(Feature.SUBMIT_ALL, setupWorks(IORING_SETUP_SUBMIT_ALL));
        note(Feature.COOPERATIVE_TASK_RUN, setupWorks(IORING_SETUP_COOP_TASKRUN));
        note(Feature.SINGLE_ISSUER, setupWorks(IORING_SETUP_SINGLE_ISSUER));
        note(Feature.DEFERRED_TASK_RUN,
                setupWorks(IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN));
        note(Feature.NO_INDEX_ARRAY, setupWorks(IORING_SETUP_NO_SQARRAY));
    }

    private boolean setupWorks(int flags) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment params = kernel.memory(IoUringParams.SIZE, scratch);
            params.set(JAVA_INT, IoUringParams.FLAGS, flags);
            if ((flags & IORING_SETUP_CQSIZE) != 0) {
                params.set(JAVA_INT, IoUringParams.CQ_ENTRIES, 4 * ENTRIES);
            }
            int fd = kernel.setup(ENTRIES, params);
            if (!known("io_uring_setup", fd)) {
                return false;
            }
            kernel.descriptors().close(fd);
            return true;
        }
    }

    private void readFeatureBits(int bits) {
        note(Feature.SINGLE_MAPPING, (bits & FeatureFlags.IORING_FEAT_SINGLE_MMAP) != 0);
        note(Feature.NO_DROP, (bits & FeatureFlags.IORING_FEAT_NODROP) != 0);
        note(Feature.FAST_POLL, (bits & FeatureFlags.IORING_FEAT_FAST_POLL) != 0);
        note(Feature.WAIT_ARGUMENT, (bits & FeatureFlags.IORING_FEAT_EXT_ARG) != 0);
        note(Feature.MIN_WAIT, (bits & FeatureFlags.IORING_FEAT_MIN_TIMEOUT) != 0);
        note(Feature.NO_IO_WAIT, (bits & FeatureFlags.IORING_FEAT_NO_IOWAIT) != 0);
        note(Feature.BUNDLES, (bits & FeatureFlags.IORING_FEAT_RECVSEND_BUNDLE) != 0);
    }

    private void tryRegisteredRing(Ring ring) {
        MemorySegment update = kernel.memory(IoUringRsrcUpdate.SIZE, arena);
        update.set(JAVA_INT, IoUringRsrcUpdate.OFFSET, -1);
        update.set(JAVA_LONG, IoUringRsrcUpdate.DATA, ring.fd());
        int result = ring.register(RegisterOp.IORING_REGISTER_RING_FDS, update, 1);
        if (result == -Errno.EBUSY) {
            found.add(Feature.REGISTERED_RING); // this thread has registered all it may
        } else if (known("IORING_REGISTER_RING_FDS", result)) {
            found.add(Feature.REGISTERED_RING);
            update.set(JAVA_LONG, IoUringRsrcUpdate.DATA, 0);
            ring.register(RegisterOp.IORING_UNREGISTER_RING_FDS, update, 1);
        }
    }

    private void tryBufferRings(Ring ring) {
        BufferRingOptions classic = BufferRingOptions.classic(0, BUFFERS);
        BufferRingOptions incremental = BufferRingOptions.incremental(0, BUFFERS);
        note(Feature.BUFFER_RINGS, registerWorks(ring, classic));
        note(Feature.INCREMENTAL_BUFFERS, registerWorks(ring, incremental));
        note(Feature.MAPPED_BUFFER_RINGS, registerWorks(ring, classic.asMapped()));
        note(Feature.MIN_LEFT, registerWorks(ring, incremental.withMinLeft(1)));
        if (found.contains(Feature.BUFFER_RINGS)) {
            try (BufferRing buffers = BufferRing.register(ring, classic)) {
                note(Feature.BUFFER_RING_STATUS, buffers.head() == 0);
            } catch (KernelException e) {
                known(e.operation(), -e.errno());
            }
        }
    }

    private static boolean registerWorks(Ring ring, BufferRingOptions options) {
        try (BufferRing _ = BufferRing.register(ring, options)) {
            return true;
        } catch (KernelException e) {
            if (e.errno() == Errno.EINVAL) {
                return false;
            }
            throw e; // with advice
        }
    }

    /// Receives four bytes and the end of the stream, once with limits and, where those are not
    /// known, once without.
    private void tryMultishotReceive(Ring ring) {
        MemorySegment memory = kernel.memory(BUFFERS * BUFFER_SIZE, arena);
        Descriptors descriptors = kernel.descriptors();
        MemorySegment fds = kernel.memory(2 * Integer.BYTES, arena);
        KernelException.check("socketpair", descriptors.socketpair(SocketConstants.AF_UNIX,
                SocketConstants.SOCK_STREAM | SocketConstants.SOCK_CLOEXEC, 0, fds));
        int reader = fds.get(JAVA_INT, 0);
        int writer = fds.get(JAVA_INT, Integer.BYTES);
        try (BufferRing buffers =
                BufferRing.register(ring, BufferRingOptions.classic(0, BUFFERS))) {
            for (int bid = 0; bid < BUFFERS; bid++) {
                buffers.add(memory.address() + (long) bid * BUFFER_SIZE, BUFFER_SIZE, bid);
            }
            buffers.publish();
            KernelException.check("write", descriptors.write(writer, memory.asSlice(0, 4)));
            KernelException.check("shutdown",
                    descriptors.shutdown(writer, SocketConstants.SHUT_WR));
            boolean limited = shotsArrive(ring, reader, 2);
            note(Feature.MULTISHOT_LIMIT, limited);
            note(Feature.MULTISHOT_RECEIVE, limited || shotsArrive(ring, reader, 0));
        } finally {
            descriptors.close(reader);
            descriptors.close(writer);
        }
    }

    /// Arms a multishot receive, limited to pieces of `length` bytes and two of them, or unlimited
    /// for 0; says whether the first piece came as it should and more were promised.
    private boolean shotsArrive(Ring ring, int fd, int length) {
        long before = ring.inFlight();
        ring.sqe().prepRecvMultishot(fd).length(length).optlen(2 * length).bufferSelect(0);
        int firstRes = 0;
        int firstFlags = 0;
        boolean first = true;
        long deadline = kernel.nanoTime() + PATIENCE_NANOS;
        CompletionQueue completions = ring.completions();
        while (ring.inFlight() > before && deadline - kernel.nanoTime() > 0) {
            ring.submitAndWait(1, Math.max(0, deadline - kernel.nanoTime()));
            while (completions.next()) {
                firstRes = first ? completions.res() : firstRes;
                firstFlags = first ? completions.flags() : firstFlags;
                first = false;
            }
            completions.advance();
        }
        return firstRes == (length == 0 ? 4 : length) && (firstFlags & IORING_CQE_F_MORE) != 0;
    }

    private BitSet askForOperations(Ring ring) {
        MemorySegment answer = kernel.memory(
                IoUringProbe.SIZE + OPERATIONS_MAX * IoUringProbeOp.SIZE, arena);
        int result = ring.register(RegisterOp.IORING_REGISTER_PROBE, answer, OPERATIONS_MAX);
        KernelException.check("IORING_REGISTER_PROBE", result);
        int count = Byte.toUnsignedInt(answer.get(JAVA_BYTE,
                IoUringProbe.OPS_LEN));
        BitSet operations = new BitSet(count);
        for (int i = 0; i < count; i++) {
            long at = IoUringProbe.OPS + (long) i * IoUringProbeOp.SIZE;
            int opcode = Byte.toUnsignedInt(answer.get(JAVA_BYTE,
                    at + IoUringProbeOp.OP));
            int flags = answer.get(JAVA_SHORT, at + IoUringProbeOp.FLAGS);
            operations.set(opcode, (flags & IoUringProbeOp.IO_URING_OP_SUPPORTED) != 0);
        }
        return operations;
    }

    /// Whether an answer means that the kernel knows what was asked for.
    ///
    /// @throws KernelException when it was refused for another reason
    private static boolean known(String operation, int result) {
        if (result == -Errno.EINVAL) {
            return false;
        }
        KernelException.check(operation, result);
        return true;
    }
}
