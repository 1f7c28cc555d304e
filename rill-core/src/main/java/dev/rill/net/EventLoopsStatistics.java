package dev.rill.net;

import java.util.List;

/// What several event loops have done, loop by loop. Each was asked at its own next turn, so sums
/// are not of one instant.
///
/// @param loops one for each, in the order of [EventLoops#loops]
public record EventLoopsStatistics(List<LoopStatistics> loops) {

    /// Keeps a copy of the list.
    public EventLoopsStatistics {
        loops = List.copyOf(loops);
    }

    /// All loops taken together.
    ///
    /// @return the sums
    public LoopStatistics total() {
        return loops.stream().reduce(LoopStatistics::plus).orElseThrow();
    }
}
