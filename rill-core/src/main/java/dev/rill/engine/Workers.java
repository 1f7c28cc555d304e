package dev.rill.engine;

import dev.rill.abi.Errno;
import dev.rill.abi.MsgFlags;
import dev.rill.abi.Opcode;
import dev.rill.abi.SqeFlags;
import java.util.ArrayList;
import java.util.List;

/// The kernel's worker threads, which may wait inside a call (io-wq). Here they are not threads:
/// a call that would wait is made again whenever its file has changed.
final class Workers {

    private final RingContext ring;
    /// Requests whose call waits, oldest first.
    private final List<Request> blocked = new ArrayList<>(0);

    Workers(RingContext ring) {
        this.ring = ring;
    }

    /// Does a request: the first try is unlocked, so buffers are committed at once
    /// (`io_wq_submit_work`).
    void issue(Request request) {
        if (request.done) {
            return;
        }
        ring.timeouts().prepareLink(request);
        if (request.multishot && Operations.needsFile(request)) {
            armOnly(request);
            return;
        }
        request.unlocked = true;
        // Only who was sent here from the start looks first whether it could wait outside.
        boolean looks = request.has(SqeFlags.IOSQE_ASYNC) || request.forceAsync;
        int result = looks ? Operations.issue(request) : -Errno.EAGAIN;
        if (result == -Errno.EAGAIN && !request.noWait) {
            if (looks && ring.polling().armUnlessReady(request)) {
                request.unlocked = false;
                ring.timeouts().startLink(request);
                return;
            }
            call(request);
        } else {
            end(request, result);
        }
    }

    /// The last resort is to wait inside the call.
    private void call(Request request) {
        // RECV and SEND do not look at O_NONBLOCK, everything else does.
        boolean waits = request.message != null && (request.file == null
                || !request.file.nonblocking() || request.opcode == Opcode.IORING_OP_RECV
                || request.opcode == Opcode.IORING_OP_SEND);
        if (waits) {
            request.message.data.waits = true;
            request.message.data.interrupted = request.interrupted;
        }
        boolean peeks = (request.opFlags & MsgFlags.MSG_PEEK) != 0;
        int result;
        boolean progress;
        do { // what has happened to the file by its own doing wakes it no more
            int before = request.transferred;
            result = Operations.issue(request);
            progress = request.transferred != before;
        } while (result == -Errno.EAGAIN && waits && progress && !peeks);
        if (waits) {
            request.message.data.waits = false;
        }
        // What only peeks gets the same again and again, and does not wait for more.
        boolean peeked = progress && peeks;
        if (result != -Errno.EAGAIN || !waits || peeked) {
            end(request, result);
        } else if (request.interrupted) {
            end(request, -Errno.EINTR);
        } else {
            block(request);
        }
    }

    private void block(Request request) {
        blocked.add(request);
        request.blocked = true;
        request.waitingIn = request.file.waiters();
        request.waitingIn.add(request, false);
    }

    /// The file of a request whose call waits has changed.
    void woken(Request request) {
        request.blocked = false;
        request.waitingIn.remove(request);
        request.waitingIn = null;
        blocked.remove(request);
        ring.queue(request, Request.WORK_BLOCKED);
    }

    void goOn(Request request) {
        call(request);
    }

    /// Those whose call waits, oldest first.
    List<Request> blocked() {
        return blocked;
    }

    /// Interrupts the call of one of them, as a signal does.
    void interrupt(Request request) {
        request.interrupted = true;
        woken(request);
    }

    private void end(Request request, int result) {
        request.unlocked = false;
        request.hasMessage = false; // its room for entries is freed, not kept
        switch (result) {
            case Request.COMPLETE -> post(request);
            case Request.SKIP -> ring.timeouts().startLink(request);
            default -> {
                ring.prepareFailure(request, result);
                post(request);
            }
        }
    }

    /// A worker posts what it has ended, before the ring's owner comes to what it has woken; with
    /// IORING_SETUP_DEFER_TASKRUN the owner posts everything (`io_req_complete_post`).
    private void post(Request request) {
        if (ring.deferred() || ring.posts()) {
            ring.queue(request, Request.WORK_COMPLETE);
        } else {
            ring.complete(request);
            ring.flush();
        }
    }

    /// A multishot request does not run on a worker: it waits for readiness there.
    private void armOnly(Request request) {
        int result = Operations.assignFile(request);
        if (result == 0 && !request.file.pollable()) {
            result = -Errno.EBADFD;
        }
        if (result == 0 && !ring.polling().armFromWorker(request)) {
            result = -Errno.ECANCELED;
        }
        if (result != 0) {
            ring.prepareFailure(request, result);
            ring.queue(request, Request.WORK_COMPLETE);
        }
    }
}
