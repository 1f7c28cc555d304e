package dev.rill.testing;

import java.util.Arrays;

/// Runs a test through every sequence of choices it can make.
///
/// ```java
/// Choices choices = new Choices();
/// while (choices.more()) {
///     if (choices.next(2) == 0) { ... }
/// }
/// ```
///
/// Each round replays the last one with its last choice changed, until there is no other. A test
/// must depend on nothing but its choices.
public final class Choices {

    private int[] values = new int[64];
    private int[] bounds = new int[64];
    private int used;
    private int depth;
    private boolean started;
    private long rounds;

    /// Starts the next round.
    ///
    /// @return false when all have been run
    public boolean more() {
        if (started) {
            while (used > 0 && values[used - 1] + 1 == bounds[used - 1]) {
                used--;
            }
            if (used == 0) {
                return false;
            }
            values[used - 1]++;
        }
        started = true;
        depth = 0;
        rounds++;
        return true;
    }

    /// Chooses.
    ///
    /// @param bound how many choices there are here
    /// @return 0 to `bound`, exclusive
    public int next(int bound) {
        if (depth == used) {
            if (used == values.length) {
                values = Arrays.copyOf(values, 2 * used);
                bounds = Arrays.copyOf(bounds, 2 * used);
            }
            values[used] = 0;
            bounds[used] = bound;
            used++;
        }
        return values[depth++];
    }

    /// How many rounds have been run.
    public long rounds() {
        return rounds;
    }

    @Override
    public String toString() {
        return Arrays.toString(Arrays.copyOf(values, depth));
    }
}
