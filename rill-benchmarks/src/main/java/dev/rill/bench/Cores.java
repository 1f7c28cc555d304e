package dev.rill.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Where the two sides run: the server on one core, everything else of a measurement on another.
///
/// @param server the server's core
/// @param generator the generator's core, and that of whatever stands behind a proxy
/// @param pinned whether `taskset` is there to hold them to it
record Cores(int server, int generator, boolean pinned) {

    /// Chooses two cores of those this process may use: the last one, which devices interrupt
    /// least, and the first one that is not another thread of it.
    static Cores choose() {
        List<Integer> allowed = allowed();
        if (allowed.size() < 2) {
            throw new BenchFailed("this machine lets us use one core only. Server and generator"
                    + " must not share one: give the machine or the container a second core");
        }
        int server = allowed.getLast();
        List<Integer> siblings = siblings(server);
        int generator = allowed.stream().filter(core -> !siblings.contains(core)).findFirst()
                .orElse(allowed.getFirst());
        return new Cores(server, generator, Programs.find("taskset").isPresent());
    }

    List<String> onServerCore(List<String> command) {
        return on(server, command);
    }

    List<String> onGeneratorCore(List<String> command) {
        return on(generator, command);
    }

    private List<String> on(int core, List<String> command) {
        if (!pinned) {
            return command;
        }
        List<String> all = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
        all.addAll(command);
        return all;
    }

    private static List<Integer> allowed() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("Cpus_allowed_list:")) {
                    return parse(line.substring(line.indexOf(':') + 1));
                }
            }
        } catch (IOException e) {
            // no /proc: counted instead
        }
        List<Integer> all = new ArrayList<>();
        for (int core = 0; core < Runtime.getRuntime().availableProcessors(); core++) {
            all.add(core);
        }
        return all;
    }

    private static List<Integer> siblings(int core) {
        try {
            return parse(Files.readString(Path.of("/sys/devices/system/cpu/cpu" + core
                    + "/topology/thread_siblings_list")));
        } catch (IOException e) {
            return List.of(core);
        }
    }

    /// Reads a list as the kernel writes it: `0-3,8`.
    static List<Integer> parse(String list) {
        List<Integer> cores = new ArrayList<>();
        for (String range : list.strip().split(",")) {
            String[] ends = range.strip().split("-");
            int last = Integer.parseInt(ends[ends.length - 1]);
            for (int core = Integer.parseInt(ends[0]); core <= last; core++) {
                cores.add(core);
            }
        }
        return cores;
    }
}
