package dev.rill.bench;

import dev.rill.bench.load.LoadOptions;
import dev.rill.bench.load.Workload;
import dev.rill.bench.server.PeerCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `./rill bench`: Rill beside its peers, on this machine.
@Command(
    name = "rill bench",
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Measure Rill beside its peers on this machine.",
    descriptionHeading = "%n",
    description = {
        "A cell is a situation, such as 50 connections that exchange messages of 1 KiB. In each "
            + "cell all peers stand ready, server and generator as processes on cores of their "
            + "own, and take turns. The figure to trust is the processor time of the server for "
            + "each message (or GiB): it hardly moves on a machine on which throughput does.",
        "",
        "A peer is called better or worse only where the difference is larger than the spread of "
            + "the rounds. Every byte that comes back is compared once before it counts.",
        "",
        "docs/performance.md explains the method and every column.",
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:everything was measured",
        "1:something failed; the reason is on standard error",
        "2:the command line was wrong",
        "3:with --gate: something has become worse",
    },
    footerHeading = "%nExamples:%n",
    footer = {
        "  ./rill bench --quick",
        "  ./rill bench --html report.html",
        "  ./rill bench --cells 'pingpong/50x*' --peers rill,c --rounds 9",
        "  ./rill bench --workload pingpong --connections 200 --size 4096 --peers rill,nio",
    })
public final class BenchMain implements Callable<Integer> {

    private static final int WORSE = 3;
    private static final int DEPTH = 16;

    @ArgGroup
    private Thoroughness thoroughness = new Thoroughness();

    /// How thorough a run is.
    private static final class Thoroughness {
        @Option(names = "--quick", description = "A few cells and peers, in about two minutes.")
        private boolean quick;
        @Option(names = "--full", description = "Every cell, rounds of 5 s: hours.")
        private boolean full;
    }

    @Option(names = "--list", description = "Name cells and peers, and do nothing.")
    private boolean list;
    @Option(names = "--cells", split = ",", paramLabel = "PATTERN",
        description = "Only these, such as 'flood' or 'pingpong/50x*'.")
    private List<String> cells = List.of();
    @Option(names = "--peers", split = ",", paramLabel = "NAME",
        description = "Only these; the others are compared with the first one. rill:64x256K has "
            + "so many buffers of that size, all lent from the beginning.")
    private List<String> peers = List.of();
    @Option(names = "--build", paramLabel = "NAME=FOLDER",
        description = "Another build of Rill, as peer rill@NAME; FOLDER is its laid-out app.")
    private Map<String, Path> builds = new LinkedHashMap<>();
    @Option(names = "--workload", description = "A cell of your own: ${COMPLETION-CANDIDATES}.")
    private Workload workload;
    @Option(names = "--connections", split = ",", paramLabel = "N",
        description = "Its connections (several: a cell each). Default: 50.")
    private List<Integer> connections = List.of(50);
    @Option(names = "--size", split = ",", paramLabel = "BYTES",
        description = "Its messages. Default: 1024; streams: 65536.")
    private List<Integer> sizes = List.of();
    @Option(names = "--depth", paramLabel = "N",
        description = "Messages of a connection under way at once, when pipelined.")
    private int depth = DEPTH;
    @Option(names = "--proxy", description = "Measure a proxy in front of an echo server.")
    private boolean proxy;
    @Option(names = "--rounds", paramLabel = "N", description = "Rounds of each peer.")
    private Integer rounds;
    @Option(names = "--seconds", paramLabel = "S", description = "How long a round takes.")
    private Double seconds;
    @Option(names = "--json", paramLabel = "FILE", description = "Write every round as JSON.")
    private Path json;
    @Option(names = "--html", paramLabel = "FILE",
        description = "Write a report with plots, and every round as JSON beside it.")
    private Path html;
    @Option(names = "--gate", paramLabel = "PERCENT",
        description = "Fail when the first peer needs so much more server CPU than another one, or "
            + "allocates.")
    private Double gate;
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private final String commandLine;

    private BenchMain(String commandLine) {
        this.commandLine = commandLine;
    }

    /// Runs the benchmark and ends the JVM with its exit code.
    ///
    /// @param args see `--help`
    public static void main(String[] args) {
        System.exit(execute(new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true), args));
    }

    /// Runs the benchmark in this JVM, for [#main] and for tests.
    static int execute(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new BenchMain("./rill bench " + String.join(" ", args)))
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler((wrong, _) -> {
                err.println("rill bench: " + wrong.getMessage());
                err.println("Try './rill bench --help'.");
                return ExitCode.USAGE;
            })
            .setExecutionExceptionHandler((failure, _, _) -> {
                if (!(failure instanceof BenchFailed)) {
                    throw failure;
                }
                err.println("rill bench: " + failure.getMessage());
                return ExitCode.SOFTWARE;
            })
            .execute(args);
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<Cell> all = Cells.all(Machine.descriptorsMax());
        if (list) {
            Listing.print(out, all);
            return ExitCode.OK;
        }
        Level level = thoroughness.quick ? Level.QUICK
                : thoroughness.full ? Level.FULL : Level.NORMAL;
        Plan plan = new Plan(cells(level, all), takingPart(level),
                rounds == null ? level.rounds() : rounds,
                seconds == null ? level.seconds() : seconds, level.windowSeconds(),
                level.windowsMax(), level != Level.QUICK);
        check(plan);
        Reports reports = new Reports(json, html);
        reports.requireWritable();
        Cores cores = Cores.choose();
        BenchResult result = BenchRun.run(plan, cores, commandLine, Instant.now(), out);
        reports.write(result);
        reports.announce(out);
        return gate == null ? failures(result) : Math.max(failures(result), judge(result));
    }

    private int failures(BenchResult result) {
        int code = ExitCode.OK;
        for (CellResult cell : result.cells()) {
            for (Map.Entry<String, String> failure : cell.failed().entrySet()) {
                spec.commandLine().getErr().println("rill bench: " + cell.cell().name() + ": "
                        + failure.getKey() + " failed, " + failure.getValue());
                code = ExitCode.SOFTWARE;
            }
        }
        return code;
    }

    private void check(Plan plan) {
        if (plan.rounds() < 1 || !(plan.seconds() > 0)) {
            throw new ParameterException(spec.commandLine(), "rounds=" + plan.rounds()
                    + " seconds=" + plan.seconds() + ": both must be more than 0");
        }
    }

    private List<Cell> cells(Level level, List<Cell> all) {
        if (workload == null) {
            return cells.isEmpty() ? Cells.of(level, all) : Cells.matching(cells, all);
        }
        boolean stream = workload == Workload.STREAM || workload == Workload.FLOOD;
        List<Cell> own = new ArrayList<>();
        try {
            for (int count : connections) {
                for (int size : sizes.isEmpty() ? List.of(stream ? 65_536 : 1024) : sizes) {
                    int under = workload == Workload.PIPELINED ? depth : 1;
                    new LoadOptions(workload, count, size, under, 1, false);
                    own.add(new Cell(workload, count, size, under, proxy));
                }
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
        return own;
    }

    private List<Peer> takingPart(Level level) {
        Path app = BenchApp.folder();
        List<String> names = new ArrayList<>(!peers.isEmpty() ? peers
                : level == Level.QUICK ? Listing.quickPeers() : PeerCommand.peers());
        builds.keySet().stream().map(name -> "rill@" + name)
                .filter(name -> !names.contains(name)).forEach(names::add);
        List<Peer> all = new ArrayList<>();
        for (String name : names) {
            Path build = name.startsWith("rill@") ? builds.get(name.substring(5)) : null;
            int colon = name.indexOf(':');
            if (build != null) {
                all.add(Peer.of(name, "rill", build));
            } else if (PeerCommand.peers().contains(name)) {
                all.add(Peer.of(name, name, app));
            } else if (colon > 0 && Geometry.PEERS.contains(name.substring(0, colon))) {
                all.add(Peer.of(name, name.substring(0, colon), app,
                        geometry(name.substring(colon + 1)).options()));
            } else {
                throw new ParameterException(spec.commandLine(), "there is no peer '" + name
                        + "'; there are " + String.join(", ", PeerCommand.peers())
                        + "; and NAME:BUFFERSxSIZE of " + String.join(", ", Geometry.PEERS));
            }
        }
        return all;
    }

    private Geometry geometry(String text) {
        try {
            return Geometry.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private int judge(BenchResult result) {
        List<String> complaints = new Gate(gate / 100, 1).complaints(result);
        complaints.forEach(complaint -> spec.commandLine().getErr().println(
                "rill bench: worse: " + complaint));
        return complaints.isEmpty() ? ExitCode.OK : WORSE;
    }
}
