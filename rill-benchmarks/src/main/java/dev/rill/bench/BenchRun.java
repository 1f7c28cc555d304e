package dev.rill.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Measures one cell after the other and prints each when it is there.
final class BenchRun {

    private BenchRun() {
    }

    static BenchResult run(Plan plan, Cores cores, String commandLine, Instant started,
            PrintWriter out) throws IOException {
        String reference = plan.peers().getFirst().name();
        out.println("Server on core " + cores.server() + ", generator on core "
                + cores.generator() + (cores.pinned() ? ""
                : "; NOT PINNED: install taskset (util-linux)") + ". " + plan.cells().size()
                + " cells, " + plan.peers().size() + " peers, about "
                + Units.minutes(plan.estimatedSeconds()) + ".\n");
        boolean terminal = System.getProperty("rill.terminals", "").contains("err");
        Progress progress = new Progress(terminal ? System.err : null, plan.cells().size());
        List<CellResult> results = new ArrayList<>();
        Path logs = Files.createTempDirectory("rill-bench");
        try {
            for (Cell cell : plan.cells()) {
                CellResult result = new CellRun(plan, cell, cores, logs, progress).run();
                progress.clear();
                results.add(result);
                out.println(CellTable.of(result, reference));
            }
        } finally {
            progress.clear();
            remove(logs);
        }
        BenchResult result = new BenchResult(started, commandLine, Machine.describe(cores), plan,
                reference, results);
        out.print(RatioTable.of(result));
        if (results.stream().allMatch(cell -> cell.peers().isEmpty())) {
            throw new BenchFailed("no peer could take part");
        }
        return result;
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
