package dev.rill.engine;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;

import dev.rill.abi.Errno;
import dev.rill.abi.Opcode;
import dev.rill.abi.PollFlags;
import java.util.ArrayList;
import java.util.List;

/// Requests that wait for readiness (io_uring/poll.c): the internal wait of receives and sends
/// ("arm poll"), and IORING_OP_POLL_ADD.
///
/// A wake-up only counts and queues work. A single-shot wait leaves the file's wait queue when it
/// is woken and is armed anew, at the front, when it turns out that others took the data; a
/// multishot wait keeps its place.
final class Polling {

    /// Multiplier that spreads user data over buckets (`hash_long`).
    private static final long GOLDEN_RATIO = 0x61c8_8646_80b5_83ebL;

    private static final int EVENTS_ALWAYS = Events.ERR | Events.HUP | Events.RDHUP;
    private static final int ENDED = Events.HUP | Events.RDHUP;

    // What a woken request is to do.
    private static final int NO_ACTION = 1;
    private static final int READY = 2;
    private static final int AGAIN = 3;
    private static final int REQUEUE = 4;
    private static final int USE_RESULT = 5;

    private final RingContext ring;
    /// Who waits, by hash of the user data, newest last: the order in which cancellation finds
    /// its victims. In one table, or in two, one behind the other.
    private final List<Request>[] buckets;
    private final int tableSize;
    private final int shift;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Polling(RingContext ring, int cqEntries) {
        this.ring = ring;
        int log = 31 - Integer.numberOfLeadingZeros(cqEntries);
        int bits = Math.max(1, Math.min(8, log - 5));
        boolean two = ring.kernel().profile().has(Quirk.TWO_TABLES_OF_WAITING);
        tableSize = 1 << bits;
        buckets = new List[two ? 2 * tableSize : tableSize];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new ArrayList<>(2);
        }
        shift = 64 - bits;
    }

    /// Everyone who waits, in the order that a search by descriptor or for all meets them.
    List<Request> all() {
        List<Request> found = new ArrayList<>();
        for (List<Request> bucket : buckets) {
            found.addAll(bucket.reversed());
        }
        return found;
    }

    /// Everyone who waits with some user data, newest first.
    List<Request> withUserData(long userData) {
        List<Request> found = new ArrayList<>(1);
        for (int at = hash(userData); at < buckets.length; at += tableSize) {
            for (Request request : buckets[at].reversed()) {
                if (request.userData == userData) {
                    found.add(request);
                }
            }
        }
        return found;
    }

    // ---- arming ---------------------------------------------------------------------------

    /// Lets a request wait for what its operation needs (`io_arm_poll_handler`).
    ///
    /// @return false when its file cannot be polled, or has said that it is ready again and again
    ///         without being so: then a worker takes over
    boolean arm(Request request) {
        if (!mayWait(request)) {
            return false;
        }
        prepare(request);
        int ready = enter(request, false);
        if (ready == 0) {
            return true;
        }
        if (request.oneshot) {
            leave(request);
            ring.queue(request, Request.WORK_SUBMIT);
        } else {
            woken(request, ready);
        }
        return true;
    }

    /// The same for a worker's single-shot request, which does not come back for what is ready.
    ///
    /// @return false when it cannot wait, or need not
    boolean armUnlessReady(Request request) {
        if (!mayWait(request)) {
            return false;
        }
        prepare(request);
        if (enter(request, true) == 0) {
            return true;
        }
        leave(request);
        return false;
    }

    private static boolean mayWait(Request request) {
        return request.file != null && request.file.pollable()
                && (!request.polled || --request.waitsLeft > 0);
    }

    /// The same from a worker, where a wait for space that is there already is refused.
    boolean armFromWorker(Request request) {
        prepare(request);
        request.oneshot = request.opcode == Opcode.IORING_OP_SEND;
        int ready = enter(request, true);
        if (ready != 0) {
            if (request.oneshot) {
                leave(request);
                return false;
            }
            woken(request, ready);
        }
        return true;
    }

    private void prepare(Request request) {
        request.pollEvents = Operations.pollEvents(request) | EVENTS_ALWAYS;
        request.oneshot = !request.multishot || request.opcode == Opcode.IORING_OP_SEND;
        request.polled = true;
    }

    /// Arms a request of IORING_OP_POLL_ADD.
    ///
    /// @return events that are true already
    int armPollAdd(Request request, int events, boolean multishot) {
        request.pollEvents = events | EVENTS_ALWAYS;
        request.oneshot = !multishot;
        request.multishot = multishot;
        return enter(request, request.unlocked);
    }

    private int enter(Request request, boolean byWorker) {
        request.armed = true;
        request.cancelled = false;
        request.pollReferences = 0;
        request.pollResult = 0;
        request.waitingIn = request.file.waiters();
        request.waitingIn.add(request, request.opcode == Opcode.IORING_OP_ACCEPT);
        request.table = table(request, byWorker);
        bucket(request).add(request);
        return request.file.poll(request.pollEvents) & request.pollEvents;
    }

    /// Takes a request out of everything it waits in.
    void leave(Request request) {
        if (request.armed) {
            request.armed = false;
            bucket(request).remove(request);
        }
        leaveQueue(request);
    }

    private static void leaveQueue(Request request) {
        if (request.waitingIn != null) {
            request.waitingIn.remove(request);
            request.waitingIn = null;
        }
    }

    // ---- waking ---------------------------------------------------------------------------

    /// A file has changed (`io_poll_wake`).
    void woken(Request request, int mask) {
        // What is urgent is asked for by everyone, and is not enough to be woken for.
        if (mask != 0 && (mask & request.pollEvents & ~PollFlags.POLLPRI) == 0) {
            return;
        }
        if (request.pollReferences++ > 0) {
            return; // the work is queued already
        }
        request.pollResult = mask & request.pollEvents;
        if (mask != 0 && request.oneshot) {
            leaveQueue(request);
        }
        ring.queue(request, Request.WORK_POLL);
    }

    /// Ends a wait; the request's own completion follows as work.
    void cancel(Request request) {
        request.cancelled = true;
        if (request.pollReferences++ == 0) {
            ring.queue(request, Request.WORK_POLL);
        }
    }

    /// The same for IORING_OP_POLL_REMOVE: nobody finds the request any more.
    ///
    /// @return 0, or `-EALREADY` when it has been woken and has not looked yet
    int remove(Request request) {
        if (request.pollReferences++ > 0) {
            return -Errno.EALREADY; // the wake-up counts as several now
        }
        bucket(request).remove(request);
        request.cancelled = true;
        ring.queue(request, Request.WORK_POLL);
        return 0;
    }

    /// Does what a wake-up asked for (`io_poll_task_func`).
    void run(Request request) {
        if (request.done) {
            return;
        }
        int outcome = look(request);
        if (outcome == NO_ACTION) {
            return;
        }
        if (outcome == REQUEUE) {
            request.pollResult = 0;
            ring.queue(request, Request.WORK_POLL);
            return;
        }
        leave(request);
        boolean pollAdd = request.opcode == Opcode.IORING_OP_POLL_ADD;
        switch (outcome) {
            case USE_RESULT -> ring.complete(request);
            case READY -> {
                if (pollAdd) {
                    finishPollAdd(request, request.pollResult);
                } else {
                    ring.resume(request);
                }
            }
            case AGAIN -> {
                if (!pollAdd) {
                    ring.resume(request);
                    return;
                }
                int ready = armPollAdd(request, request.pollEvents, false);
                if (ready != 0) {
                    leave(request);
                    finishPollAdd(request, ready);
                }
            }
            default -> ring.fail(request, outcome);
        }
    }

    private void finishPollAdd(Request request, int events) {
        request.complete(events);
        ring.complete(request);
    }

    /// Works off the wake-ups that have come together (`io_poll_check_events`).
    private int look(Request request) {
        boolean lookedForEnd = request.ring.kernel().profile().has(Quirk.LOST_END)
                || request.opcode == Opcode.IORING_OP_POLL_ADD;
        do {
            int references = request.pollReferences;
            if (request.cancelled) {
                return -Errno.ECANCELED;
            }
            if (references != 1) {
                request.pollResult = 0; // several: what the first one said may be outdated
            }
            if (request.pollResult == 0) {
                request.pollResult = request.file.poll(request.pollEvents) & request.pollEvents;
            }
            int events = request.pollResult;
            if (events != 0) {
                if (request.oneshot) {
                    return READY;
                }
                int outcome = shoot(request, events);
                if (outcome != 0) {
                    return outcome;
                }
                if ((events & ENDED) != 0 && references != 1 && !lookedForEnd) {
                    lookedForEnd = true;
                    request.pollReferences++; // what came before the end must not hide it
                }
            } else if (request.oneshot) {
                return AGAIN;
            }
            request.pollResult = 0;
            request.pollReferences -= references;
        } while (request.pollReferences > 0);
        return NO_ACTION;
    }

    /// One round of a multishot request.
    ///
    /// @return 0 to stay armed, or what to do
    private int shoot(Request request, int events) {
        if (request.opcode == Opcode.IORING_OP_POLL_ADD) {
            int told = told(request, events);
            if (told == 0 || ring.postMore(request, told, IORING_CQE_F_MORE)) {
                return 0;
            }
            request.complete(told);
            return USE_RESULT;
        }
        int result = Operations.issueFromPoll(request);
        return switch (result) {
            case Request.COMPLETE -> USE_RESULT;
            case Request.REQUEUE -> REQUEUE;
            case -Errno.EAGAIN -> 0;
            default -> result;
        };
    }

    private int told(Request request, int events) {
        return ring.kernel().profile().has(Quirk.MULTISHOT_POLL_TELLS_LESS)
                ? events & (request.opFlags | ~Events.RDHUP) : events;
    }

    /// Where there are two tables, what workers have armed is in the first one, and so are requests
    /// of IORING_OP_POLL_ADD on rings that several threads may use.
    private int table(Request request, boolean byWorker) {
        boolean first = byWorker
                || request.opcode == Opcode.IORING_OP_POLL_ADD && !ring.singleIssuer();
        return first ? 0 : buckets.length - tableSize;
    }

    private List<Request> bucket(Request request) {
        return buckets[request.table + hash(request.userData)];
    }

    private int hash(long userData) {
        return (int) (userData * GOLDEN_RATIO >>> shift);
    }
}
