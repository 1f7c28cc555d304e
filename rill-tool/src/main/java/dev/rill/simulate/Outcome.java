package dev.rill.simulate;

import java.util.List;
import java.util.Set;

/// How one seed went.
///
/// @param seed which one
/// @param setting what it made, in one line
/// @param connectionsMax the limit that was asked for
/// @param without features that were switched off
/// @param tally what happened
/// @param invariant what did not hold, or null when everything did
/// @param details what was seen instead, or null
/// @param trace what happened last, when something did not hold
/// @param cause what was thrown, or null
public record Outcome(long seed, String setting, int connectionsMax, Set<Feature> without,
        Tally tally, String invariant, String details, List<String> trace, Throwable cause) {

    /// Keeps copies.
    public Outcome {
        without = Set.copyOf(without);
        trace = List.copyOf(trace);
    }

    /// Whether everything held.
    ///
    /// @return true when nothing was found
    public boolean holds() {
        return invariant == null;
    }
}
