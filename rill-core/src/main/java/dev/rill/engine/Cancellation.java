package dev.rill.engine;

import static dev.rill.abi.CancelFlags.IORING_ASYNC_CANCEL_ALL;
import static dev.rill.abi.CancelFlags.IORING_ASYNC_CANCEL_ANY;
import static dev.rill.abi.CancelFlags.IORING_ASYNC_CANCEL_FD;
import static dev.rill.abi.CancelFlags.IORING_ASYNC_CANCEL_FD_FIXED;
import static dev.rill.abi.CancelFlags.IORING_ASYNC_CANCEL_OP;
import static dev.rill.abi.CancelFlags.IORING_ASYNC_CANCEL_USERDATA;

import dev.rill.abi.Errno;
import java.util.ArrayList;
import java.util.List;

/// Ends requests that wait (io_uring/cancel.c). The answer comes first, the victims' own
/// completions after it, as work.
final class Cancellation {

    private static final int KNOWN = IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD
            | IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_FD_FIXED
            | IORING_ASYNC_CANCEL_USERDATA | IORING_ASYNC_CANCEL_OP;

    /// Whom to end.
    record Target(long userData, OpenFile file, int opcode, int flags) {

        boolean all() {
            return (flags & (IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY)) != 0;
        }

        /// Without any other criterion it is the user data that counts.
        boolean byUserData() {
            return (flags & (IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ANY
                    | IORING_ASYNC_CANCEL_OP)) == 0
                    || (flags & IORING_ASYNC_CANCEL_USERDATA) != 0;
        }

        boolean matches(Request request) {
            if ((flags & IORING_ASYNC_CANCEL_ANY) != 0) {
                return true;
            }
            if ((flags & IORING_ASYNC_CANCEL_FD) != 0 && request.file != file) {
                return false;
            }
            if ((flags & IORING_ASYNC_CANCEL_OP) != 0 && request.opcode != opcode) {
                return false;
            }
            return !byUserData() || request.userData == userData;
        }
    }

    private final RingContext ring;

    Cancellation(RingContext ring) {
        this.ring = ring;
    }

    static int prepare(Request request) {
        int flags = request.opFlags;
        if (request.selects() || request.off != 0 || request.fileIndex != 0
                || (flags & ~KNOWN) != 0) {
            return -Errno.EINVAL;
        }
        boolean any = (flags & IORING_ASYNC_CANCEL_ANY) != 0;
        return any && (flags & (IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_OP)) != 0
                ? -Errno.EINVAL : 0;
    }

    static int issue(Request request) {
        return request.complete(request.ring.cancellation().cancel(request, request.addr,
                request.fd, request.sqeLen, request.opFlags));
    }

    int cancel(long userData, int fd, int opcode, int flags) {
        return cancel(null, userData, fd, opcode, flags);
    }

    /// @param self who asks, or null
    /// @return how many were found with ALL or ANY, otherwise 0; or `-errno`
    private int cancel(Request self, long userData, int fd, int opcode, int flags) {
        OpenFile file = null;
        if ((flags & IORING_ASYNC_CANCEL_FD) != 0) {
            file = (flags & IORING_ASYNC_CANCEL_FD_FIXED) != 0 ? ring.fixedFile(fd)
                    : ring.kernel().files().get(fd);
            if (file == null) {
                return -Errno.EBADF;
            }
        }
        Target target = new Target(userData, file, opcode, flags);
        boolean running = interrupt(target) || self != null && self.unlocked
                && isItself(target, self);
        List<Request> victims = find(target);
        victims.forEach(this::end);
        return target.all() ? victims.size() : !victims.isEmpty() ? 0
                : running ? -Errno.EALREADY : -Errno.ENOENT;
    }

    /// A cancel that a worker runs may find itself.
    private static boolean isItself(Target target, Request self) {
        OpenFile own = self.file;
        self.file = target.file;
        boolean found = target.matches(self);
        self.file = own;
        return found;
    }

    /// Calls that wait are interrupted, which is no answer to whether that ends them.
    private boolean interrupt(Target target) {
        List<Request> found = ring.workers().blocked().stream().filter(target::matches).toList();
        if (!target.all() && !found.isEmpty()) {
            found = found.subList(0, 1);
        }
        found.forEach(ring.workers()::interrupt);
        return !found.isEmpty();
    }

    /// @return 0, `-EALREADY` when its call was interrupted, `-ENOENT` when it does not wait
    int cancelRequest(Request request) {
        if (request.blocked) {
            ring.workers().interrupt(request);
            return -Errno.EALREADY;
        }
        if (request.armed && !request.cancelled || ring.timeouts().all().contains(request)) {
            end(request);
            return 0;
        }
        return -Errno.ENOENT;
    }

    void cancelEverything() {
        cancel(0, -1, 0, IORING_ASYNC_CANCEL_ANY);
    }

    private List<Request> find(Target target) {
        boolean narrow = target.byUserData()
                && (target.flags & IORING_ASYNC_CANCEL_ANY) == 0;
        List<Request> waiting = narrow ? ring.polling().withUserData(target.userData)
                : ring.polling().all();
        List<Request> victims = new ArrayList<>();
        // Whom another request has cancelled just now is found once more.
        for (Request request : waiting) {
            if (target.matches(request) && (victims.isEmpty() || target.all())) {
                victims.add(request);
            }
        }
        if ((target.flags & IORING_ASYNC_CANCEL_FD) == 0) {
            for (Request request : ring.timeouts().all()) {
                if (target.matches(request) && (victims.isEmpty() || target.all())) {
                    victims.add(request);
                }
            }
        }
        return victims;
    }

    private void end(Request request) {
        if (request.armed) {
            ring.polling().cancel(request);
        } else {
            ring.timeouts().cancel(request);
        }
    }
}
