package dev.rill.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// A few values of the same thing.
///
/// Values that are not there (NaN) are left out.
final class Statistics {

    private final double[] sorted;

    private Statistics(double[] values) {
        sorted = Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
    }

    static Statistics of(double... values) {
        return new Statistics(values);
    }

    static <T> Statistics of(List<T> rounds, ToDoubleFunction<T> value) {
        return new Statistics(rounds.stream().mapToDouble(value).toArray());
    }

    int count() {
        return sorted.length;
    }

    /// The middle one, or NaN when there is none.
    double median() {
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle]
                : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// How far values lie from the middle, relative to it: half of their range, after a fifth of
    /// them (rounded down) was left out at each end. Of five values the middle three count.
    ///
    /// @return 0 or more; infinite for a single value, of which nothing is known
    double spread() {
        if (sorted.length < 2) {
            return Double.POSITIVE_INFINITY;
        }
        int left = sorted.length / 5;
        double range = sorted[sorted.length - 1 - left] - sorted[left];
        return range == 0 ? 0 : Math.abs(range / 2 / median());
    }
}
