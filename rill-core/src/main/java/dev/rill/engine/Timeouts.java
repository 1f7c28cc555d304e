package dev.rill.engine;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;
import static dev.rill.abi.TimeoutFlags.IORING_LINK_TIMEOUT_UPDATE;
import static dev.rill.abi.TimeoutFlags.IORING_TIMEOUT_ABS;
import static dev.rill.abi.TimeoutFlags.IORING_TIMEOUT_BOOTTIME;
import static dev.rill.abi.TimeoutFlags.IORING_TIMEOUT_CLOCK_MASK;
import static dev.rill.abi.TimeoutFlags.IORING_TIMEOUT_ETIME_SUCCESS;
import static dev.rill.abi.TimeoutFlags.IORING_TIMEOUT_MULTISHOT;
import static dev.rill.abi.TimeoutFlags.IORING_TIMEOUT_REALTIME;
import static dev.rill.abi.TimeoutFlags.IORING_TIMEOUT_UPDATE;
import static dev.rill.abi.TimeoutFlags.IORING_TIMEOUT_UPDATE_MASK;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.rill.abi.Errno;
import dev.rill.abi.KernelTimespec;
import dev.rill.abi.Opcode;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Timeouts of a ring: by time, by number of completions, and those linked to a request
/// (io_uring/timeout.c).
final class Timeouts {

    private static final long NANOS = 1_000_000_000L;

    /// What a timeout waits for.
    private static final class Timer {
        final Request request;
        long nanos;
        long deadline;
        /// Other completions after which it ends, as a number of [#counted]; 0 for none.
        long target;
        long repeats;

        Timer(Request request, long nanos) {
            this.request = request;
            this.nanos = nanos;
        }
    }

    private final RingContext ring;
    /// Running, soonest first.
    private final List<Timer> timers = new ArrayList<>();
    /// The same that can be cancelled: those that count by what they wait for, the others behind
    /// them as they came (`timeout_list`).
    private final List<Timer> listed = new ArrayList<>();
    private int seenTail;
    private long counted = 1L << 32;
    /// Of timeouts that have ended by themselves. Those that somebody ends count like all others.
    private int ownCompletions;

    Timeouts(RingContext ring) {
        this.ring = ring;
    }

    // ---- IORING_OP_TIMEOUT ----------------------------------------------------------------

    static int prepare(Request request) {
        boolean link = request.opcode == Opcode.IORING_OP_LINK_TIMEOUT;
        int flags = request.opFlags;
        if (request.sqeLen != 1 || request.bufGroup != 0 || request.fileIndex != 0
                || link && request.off != 0) {
            return -Errno.EINVAL;
        }
        if ((flags & ~(IORING_TIMEOUT_ABS | IORING_TIMEOUT_CLOCK_MASK
                | IORING_TIMEOUT_ETIME_SUCCESS | IORING_TIMEOUT_MULTISHOT)) != 0
                || Integer.bitCount(flags & IORING_TIMEOUT_CLOCK_MASK) > 1
                || (flags & IORING_TIMEOUT_MULTISHOT) != 0 && (flags & IORING_TIMEOUT_ABS) != 0) {
            return -Errno.EINVAL;
        }
        long nanos = readTime(request, request.addr);
        if (nanos < 0) {
            return (int) nanos;
        }
        request.operation = new Timer(request, nanos);
        return 0;
    }

    static int issue(Request request) {
        return request.ring.timeouts().start(request);
    }

    private int start(Request request) {
        Timer timer = (Timer) request.operation;
        timer.deadline = deadline(timer.nanos, request.opFlags);
        if ((request.opFlags & IORING_TIMEOUT_MULTISHOT) != 0) {
            timer.repeats = request.off == 0 ? -1 : request.off;
        } else if (request.off != 0) {
            follow(ring.completions().tail()); // who has waited for that long enough ends later
            timer.target = counted + request.off;
        }
        insert(timer);
        list(timer);
        return Request.SKIP;
    }

    /// Ends what is due; completions follow as work.
    void expire(long now) {
        while (!timers.isEmpty() && timers.getFirst().deadline - now <= 0) {
            Timer timer = timers.removeFirst();
            Request request = timer.request;
            listed.remove(timer);
            if (request.opcode == Opcode.IORING_OP_LINK_TIMEOUT) {
                ring.queue(request, Request.WORK_LINK_TIMEOUT);
                continue;
            }
            boolean goesOn = (request.opFlags & IORING_TIMEOUT_MULTISHOT) != 0
                    && (timer.repeats < 0 || --timer.repeats > 0);
            if (goesOn && ring.postMore(request, -Errno.ETIME, IORING_CQE_F_MORE)) {
                ownCompletions++;
                timer.deadline += timer.nanos;
                insert(timer);
                list(timer);
                continue;
            }
            ownCompletions++;
            end(request, -Errno.ETIME,
                    (request.opFlags & IORING_TIMEOUT_ETIME_SUCCESS) == 0);
        }
    }

    /// Ends timeouts that wait for a number of completions.
    void count(int tail) {
        boolean neverCount = ring.kernel().profile().has(Quirk.TIMEOUTS_NEVER_COUNT);
        // one that ended in silence is taken away all the same
        boolean wrapped = follow(tail) < 0 && !neverCount;
        for (int i = 0; i < listed.size(); i++) {
            Timer timer = listed.get(i);
            if (timer.target != 0 && (wrapped || timer.target <= counted)) {
                listed.remove(i--);
                timers.remove(timer);
                ownCompletions++;
                end(timer.request, 0, false);
            }
        }
    }

    /// @return how many completions of others have come since it was asked last
    private int follow(int tail) {
        int others = tail - seenTail - ownCompletions;
        seenTail = tail;
        ownCompletions = 0;
        counted += others;
        return others;
    }

    private void end(Request request, int result, boolean failed) {
        request.res = result;
        request.cflags = 0;
        request.failed = failed;
        ring.queue(request, Request.WORK_COMPLETE);
    }

    /// When the next one is due, or `Long.MAX_VALUE`.
    long next() {
        return timers.isEmpty() ? Long.MAX_VALUE : timers.getFirst().deadline;
    }

    /// Timeouts that can be cancelled.
    List<Request> all() {
        return listed.stream().map(timer -> timer.request).toList();
    }

    void cancel(Request request) {
        timers.removeIf(timer -> timer.request == request);
        listed.removeIf(timer -> timer.request == request);
        if (ring.kernel().profile().has(Quirk.TIMEOUTS_NEVER_COUNT)) {
            ownCompletions++;
        }
        end(request, -Errno.ECANCELED, true);
    }

    // ---- IORING_OP_TIMEOUT_REMOVE ---------------------------------------------------------

    static int prepareRemove(Request request) {
        int flags = request.opFlags;
        if (request.selects() || request.bufGroup != 0 || request.sqeLen != 0
                || request.fileIndex != 0) {
            return -Errno.EINVAL;
        }
        if ((flags & IORING_TIMEOUT_UPDATE_MASK) == 0) {
            return flags != 0 ? -Errno.EINVAL : 0;
        }
        if ((flags & ~(IORING_TIMEOUT_UPDATE_MASK | IORING_TIMEOUT_ABS
                | IORING_TIMEOUT_CLOCK_MASK)) != 0) {
            return -Errno.EINVAL;
        }
        long nanos = readTime(request, request.off);
        if (nanos < 0) {
            return (int) nanos;
        }
        request.position = nanos;
        return 0;
    }

    static int issueRemove(Request request) {
        return request.complete(request.ring.timeouts().remove(request));
    }

    private int remove(Request request) {
        boolean update = (request.opFlags & IORING_TIMEOUT_UPDATE_MASK) != 0;
        boolean link = (request.opFlags & IORING_LINK_TIMEOUT_UPDATE) != 0;
        int opcode = link ? Opcode.IORING_OP_LINK_TIMEOUT : Opcode.IORING_OP_TIMEOUT;
        for (Timer timer : timers) {
            if (timer.request.userData != request.addr || timer.request.opcode != opcode) {
                continue;
            }
            if (!update) {
                cancel(timer.request);
                return 0;
            }
            timers.remove(timer);
            timer.nanos = request.position;
            timer.target = (request.opFlags & IORING_TIMEOUT_UPDATE) != 0 ? 0 : timer.target;
            timer.deadline = deadline(timer.nanos, request.opFlags);
            insert(timer);
            if (listed.remove(timer)) {
                list(timer);
            }
            return 0;
        }
        return -Errno.ENOENT;
    }

    // ---- IORING_OP_LINK_TIMEOUT -----------------------------------------------------------

    /// A request with a linked timeout is about to be tried.
    void prepareLink(Request request) {
        if (request.timeout != null && request.timeout.head != request) {
            request.timeout = null;
        }
    }

    /// The request waits: its time runs from now on.
    void startLink(Request request) {
        Request timeout = request.timeout;
        if (timeout == null || request.done || timeout.armed) {
            return;
        }
        timeout.armed = true;
        Timer timer = (Timer) timeout.operation;
        timer.deadline = deadline(timer.nanos, timeout.opFlags);
        insert(timer);
    }

    /// The request is complete before its timeout, or without it having been started.
    void disarmLink(Request timeout) {
        boolean running = timers.removeIf(timer -> timer.request == timeout);
        if (!timeout.armed || running) {
            ring.adopt();
            end(timeout, -Errno.ECANCELED, true);
        }
    }

    /// The time of a request is over (`io_req_task_link_timeout`).
    void linkExpired(Request timeout) {
        int found = timeout.head == null || timeout.head.done ? -Errno.ENOENT
                : ring.cancellation().cancelRequest(timeout.head);
        ring.adopt();
        timeout.complete(found == 0 ? -Errno.ETIME : found);
        ring.complete(timeout);
    }

    // ---- time -----------------------------------------------------------------------------

    private void list(Timer timer) {
        int at = listed.size();
        if (timer.target != 0) {
            while (at > 0 && (listed.get(at - 1).target == 0
                    || listed.get(at - 1).target > timer.target)) {
                at--;
            }
        }
        listed.add(at, timer);
    }

    private void insert(Timer timer) {
        int at = timers.size();
        while (at > 0 && timers.get(at - 1).deadline - timer.deadline > 0) {
            at--;
        }
        timers.add(at, timer);
    }

    private long deadline(long nanos, int flags) {
        EngineClock clock = ring.kernel().clock();
        long now = clock.now();
        if ((flags & IORING_TIMEOUT_ABS) == 0) {
            return saturated(now, nanos);
        }
        boolean wall = (flags & (IORING_TIMEOUT_REALTIME | IORING_TIMEOUT_BOOTTIME))
                == IORING_TIMEOUT_REALTIME;
        return wall ? now + (nanos - clock.wall()) : nanos;
    }

    static long saturated(long now, long nanos) {
        return nanos > Long.MAX_VALUE / 2 ? Long.MAX_VALUE - 1 : now + nanos;
    }

    private static long readTime(Request request, long address) {
        MemorySegment time = request.memory().slice(address, KernelTimespec.SIZE);
        return time == null ? -Errno.EFAULT : nanos(time);
    }

    /// @return nanoseconds, or `-EINVAL`
    static long nanos(MemorySegment time) {
        long seconds = time.get(JAVA_LONG_UNALIGNED, KernelTimespec.TV_SEC);
        long nanos = time.get(JAVA_LONG_UNALIGNED, KernelTimespec.TV_NSEC);
        if (seconds < 0 || nanos < 0) {
            return -Errno.EINVAL;
        }
        return seconds > Long.MAX_VALUE / NANOS / 4 ? Long.MAX_VALUE / 2 + 1
                : seconds * NANOS + nanos;
    }
}
