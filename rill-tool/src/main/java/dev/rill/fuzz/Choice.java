package dev.rill.fuzz;

import java.util.Random;

/// Random choices as a scenario needs them.
final class Choice {

    /// Where things break: nothing, one, powers of two and their neighbours.
    private static final int[] SIZES = {
        0, 1, 1, 2, 3, 4, 5, 7, 8, 9, 10, 10, 15, 16, 17, 20, 30, 31, 32, 33, 50, 64, 100, 100, 127,
        128, 200, 255, 256, 257, 500, 512, 1000, 1024, 2000, 4095, 4096, 4097, 8192, 10000,
    };

    private final Random random;

    Choice(Random random) {
        this.random = random;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /// True once in so many times.
    boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    int between(int min, int max) {
        return min + random.nextInt(max - min + 1);
    }

    @SafeVarargs
    final <T> T of(T... values) {
        return values[random.nextInt(values.length)];
    }

    <T> T of(java.util.List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    /// A size up to a limit, small ones more often.
    int size(int max) {
        int size = SIZES[random.nextInt(SIZES.length)];
        return size <= max ? size : random.nextInt(max + 1);
    }
}
