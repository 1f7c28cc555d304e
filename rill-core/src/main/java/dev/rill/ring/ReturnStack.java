package dev.rill.ring;

import java.util.concurrent.atomic.AtomicReference;

/// What other threads have closed and the ring's owner has not yet heard of: a stack that anyone
/// pushes to and the owner takes as a whole. It needs no memory of its own, so it cannot be full:
/// there are never more in it than there are holds.
///
/// Who finds it empty asks for a wake-up; the others rely on that one, as nothing but
/// [#takeAll] makes it empty again.
final class ReturnStack {

    private final AtomicReference<HeldBytes> top = new AtomicReference<>();

    /// From any thread, once for each hold.
    ///
    /// @return whether it was empty: then the owner has to be told
    boolean push(HeldBytes bytes) {
        HeldBytes before;
        do {
            before = top.get();
            bytes.nextReturned = before;
        } while (!top.compareAndSet(before, bytes));
        return before == null;
    }

    /// All there are, the newest first, linked by [HeldBytes#nextReturned].
    ///
    /// @return the first, or null
    HeldBytes takeAll() {
        return top.get() == null ? null : top.getAndSet(null); // mostly there is nothing
    }
}
