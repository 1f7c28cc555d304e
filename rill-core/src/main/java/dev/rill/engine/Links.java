package dev.rill.engine;

import dev.rill.abi.Errno;
import dev.rill.abi.Opcode;
import dev.rill.abi.SqeFlags;

/// What follows a completed request of a chain (IOSQE_IO_LINK): the next one after success, the
/// end of all others after failure (io_uring/timeout.c: io_disarm_next, io_fail_links).
final class Links {

    private Links() {
    }

    static void follow(Request request) {
        Request next = request.link;
        request.link = null;
        if (next == null) {
            return;
        }
        RingContext ring = request.ring;
        if (next.opcode == Opcode.IORING_OP_LINK_TIMEOUT) {
            Request behind = next.link;
            next.link = null;
            ring.timeouts().disarmLink(next);
            next = behind;
        }
        if (request.failed && !request.has(SqeFlags.IOSQE_IO_HARDLINK)) {
            boolean silent = request.has(SqeFlags.IOSQE_CQE_SKIP_SUCCESS) || request.silent;
            failAll(ring, next, silent);
        } else if (next != null) {
            ring.adopt();
            ring.queue(next, Request.WORK_SUBMIT);
        }
    }

    /// Each of them has a completion of its own: -ECANCELED, or what was wrong with itself.
    ///
    /// @param silent whether they stay without: who wants no completion of a success gets only that
    ///        of the failure
    private static void failAll(RingContext ring, Request first, boolean silent) {
        Request next = first;
        while (next != null) {
            Request behind = next.link;
            next.link = null;
            int result = next.failed ? next.res : -Errno.ECANCELED;
            next.failed = true;
            next.res = result;
            next.cflags = 0;
            next.hasMessage = false;
            next.silent = silent;
            ring.adopt();
            ring.queue(next, Request.WORK_COMPLETE);
            next = behind;
        }
    }
}
