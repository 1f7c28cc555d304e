package dev.rill.net;

/// How much one connection receives at a time, and which size of buffers that wants.
final class SizeFit {

    /// So many completions at least before it changes.
    private static final int ENOUGH = 16;
    /// Of how many completions about the mean is taken.
    private static final int WEIGHT = 8;

    private final BufferGroups groups;
    private int mean;
    private int count;

    SizeFit(BufferGroups groups) {
        this.groups = groups;
    }

    void received(int bytes) {
        mean = count == 0 ? bytes : mean + (bytes - mean) / WEIGHT;
        count++;
    }

    /// Whether another group would be better by now.
    boolean isOther(Lane now) {
        return count >= ENOUGH && groups.fitting(now, mean) != now;
    }

    /// The group to go on with; from here on it is counted anew.
    Lane choose(Lane now) {
        Lane next = count < ENOUGH ? now : groups.fitting(now, mean);
        if (next != now) {
            count = 0;
        }
        return next;
    }
}
