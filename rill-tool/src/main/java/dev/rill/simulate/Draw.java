package dev.rill.simulate;

import java.util.SplittableRandom;

/// Random choices that a number repeats.
final class Draw {

    private final SplittableRandom random;

    Draw(long seed) {
        random = new SplittableRandom(seed);
    }

    /// A source of its own for one part of a scenario, so that others draw the same without it.
    static Draw of(long seed, long part) {
        return new Draw(new SplittableRandom(seed ^ part * 0x9e3779b97f4a7c15L).nextLong());
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /// From `min` to `max`, both included.
    int between(int min, int max) {
        return random.nextInt(min, max + 1);
    }

    /// From `min` to `max`, both included, small and large ones alike.
    int wild(int min, int max) {
        double exponent = random.nextDouble() * Math.log((double) max / min);
        return Math.clamp(Math.round(min * Math.exp(exponent)), min, max);
    }

    /// A time up to a limit, short and long ones alike.
    long nanos(long max) {
        return max <= 1000 ? random.nextLong(max + 1)
                : 1000L * wild(1, (int) Math.min(Integer.MAX_VALUE - 1, max / 1000));
    }

    boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    int of(int... values) {
        return values[random.nextInt(values.length)];
    }

    long next() {
        return random.nextLong();
    }
}
