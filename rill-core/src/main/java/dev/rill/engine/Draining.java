package dev.rill.engine;

import dev.rill.abi.SqeFlags;
import java.util.ArrayList;
import java.util.List;

/// Requests that wait until everything before them is complete (IOSQE_IO_DRAIN), and what came
/// behind them.
final class Draining {

    private final RingContext ring;
    private final List<Request> waiting = new ArrayList<>();
    /// Whether such a request has come, and none after it has passed.
    private boolean active;

    Draining(RingContext ring) {
        this.ring = ring;
    }

    int size() {
        return waiting.size();
    }

    /// @return whether the request has to wait
    boolean holdBack(Request request) {
        boolean drains = request.has(SqeFlags.IOSQE_IO_DRAIN);
        if (!active && !drains) {
            return false;
        }
        request.forceAsync = true; // waiting or not, it is a worker's; and so is the next one
        active = drains || !waiting.isEmpty();
        if (waiting.isEmpty() && (!drains || ring.quiet())) {
            return false;
        }
        waiting.add(request);
        return true;
    }

    /// Lets those go whose turn it is.
    void release() {
        while (!waiting.isEmpty()
                && (!waiting.getFirst().has(SqeFlags.IOSQE_IO_DRAIN) || ring.quiet())) {
            Request request = waiting.removeFirst();
            ring.adopt();
            ring.queue(request, Request.WORK_SUBMIT);
        }
    }
}
