package dev.rill.engine;

import dev.rill.abi.PollFlags;

/// Poll events as the kernel groups them. The priority bands that `poll(2)` adds travel along.
final class Events {

    static final int POLLRDNORM = 0x40;
    static final int POLLRDBAND = 0x80;
    static final int POLLWRNORM = 0x100;
    static final int POLLWRBAND = 0x200;

    static final int IN = PollFlags.POLLIN | POLLRDNORM;
    static final int OUT = PollFlags.POLLOUT | POLLWRNORM;
    static final int WRITE_SPACE = OUT | POLLWRBAND;
    /// What `sock_def_readable` says.
    static final int DATA_READY = IN | PollFlags.POLLPRI | POLLRDBAND;
    static final int ERR = PollFlags.POLLERR;
    static final int HUP = PollFlags.POLLHUP;
    static final int RDHUP = PollFlags.POLLRDHUP;

    /// Not an event but a wish of IORING_OP_POLL_ADD: tell once (EPOLLONESHOT).
    static final int ONE_SHOT = 1 << 30;

    private Events() {
    }
}
