package dev.rill.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Rounds with given costs, for tests.
final class Rounds {

    static final long MESSAGES = 1_000_000;

    private Rounds() {
    }

    /// One round for each cost in microseconds per message.
    static List<Round> costing(double... micros) {
        List<Round> rounds = new ArrayList<>();
        for (double cost : micros) {
            rounds.add(round(cost, 0.5, 0));
        }
        return rounds;
    }

    static Round round(double micros, double generatorBusy, long allocatedBytes) {
        CpuTime cpu = new CpuTime((long) (micros * 1000 * MESSAGES), 20, 80);
        return new Round(MESSAGES, 1024 * MESSAGES, 2, cpu, 0.5, generatorBusy, 0, 2 * MESSAGES,
            allocatedBytes, 50 << 20, 1 << 20,
            Map.of("p50Nanos", 90_000L, "p99Nanos", 300_000L, "p999Nanos", 2_000_000L));
    }

    static PeerResult peer(String name, List<Round> rounds) {
        return new PeerResult(name, Map.of("flags", "<a> & \"b\""), true, rounds, List.of(),
            Double.NaN);
    }
}
