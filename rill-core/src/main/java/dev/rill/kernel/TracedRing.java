package dev.rill.kernel;

import java.util.List;

/// How far one ring has been shown by [TracingKernel].
final class TracedRing {

    private final SharedRing ring;
    private int sqesShown;
    private int cqesShown;

    TracedRing(SharedRing ring) {
        this.ring = ring;
    }

    SharedRing ring() {
        return ring;
    }

    /// Shows the entries that the kernel has taken since the last time.
    void showSubmitted(List<String> lines) {
        if (!ring.showsSubmissions()) {
            return;
        }
        int head = ring.sqHead();
        if (head - sqesShown > ring.sqEntries()) {
            lines.add("  " + (head - sqesShown) + " SQEs went by unseen");
            sqesShown = head;
        }
        for (; sqesShown != head; sqesShown++) {
            int index = ring.sqIndex(sqesShown);
            if (ring.isSqe(index)) {
                lines.add("  " + TraceText.sqe(ring.sqes(), ring.sqe(index)));
            }
        }
    }

    /// Shows the completions that are new since the last time.
    void showCompleted(List<String> lines) {
        if (!ring.showsCompletions()) {
            return;
        }
        int tail = ring.cqTail();
        if (tail - cqesShown > ring.cqEntries()) {
            lines.add("  " + (tail - cqesShown) + " CQEs went by unseen");
            cqesShown = tail;
        }
        for (; cqesShown != tail; cqesShown++) {
            lines.add("  " + TraceText.cqe(ring.cqRing(), ring.cqe(cqesShown)));
        }
    }
}
