package dev.rill.ring;

import java.util.concurrent.atomic.AtomicReference;

/// The holds of a group: those that are open, oldest first, and those that other threads have
/// closed and the owner has not heard of yet.
///
/// The second are a stack that anyone pushes to and the owner takes as a whole. It needs no memory
/// of its own, so it cannot be full: there are never more in it than there are holds.
final class Holds {

    private final AtomicReference<HeldBytes> returned = new AtomicReference<>();
    private Runnable wakeUp = () -> { };
    private HeldBytes oldest;
    private HeldBytes newest;
    private int open;

    /// What a thread does that returns the first after the owner took all.
    void onReturn(Runnable newWakeUp) {
        wakeUp = newWakeUp;
    }

    int open() {
        return open;
    }

    /// @return null when there is none
    HeldBytes oldest() {
        return oldest;
    }

    void add(HeldBytes bytes) {
        bytes.older = newest;
        if (newest == null) {
            oldest = bytes;
        } else {
            newest.newer = bytes;
        }
        newest = bytes;
        open++;
    }

    void remove(HeldBytes bytes) {
        if (bytes.older == null) {
            oldest = bytes.newer;
        } else {
            bytes.older.newer = bytes.newer;
        }
        if (bytes.newer == null) {
            newest = bytes.older;
        } else {
            bytes.newer.older = bytes.older;
        }
        bytes.older = null;
        bytes.newer = null;
        open--;
    }

    /// From any thread: leaves a hold that was closed for the owner.
    void giveBack(HeldBytes bytes) {
        HeldBytes before;
        do {
            before = returned.get();
            bytes.nextReturned = before;
        } while (!returned.compareAndSet(before, bytes));
        if (before == null) {
            wakeUp.run(); // one is enough until the owner has looked
        }
    }

    /// What other threads have closed since the last call.
    ///
    /// @return the first of a chain by [HeldBytes#nextReturned], or null
    HeldBytes takeReturned() {
        return returned.get() == null ? null : returned.getAndSet(null);
    }
}
