package dev.rill.ring;

/// How many buffers are lent to the kernel at a time.
///
/// A buffer ring is a queue: the kernel walks through all that was lent before it comes back to
/// memory that is still in the processor's cache. So few are lent while those who read the bytes
/// are prompt, more when the kernel runs short because others are held, and fewer again when it was
/// far from that for a while. Whoever has only taken very much at once is better off with the same
/// buffers again: a receive that found none is armed anew for each MiB, which costs less than
/// memory out of the cache. `docs/buffers.md` has the measurements.
final class WorkingSet {

    private final int min;
    private final int max;
    /// What the kernel can fill in one go without leaving the cache.
    private final int enough;
    private int wanted;
    /// The fewest the kernel had left since the last look.
    private int low;

    WorkingSet(int min, int max, int bufferSize) {
        this.min = min;
        this.max = max;
        enough = Math.ceilDiv(BufferGroupOptions.DEFAULT_LENT, bufferSize);
        wanted = min;
        low = min;
    }

    /// How many to lend.
    int wanted() {
        return wanted;
    }

    /// Notes how many the kernel had left of those that were lent, before more are lent.
    ///
    /// @param held how many others are not coming back yet
    void left(int outstanding, int held) {
        low = Math.min(low, outstanding);
        if (outstanding == 0 && wanted < max && (held > 0 || wanted < enough)) {
            wanted = (int) Math.min(max, 2L * wanted);
        }
    }

    /// A look every now and then: lends fewer when more than half was never needed.
    ///
    /// @return whether anything has changed
    boolean trim() {
        int before = wanted;
        if (low > wanted / 2) {
            wanted = Math.max(min, wanted - Math.max(1, wanted / 4));
        }
        low = wanted;
        return wanted != before;
    }
}
