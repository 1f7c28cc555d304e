package dev.rill.engine;

import java.util.ArrayList;
import java.util.List;

/// The rings of a kernel: what is done for one of them, by a thread that is in the kernel, is done
/// for that thread's others as well. Under the kernel's lock.
final class Rings {

    private final List<RingContext> rings = new ArrayList<>();

    void add(RingContext ring) {
        rings.add(ring);
    }

    void remove(RingContext ring) {
        rings.remove(ring);
    }

    /// When the next timer ends, of any ring.
    long nextTimer() {
        long next = Long.MAX_VALUE;
        for (int i = 0; i < rings.size(); i++) {
            next = Math.min(next, rings.get(i).timeouts().next());
        }
        return next;
    }

    /// When the next timer ends of those that this thread looks at while it waits.
    ///
    /// @param ring what is waited for
    long nextTimer(RingContext ring) {
        long next = Long.MAX_VALUE;
        for (int i = 0; i < rings.size(); i++) {
            if (rings.get(i) == ring || rings.get(i).worksAlong()) {
                next = Math.min(next, rings.get(i).timeouts().next());
            }
        }
        return next;
    }

    /// Does the work of the ring that is waited for, and of this thread's others.
    /// What one does may be what another has waited for.
    void runAll(RingContext ring) {
        boolean more;
        do {
            ring.runWork();
            ring.completions().flushOverflow();
            ring.timeouts().count(ring.completions().tail()); // only what is in the queue counts
            more = ring.hasWork();
            for (int i = 0; i < rings.size(); i++) {
                more |= rings.get(i).workAlong();
            }
        } while (more);
        ring.takeNews(); // its program looks at its queue next
    }

    /// At the end of a plain call: rings of this thread that do not defer their work do it now.
    ///
    /// @return whether there was anything to do
    boolean returnToProgram() {
        boolean some = false;
        for (int i = 0; i < rings.size(); i++) {
            some |= rings.get(i).returnToProgram();
        }
        return some;
    }

    /// Whether something was left for an owner since this was last asked who has not looked since.
    boolean takeNews() {
        boolean some = false;
        for (int i = 0; i < rings.size(); i++) {
            some |= rings.get(i).takeNews();
        }
        return some;
    }
}
