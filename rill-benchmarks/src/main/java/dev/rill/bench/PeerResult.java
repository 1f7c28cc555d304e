package dev.rill.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// What was measured of a peer in a cell.
///
/// @param peer its name
/// @param configuration every option that it runs with
/// @param stable whether two windows of its warm-up agreed
/// @param rounds as fast as it goes
/// @param pacedRounds at a fixed rate; empty when that was not measured
/// @param tracedCalls system calls per message as perf has counted them; NaN where it could not
record PeerResult(String peer, Map<String, Object> configuration, boolean stable,
        List<Round> rounds, List<Round> pacedRounds, double tracedCalls) {

    Statistics statistics(ToDoubleFunction<Round> value) {
        return Statistics.of(rounds, value);
    }

    double median(ToDoubleFunction<Round> value) {
        return statistics(value).median();
    }

    /// Latency where the rate was fixed, otherwise that of the rounds at full speed.
    double latencyNanos(String name) {
        return Statistics.of(pacedRounds.isEmpty() ? rounds : pacedRounds,
                round -> round.latencyNanos(name)).median();
    }

    /// System calls per message: from outside where that is possible, otherwise the peer's own
    /// count; NaN where neither is there.
    double systemCallsPerMessage() {
        return Double.isNaN(tracedCalls) ? median(Round::systemCallsPerMessage) : tracedCalls;
    }

    /// The share of user mode over all rounds: a single round has too few ticks.
    double userShare() {
        return rounds.stream().map(Round::server).reduce(CpuTime.NONE, CpuTime::plus).userShare();
    }

    boolean generatorWasTheLimit() {
        return rounds.stream().filter(Round::generatorWasTheLimit).count() * 2 > rounds.size();
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("peer", peer);
        json.put("configuration", configuration);
        json.put("warmUpWasStable", stable);
        json.put("generatorWasTheLimit", generatorWasTheLimit());
        json.put("userShare", userShare());
        json.put("systemCallsPerMessage", systemCallsPerMessage());
        json.put("systemCallsCountedBy", Double.isNaN(tracedCalls) ? "the peer" : "perf");
        json.put("rounds", rounds.stream().map(Round::toJson).toList());
        json.put("pacedRounds", pacedRounds.stream().map(Round::toJson).toList());
        return json;
    }
}
