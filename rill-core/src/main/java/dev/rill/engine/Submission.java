package dev.rill.engine;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.rill.abi.CqeFlags;
import dev.rill.abi.Errno;
import dev.rill.abi.Opcode;
import dev.rill.abi.SetupFlags;
import dev.rill.abi.SqeFlags;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;

/// The kernel's end of a submission queue: takes entries, checks them, assembles chains
/// (io_uring/io_uring.c: io_submit_sqes, io_init_req, io_submit_sqe).
final class Submission {

    private static final VarHandle INT = JAVA_INT.varHandle();
    private static final int KNOWN_FLAGS = SqeFlags.IOSQE_FIXED_FILE | SqeFlags.IOSQE_IO_DRAIN
            | SqeFlags.IOSQE_IO_LINK | SqeFlags.IOSQE_IO_HARDLINK | SqeFlags.IOSQE_ASYNC
            | SqeFlags.IOSQE_BUFFER_SELECT | SqeFlags.IOSQE_CQE_SKIP_SUCCESS;

    private final RingContext ring;
    private final RingLayout layout;
    /// What the kernel's workers have been given, in order.
    private final ArrayDeque<Request> punted = new ArrayDeque<>();
    private int head;
    /// Whether a request has ever asked for no completion.
    private boolean skips;
    private Request first;
    private Request last;

    Submission(RingContext ring, RingLayout layout) {
        this.ring = ring;
        this.layout = layout;
    }

    /// How many entries the program has published.
    int available() {
        int tail = (int) INT.getAcquire(layout.rings().memory(), (long) RingLayout.SQ_TAIL);
        return Math.min(tail - head, layout.sqEntries);
    }

    /// Takes entries and starts their requests.
    ///
    /// @return how many were taken
    int submit(int count) {
        MemorySegment queue = layout.rings().memory();
        int left = Math.min(count, available());
        int taken = 0;
        boolean all = (ring.flags() & SetupFlags.IORING_SETUP_SUBMIT_ALL) != 0;
        while (taken < left) {
            int index = head++ & layout.sqEntries - 1;
            taken++;
            if (layout.array != 0) {
                index = queue.get(JAVA_INT, layout.array + 4L * index);
                if (Integer.compareUnsigned(index, layout.sqEntries) >= 0) {
                    int dropped = queue.get(JAVA_INT, RingLayout.SQ_DROPPED);
                    queue.set(JAVA_INT, RingLayout.SQ_DROPPED, dropped + 1);
                    continue;
                }
            }
            Request request =
                    new Request(ring, layout.sqes().memory(), (long) index * layout.sqeSize);
            if (submit(request) != 0 && !all) {
                break;
            }
        }
        endOpenChain();
        ring.flush();
        INT.setRelease(queue, (long) RingLayout.SQ_HEAD, head);
        runPunted();
        return taken;
    }

    /// Gives a request to a worker. Here workers run when the batch has been submitted: they are
    /// other threads, and rarely faster than that.
    void punt(Request request) {
        punted.add(request);
    }

    void runPunted() {
        while (!punted.isEmpty()) {
            ring.workers().issue(punted.poll());
        }
    }

    private int submit(Request request) {
        int result = check(request);
        if (result == 0) {
            result = Operations.prepare(request);
        }
        if (result == 0 && request.opcode == Opcode.IORING_OP_LINK_TIMEOUT) {
            result = attachTimeout(request);
        }
        if (result != 0) {
            request.failed = true;
            request.res = result;
            if (first != null && !first.failed) {
                first.failed = true;
                first.res = -Errno.ECANCELED;
            }
        }
        if (first != null) {
            last.link = request;
            last = request;
            if (!request.linked()) {
                endChain();
            }
        } else if (request.linked()) {
            first = request;
            last = request;
        } else {
            begin(request);
        }
        return request.linked() ? 0 : result; // a chain is taken to its end, however it starts
    }

    private void endChain() {
        if (first != null) {
            Request request = first;
            first = null;
            last = null;
            begin(request);
        }
    }

    /// A chain that the batch did not end is a worker's.
    private void endOpenChain() {
        if (first != null) {
            first.forceAsync = true;
            endChain();
        }
    }

    private void begin(Request request) {
        if (request.failed) {
            // even a hard link does not survive an entry that is wrong
            request.flags = request.flags & ~SqeFlags.IOSQE_IO_HARDLINK;
            ring.adopt();
            request.hasMessage = false;
            request.cflags = request.notifies ? CqeFlags.IORING_CQE_F_MORE : 0;
            ring.complete(request);
        } else if (!ring.draining().holdBack(request)) {
            ring.start(request);
        }
    }

    private int attachTimeout(Request request) {
        if (first == null || last.opcode == Opcode.IORING_OP_LINK_TIMEOUT) {
            return -Errno.EINVAL;
        }
        request.head = last;
        last.timeout = request;
        return 0;
    }

    private int check(Request request) {
        Operations.Definition definition = Operations.definition(request.opcode);
        if (definition == null || request.opcode == Opcode.IORING_OP_RECV_ZC
                && request.profile().has(Quirk.NO_ZERO_COPY_RECEIVE)) {
            return -Errno.EINVAL;
        }
        if ((request.flags & ~KNOWN_FLAGS) != 0) {
            return -Errno.EINVAL;
        }
        if (request.selects() && !definition.selects()) {
            return -Errno.EOPNOTSUPP;
        }
        skips |= request.has(SqeFlags.IOSQE_CQE_SKIP_SUCCESS);
        if (request.has(SqeFlags.IOSQE_IO_DRAIN) && skips) {
            return -Errno.EOPNOTSUPP; // what has no completion cannot be counted
        }
        if (request.ioprio != 0 && !definition.ioprio()) {
            return -Errno.EINVAL;
        }
        if ((ring.flags() & SetupFlags.IORING_SETUP_IOPOLL) != 0 && !definition.iopoll()) {
            return -Errno.EINVAL;
        }
        return request.personality != 0 ? -Errno.EINVAL : 0;
    }
}
