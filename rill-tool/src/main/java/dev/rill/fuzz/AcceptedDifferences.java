package dev.rill.fuzz;

import java.util.List;
import java.util.function.BiPredicate;

/// The differences that are known and will stay, each with its reason: the only ones that the
/// fuzzer passes over.
final class AcceptedDifferences {

    /// One of them.
    ///
    /// @param name how the summary calls it
    /// @param reason why the two kernels may differ here
    /// @param covers whether a difference, shown by these lines, is this one
    record Accepted(String name, String reason, BiPredicate<List<String>, Difference> covers) {
    }

    static final List<Accepted> ALL = List.of();

    private AcceptedDifferences() {
    }

    /// @return the one that covers a difference, or null
    static Accepted covering(List<String> lines, Difference difference) {
        return ALL.stream().filter(one -> one.covers.test(lines, difference)).findFirst()
                .orElse(null);
    }
}
