package dev.rill.bench;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// All that was measured.
///
/// @param started when
/// @param commandLine how the benchmark was called
/// @param machine what on
/// @param plan how thoroughly
/// @param reference the peer that the others are compared with
/// @param cells the situations
record BenchResult(Instant started, String commandLine, Map<String, Object> machine, Plan plan,
        String reference, List<CellResult> cells) {

    /// All peers that took part somewhere, the reference first.
    List<String> peers() {
        Set<String> names = new LinkedHashSet<>();
        names.add(reference);
        cells.forEach(cell -> cell.peers().forEach(peer -> names.add(peer.peer())));
        return List.copyOf(names);
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("started", started.toString());
        json.put("commandLine", commandLine);
        json.put("machine", machine);
        json.put("reference", reference);
        json.put("rounds", plan.rounds());
        json.put("seconds", plan.seconds());
        json.put("noise", Noise.of(this).toJson());
        json.put("cells", cells.stream().map(cell -> cell.toJson(reference)).toList());
        return json;
    }
}
