package dev.rill.testing;

import java.util.Random;

/// Randomness that can be repeated: a new seed for each run, printed, and `-Drill.seed=...` to run
/// with the same one again.
public final class Seeds {

    private Seeds() {
    }

    /// A source of random numbers for one test.
    ///
    /// @param test its name, printed with the seed
    public static Random random(String test) {
        long seed = Long.getLong("rill.seed", System.nanoTime() & 0xffff_ffffL);
        System.out.println(test + ": -Drill.seed=" + seed);
        return new Random(seed);
    }
}
