package dev.rill.bench;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Results of benchmarks that nobody ran, for tests.
final class Results {

    private Results() {
    }

    static BenchResult of(CellResult... cells) {
        Plan plan = new Plan(List.of(), List.of(), 3, 2, 1, 8, true);
        return new BenchResult(Instant.EPOCH, "./rill bench --cells 'a<b&c'",
            Map.of("processor", "A & B", "pinned", true), plan, "rill", List.of(cells));
    }
}
