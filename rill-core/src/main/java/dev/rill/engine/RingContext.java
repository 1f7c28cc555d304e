package dev.rill.engine;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_NOTIF;
import static dev.rill.abi.SetupFlags.IORING_SETUP_DEFER_TASKRUN;
import static dev.rill.abi.SetupFlags.IORING_SETUP_R_DISABLED;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SINGLE_ISSUER;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SQPOLL;
import static dev.rill.abi.SetupFlags.IORING_SETUP_TASKRUN_FLAG;

import dev.rill.abi.CqeFlags;
import dev.rill.abi.Errno;
import dev.rill.abi.QueueFlags;
import dev.rill.abi.SqeFlags;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// One ring: what its requests are doing, and the work that waits for its owner
/// (`struct io_ring_ctx`, io_uring/io_uring.c).
///
/// Nothing happens here but inside a call of `enter`. What another thread does to a file only
/// marks work; the ring's owner does it when it asks for events, as with
/// IORING_SETUP_DEFER_TASKRUN. Rings without that flag also do it at the end of other calls.
final class RingContext implements OpenFile {

    private final InProcessKernel kernel;
    private final RingLayout layout;
    private final int flags;
    private final CompletionPoster completions;
    private final Submission submission;
    private final BufferLists buffers;
    private final Polling polling;
    private final Timeouts timeouts;
    private final Cancellation cancellation;
    private final Workers workers;
    private final References references = new References();
    private final WaitQueue waiters = new WaitQueue();
    private final ArrayDeque<Request> work = new ArrayDeque<>();
    /// Completed and not posted yet: one batch (`submit_state.compl_reqs`).
    private final List<Request> completed = new ArrayList<>();
    private final Draining draining = new Draining(this);
    /// Room for entries left over by bundles of earlier requests, newest last (Q27).
    private final ArrayDeque<Integer> capacities = new ArrayDeque<>();
    OpenFile[] fixedFiles;
    /// The only thread that may use a ring with IORING_SETUP_SINGLE_ISSUER.
    private Thread submitter;
    /// The thread that used the ring last, whose task work it is.
    private Thread task = Thread.currentThread();
    private boolean disabled;
    private boolean closed;
    private boolean news;
    private boolean posting;
    private int inFlight;

    RingContext(InProcessKernel kernel, RingLayout layout, int flags) {
        this.kernel = kernel;
        this.layout = layout;
        this.flags = flags;
        completions = new CompletionPoster(layout);
        submission = new Submission(this, layout);
        buffers = new BufferLists(kernel.profile());
        polling = new Polling(this, layout.cqEntries);
        timeouts = new Timeouts(this);
        cancellation = new Cancellation(this);
        workers = new Workers(this);
        disabled = (flags & IORING_SETUP_R_DISABLED) != 0;
        if (singleIssuer() && !disabled) {
            submitter = Thread.currentThread();
        }
        if (sqPoll()) {
            completions.setSqFlag(QueueFlags.IORING_SQ_NEED_WAKEUP, true);
        }
    }

    InProcessKernel kernel() {
        return kernel;
    }

    RingLayout layout() {
        return layout;
    }

    int flags() {
        return flags;
    }

    CompletionPoster completions() {
        return completions;
    }

    Submission submission() {
        return submission;
    }

    BufferLists buffers() {
        return buffers;
    }

    Polling polling() {
        return polling;
    }

    Draining draining() {
        return draining;
    }

    Timeouts timeouts() {
        return timeouts;
    }

    Cancellation cancellation() {
        return cancellation;
    }

    Workers workers() {
        return workers;
    }

    boolean deferred() {
        return (flags & IORING_SETUP_DEFER_TASKRUN) != 0;
    }

    /// A ring with a submitting thread in the kernel. Here that thread always sleeps: the flag
    /// that asks for a wake-up is always set, and the wake-up submits everything.
    boolean sqPoll() {
        return (flags & IORING_SETUP_SQPOLL) != 0;
    }

    boolean singleIssuer() {
        return (flags & IORING_SETUP_SINGLE_ISSUER) != 0;
    }

    boolean disabled() {
        return disabled;
    }

    boolean closed() {
        return closed;
    }

    int enable() {
        if (!disabled) {
            return -Errno.EBADFD;
        }
        disabled = false;
        if (singleIssuer()) {
            submitter = Thread.currentThread();
        }
        return 0;
    }

    /// A thread uses the ring.
    void enteredByThisThread() {
        task = Thread.currentThread();
    }

    boolean belongsToAnother() {
        return submitter != null && submitter != Thread.currentThread();
    }

    // ---- work -----------------------------------------------------------------------------

    /// Leaves something for the owner to do (`io_req_task_work_add`).
    void queue(Request request, int kind) {
        request.work = kind;
        work.add(request);
        news = true;
        if ((flags & IORING_SETUP_TASKRUN_FLAG) != 0) {
            completions.setSqFlag(QueueFlags.IORING_SQ_TASKRUN, true);
        }
        kernel.changed();
    }

    boolean hasWork() {
        return !work.isEmpty();
    }

    /// Whether something was left for the owner since this was last asked, or since the owner has
    /// looked.
    boolean takeNews() {
        boolean some = news;
        news = false;
        return some;
    }

    /// Does what waits, first come first served, then posts what it completed.
    void runWork() {
        timeouts.expire(kernel.clock().now());
        boolean all = kernel.profile().has(Quirk.WORK_INCLUDES_WHAT_COMES);
        while (!work.isEmpty()) {
            int batch = work.size();
            for (int i = 0; all ? !work.isEmpty() : i < batch; i++) {
                run(work.poll());
            }
            flush();
            submission.runPunted();
            timeouts.expire(kernel.clock().now());
        }
        if ((flags & IORING_SETUP_TASKRUN_FLAG) != 0) {
            completions.setSqFlag(QueueFlags.IORING_SQ_TASKRUN, false);
        }
    }

    /// At the end of any call of the thread that uses the ring, and while it waits for another
    /// ring: what the kernel does on its way back to the program, unless the ring defers it.
    ///
    /// @return whether there was anything to do
    boolean returnToProgram() {
        if (deferred() || work.isEmpty() || task != Thread.currentThread()) {
            return false;
        }
        runWork();
        return true;
    }

    /// Whether this thread does the ring's work while it waits for another ring.
    boolean worksAlong() {
        return !deferred() && task == Thread.currentThread();
    }

    /// The same, with the timers that have ended meanwhile.
    ///
    /// @return whether there was anything to do
    boolean workAlong() {
        if (!worksAlong()) {
            return false;
        }
        timeouts.expire(kernel.clock().now());
        return returnToProgram();
    }

    private void run(Request request) {
        switch (request.work) {
            case Request.WORK_SUBMIT -> {
                if (!request.polled && mustBePunted(request)) {
                    submission.punt(request);
                } else {
                    issueAgain(request);
                }
            }
            case Request.WORK_COMPLETE -> complete(request);
            case Request.WORK_POLL -> polling.run(request);
            case Request.WORK_NOTIFY -> notify(request);
            case Request.WORK_LINK_TIMEOUT -> timeouts.linkExpired(request);
            case Request.WORK_BLOCKED -> workers.goOn(request);
            default -> throw new AssertionError(request.work);
        }
    }

    // ---- issuing --------------------------------------------------------------------------

    /// Starts a request on the submitter's thread, or gives it to a worker.
    void start(Request request) {
        inFlight++;
        if (mustBePunted(request)) {
            submission.punt(request);
        } else {
            issueAgain(request);
        }
    }

    /// Goes on with a request that has waited: where it was begun.
    void resume(Request request) {
        if (mustBePunted(request)) {
            submission.punt(request);
        } else {
            issueAgain(request);
        }
    }

    private static boolean mustBePunted(Request request) {
        return request.has(SqeFlags.IOSQE_ASYNC) || request.forceAsync;
    }

    /// Tries a request without waiting, and arms it when it cannot go on (`io_queue_sqe`).
    void issueAgain(Request request) {
        if (request.done) {
            return;
        }
        timeouts.prepareLink(request);
        int result = Operations.issue(request);
        switch (result) {
            case Request.COMPLETE -> complete(request);
            case Request.SKIP -> timeouts.startLink(request);
            case -Errno.EAGAIN -> {
                if (request.noWait) {
                    fail(request, result);
                } else if (polling.arm(request)) {
                    timeouts.startLink(request);
                } else {
                    submission.punt(request);
                }
            }
            default -> fail(request, result);
        }
    }

    // ---- completing -----------------------------------------------------------------------

    /// Ends a request with an error outside of its operation (`io_req_defer_failed`).
    void fail(Request request, int result) {
        prepareFailure(request, result);
        complete(request);
    }

    void prepareFailure(Request request, int result) {
        request.failed = true;
        request.res = request.partial && request.transferred > 0 ? request.transferred : result;
        request.cflags = buffers.put(request, result, 1)
                | (request.notifies ? CqeFlags.IORING_CQE_F_MORE : 0);
        request.hasMessage = false; // its room for entries is freed, not kept
    }

    /// Takes a completed request into the batch.
    void complete(Request request) {
        if (request.done) {
            return;
        }
        request.done = true;
        if (request.hasMessage) { // the next request of the batch may have it already
            keepCapacity(request.capacity);
            request.hasMessage = false;
        }
        completed.add(request);
    }

    /// Posts a completion of a request that goes on (`io_req_post_cqe`). What was completed before
    /// is posted first, so that completions come in the order of the transfers.
    ///
    /// @return false when the queue is full: the request then ends with this completion
    boolean postMore(Request request, int res, int cflags) {
        if (!completed.isEmpty() && !kernel.profile().has(Quirk.DEFERRED_REORDER)) {
            flush();
        }
        return completions.tryPost(request.userData, res, cflags);
    }

    /// Whether completions wait to be posted together with others.
    boolean posts() {
        return posting || !completed.isEmpty();
    }

    /// Posts the batch and lets linked requests follow (`__io_submit_flush_completions`).
    void flush() {
        if (posting) {
            return;
        }
        posting = true;
        for (int i = 0; i < completed.size(); i++) {
            Request request = completed.get(i);
            boolean silent = request.silent
                    || request.has(SqeFlags.IOSQE_CQE_SKIP_SUCCESS) && !request.failed;
            if (!silent) {
                completions.post(request);
            }
        }
        List<Request> batch = List.copyOf(completed);
        completed.clear();
        posting = false;
        timeouts.count(completions.tail()); // before what follows from the completions
        for (Request request : batch) {
            finish(request);
        }
        draining.release();
    }

    private void finish(Request request) {
        inFlight--;
        if (request.file != null) {
            References.drop(request.file);
            request.file = null;
        }
        Links.follow(request);
        if (request.notifies) {
            request.notifies = false;
            inFlight++;
            queue(request, Request.WORK_NOTIFY);
        }
    }

    /// The second completion of a zero-copy send: its memory is free again.
    private void notify(Request request) {
        request.silent = false;
        request.complete(request.notification, IORING_CQE_F_NOTIF);
        completed.add(request);
    }

    int takeCapacity() {
        Integer kept = capacities.pollLast();
        return kept == null ? 1 : kept;
    }

    private void keepCapacity(int capacity) {
        if (capacities.size() < 128) {
            capacities.addLast(capacity <= 256 ? capacity : 1);
        }
    }

    /// @return the registered file, or null
    OpenFile fixedFile(int index) {
        return fixedFiles != null && index >= 0 && index < fixedFiles.length
                ? fixedFiles[index] : null;
    }

    /// Whether everything that has been started has ended.
    boolean quiet() {
        return inFlight == 0;
    }

    /// Counts a request that is on its way without having been started here.
    void adopt() {
        inFlight++;
    }

    int inFlight() {
        return inFlight + draining.size();
    }

    // ---- the ring as a file ---------------------------------------------------------------

    @Override
    public References references() {
        return references;
    }

    @Override
    public WaitQueue waiters() {
        return waiters;
    }

    @Override
    public int poll(int wanted) {
        return (completions.ready() > 0 || !work.isEmpty() ? Events.IN : 0) | Events.OUT;
    }

    @Override
    public int read(IoVector into, long position) {
        return -Errno.EINVAL;
    }

    @Override
    public int write(IoVector from, long position) {
        return -Errno.EINVAL;
    }

    /// Ends everything: requests are cancelled, and nothing is written to the ring any more.
    @Override
    public void release() {
        if (closed) {
            return;
        }
        closed = true;
        cancellation.cancelEverything();
        runWork();
        kernel.rings().remove(this);
        if (fixedFiles != null) {
            Registrations.dropFiles(this);
        }
    }
}
