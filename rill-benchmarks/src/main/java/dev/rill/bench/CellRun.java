package dev.rill.bench;

import dev.rill.bench.load.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Measures one cell: starts all servers, has every byte compared once, warms each peer up, and
/// lets them take turns.
final class CellRun {

    /// A quarter of what the slowest peer can do at full speed. Messages that come one by one cost
    /// a server more than those that come in batches, so half of it is more than some can do.
    private static final double PACE = 0.25;
    private static final int PACED_ROUNDS = 3;

    private final Plan plan;
    private final Cell cell;
    private final Cores cores;
    private final Path folder;
    private final Progress progress;
    private final List<Contestant> contestants = new ArrayList<>();
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private final Map<String, String> failed = new LinkedHashMap<>();

    CellRun(Plan plan, Cell cell, Cores cores, Path folder, Progress progress) {
        this.plan = plan;
        this.cell = cell;
        this.cores = cores;
        this.folder = folder;
        this.progress = progress;
    }

    CellResult run() {
        try (Backend backend = cell.proxied() ? Backend.start(cell, cores, folder) : null) {
            for (Peer peer : plan.peers()) {
                prepare(peer, backend == null ? null : backend.address());
            }
            for (int round = 1; round <= plan.rounds(); round++) {
                each("round " + round + " of " + plan.rounds(),
                        contestant -> contestant.measure(plan.seconds()));
            }
            double rate = pacedRate();
            if (rate > 0) {
                measureLatency(rate);
            }
            each("counting system calls",
                    contestant -> contestant.countSystemCalls(plan.windowSeconds()));
            return new CellResult(cell, contestants.stream().map(Contestant::result).toList(),
                    leftOut, failed, rate);
        } finally {
            contestants.reversed().forEach(Contestant::close);
        }
    }

    private void prepare(Peer peer, String connectOrNull) {
        Optional<String> whyNot = peer.starter().whyNot(cell.role());
        if (whyNot.isPresent()) {
            leftOut.put(peer.name(), whyNot.get());
            return;
        }
        progress.show(cell, peer.name(), "starting");
        Contestant contestant;
        try {
            contestant = new Contestant(peer, cell, cores, connectOrNull, folder);
        } catch (BenchFailed e) {
            leftOut.put(peer.name(), e.getMessage());
            return;
        }
        contestants.add(contestant);
        if (!cell.role().equals("sink") && !cell.role().equals("udp")) {
            step(contestant, "comparing every byte", Contestant::verify);
        }
        step(contestant, "warming up", ready -> {
            ready.connect();
            ready.warmUp(plan.windowSeconds(), plan.windowsMax());
        });
    }

    private void each(String what, Consumer<Contestant> step) {
        List.copyOf(contestants).forEach(contestant -> step(contestant, what, step));
    }

    /// One step of one peer. One that fails is out, and the others go on: hours of measuring are
    /// not thrown away, but the run ends with an error.
    private void step(Contestant contestant, String what, Consumer<Contestant> step) {
        if (!contestants.contains(contestant)) {
            return;
        }
        progress.show(cell, contestant.peer().name(), what);
        try {
            step.accept(contestant);
        } catch (BenchFailed e) {
            failed.put(contestant.peer().name(), what + ": " + e.getMessage());
            contestants.remove(contestant);
            contestant.close();
        }
    }

    /// Latency needs fewer rounds: within one there are many messages.
    private void measureLatency(double rate) {
        each("latency", contestant -> contestant.warmUpPaced(plan.windowSeconds(), rate));
        for (int round = 0; round < PACED_ROUNDS; round++) {
            each("latency", contestant -> contestant.measurePaced(plan.seconds() / 2, rate));
        }
    }

    private double pacedRate() {
        if (!plan.paced() || cell.workload() != Workload.PINGPONG) {
            return 0;
        }
        return Math.floor(PACE * contestants.stream().mapToDouble(contestant -> Statistics.of(
                contestant.rounds(), Round::messagesPerSecond).median()).min().orElse(0));
    }
}
