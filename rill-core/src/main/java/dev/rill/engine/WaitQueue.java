package dev.rill.engine;

import java.util.ArrayList;
import java.util.List;

/// Who wants to know when a file becomes ready.
///
/// The newest is told first: a wait queue takes new entries at its front (`add_wait_queue`), which
/// is why of several receives on an idle socket the last one gets the first bytes. Exclusive
/// waiters (accepts) stand at the end, oldest first, and one of them is told at a time.
final class WaitQueue {

    /// Told about a change; only marks work, never does it.
    interface Waiter {
        /// @param mask which events, or 0 when it must look for itself
        void woken(int mask);
    }

    private final List<Waiter> waiters = new ArrayList<>(2);
    private final List<Waiter> exclusive = new ArrayList<>(0);

    void add(Waiter waiter, boolean alone) {
        (alone ? exclusive : waiters).add(waiter);
    }

    boolean isEmpty() {
        return waiters.isEmpty() && exclusive.isEmpty();
    }

    void remove(Waiter waiter) {
        if (!remove(waiters, waiter)) {
            remove(exclusive, waiter);
        }
    }

    private static boolean remove(List<Waiter> from, Waiter waiter) {
        for (int i = from.size() - 1; i >= 0; i--) {
            if (from.get(i) == waiter) {
                from.remove(i);
                return true;
            }
        }
        return false;
    }

    /// Tells everyone; a waiter may remove itself meanwhile.
    void wake(int mask) {
        for (int i = waiters.size() - 1; i >= 0; i--) {
            waiters.get(i).woken(mask);
        }
        if (mask != 0 && !exclusive.isEmpty()) {
            exclusive.getFirst().woken(mask);
        } else {
            List.copyOf(exclusive).forEach(waiter -> waiter.woken(mask));
        }
    }
}
