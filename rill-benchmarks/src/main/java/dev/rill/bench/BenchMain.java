package dev.rill.bench;

import dev.rill.bench.load.Workload;
import dev.rill.bench.server.PeerCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `./rill bench`: Rill beside its peers, on this machine.
@Command(name = "rill bench", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Measures Rill beside its peers on this machine.")
public final class BenchMain implements Runnable {

    @Option(names = "--workload", description = "One workload: ${COMPLETION-CANDIDATES}.")
    private Workload workload = Workload.PINGPONG;
    @Option(names = "--connections", description = "Connections at once.")
    private int connections = 50;
    @Option(names = "--size", description = "Bytes of a message.")
    private int size = 1024;
    @Option(names = "--depth", description = "Messages of a connection under way at once.")
    private int depth = 1;
    @Option(names = "--peers", split = ",", description = "Who takes part.")
    private List<String> peers = List.of("rill", "c");
    @Option(names = "--rounds", description = "How many rounds each.")
    private int rounds = 5;
    @Option(names = "--seconds", description = "How long a round takes.")
    private double seconds = 3;

    private BenchMain() {
    }

    /// Runs the benchmark.
    ///
    /// @param args see `--help`
    public static void main(String[] args) {
        CommandLine command = new CommandLine(new BenchMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, _, _) -> {
                    if (!(e instanceof BenchFailed)) {
                        throw e;
                    }
                    System.err.println("rill bench: " + e.getMessage());
                    return 1;
                });
        System.exit(command.execute(args));
    }

    @Override
    public void run() {
        Cell cell = new Cell(workload, connections, size, depth, false);
        List<Peer> takingPart = new ArrayList<>();
        for (String name : peers) {
            if (!PeerCommand.peers().contains(name)) {
                throw new BenchFailed("there is no peer " + name + ". There are "
                        + String.join(", ", PeerCommand.peers()));
            }
            takingPart.add(Peer.of(name, name, BenchApp.folder()));
        }
        Plan plan = new Plan(List.of(cell), takingPart, rounds, seconds, Math.min(1, seconds), 8,
                true);
        Cores cores = Cores.choose();
        System.out.printf(Locale.ROOT, "server on core %d, generator on core %d%s%n",
                cores.server(), cores.generator(), cores.pinned() ? ""
                        : ", NOT PINNED (there is no taskset; it is in util-linux)");
        try {
            Path logs = Files.createTempDirectory("rill-bench");
            boolean terminal = System.getProperty("rill.terminals", "").contains("err");
            Progress progress = new Progress(terminal ? System.err : null, 1);
            CellResult result = new CellRun(plan, cell, cores, logs, progress).run();
            progress.clear();
            System.out.println(CellTable.of(result, peers.getFirst()));
        } catch (IOException e) {
            throw new BenchFailed("cannot write to the folder for temporary files: "
                    + e.getMessage());
        }
    }
}
