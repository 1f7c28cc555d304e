package dev.rill.tool;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// `rill bench` as far as this module has it: its place in the list of commands. The launcher
/// starts the benchmark, because it has dependencies that the tool shall not have.
@Command(
    name = "bench",
    header = "Measure Rill beside its peers on this machine.",
    description = "It is a program of its own, in the module rill-benchmarks: ./rill bench --help "
        + "tells more, and builds it when needed.")
final class BenchCommand implements Callable<Integer> {

    @Unmatched
    private List<String> arguments;

    @Override
    public Integer call() {
        throw new CommandFailed("the benchmark is not in this module: the launcher starts it, as"
            + " './rill bench', from a checkout or what was built there");
    }
}
