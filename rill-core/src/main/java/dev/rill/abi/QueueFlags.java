package dev.rill.abi;

/// Words the kernel and we share beside the queues: `IORING_SQ_*` in the submission ring's
/// flags word (written by the kernel) and `IORING_CQ_*` in the completion ring's (written by
/// us); `linux/io_uring.h`.
public final class QueueFlags {

    /// The submission thread sleeps and must be woken by `io_uring_enter`.
    public static final int IORING_SQ_NEED_WAKEUP = 1 << 0;
    /// Completions wait in the kernel for room in the ring; since 5.8.
    public static final int IORING_SQ_CQ_OVERFLOW = 1 << 1;
    /// Completion work waits for us to enter the kernel; since 5.19.
    public static final int IORING_SQ_TASKRUN = 1 << 2;
    /// No eventfd signals for now; since 5.8.
    public static final int IORING_CQ_EVENTFD_DISABLED = 1 << 0;

    private QueueFlags() {
    }
}
