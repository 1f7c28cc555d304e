package dev.rill.bench.load;

import dev.rill.Kernels;
import dev.rill.bench.Json;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The load generator. Opens its connections, says so with a line of JSON, and makes traffic for
/// each line it reads (`run seconds=3`), which it answers with what happened. Ends with its input.
@Command(name = "load", sortOptions = false,
        description = "Makes traffic for a server, as lines on its input say.")
public final class LoadMain implements Runnable {

    private static final Path OWN_CPU = Path.of("/proc/thread-self/schedstat");

    @Option(names = "--workload", required = true, description = "${COMPLETION-CANDIDATES}")
    private Workload workload;
    @Option(names = "--connections", defaultValue = "1", description = "How many.")
    private int connections;
    @Option(names = "--size", defaultValue = "64", description = "Bytes of a message.")
    private int size;
    @Option(names = "--depth", defaultValue = "1", description = "Messages under way at once.")
    private int depth;
    @Option(names = "--port", required = true, description = "Where the server listens.")
    private int port;
    @Option(names = "--verify", description = "Compare every byte that comes back.")
    private boolean verify;

    private final Tally tally = new Tally();

    private LoadMain() {
    }

    /// Runs the generator.
    ///
    /// @param args see `--help`
    public static void main(String[] args) {
        CommandLine command = new CommandLine(new LoadMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, _, _) -> {
                    if (!(e instanceof LoadFailed || e instanceof KernelException
                            || e instanceof IllegalArgumentException)) {
                        throw e;
                    }
                    answer(Map.of("error", e.getMessage()));
                    return 1;
                });
        System.exit(command.execute(args));
    }

    @Override
    public void run() {
        LoadOptions options = new LoadOptions(workload, connections, size, depth, port, verify);
        try (Kernel kernel = Kernels.linux(); LoadRing ring = new LoadRing(kernel, verify)) {
            Load load = Load.open(ring, options);
            answer(Map.of("ready", true, "pid", ProcessHandle.current().pid()));
            BufferedReader commands = new BufferedReader(
                    new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line; (line = read(commands)) != null;) {
                answer(measure(ring, load, Limits.parse(line)));
            }
        }
    }

    private Map<String, Object> measure(LoadRing ring, Load load, Limits limits) {
        tally.reset();
        long enters = ring.enters();
        long cpu = ownCpuNanos();
        long start = System.nanoTime();
        load.run(limits, tally);
        long nanos = System.nanoTime() - start;
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("messages", tally.messages());
        result.put("bytesSent", tally.bytesSent());
        result.put("bytesReceived", tally.bytesReceived());
        result.put("nanos", nanos);
        result.put("cpuNanos", ownCpuNanos() - cpu);
        result.put("systemCalls", ring.enters() - enters);
        Histogram latencies = tally.latencies();
        if (latencies.getTotalCount() > 0) {
            result.put("p50Nanos", latencies.getValueAtPercentile(50));
            result.put("p90Nanos", latencies.getValueAtPercentile(90));
            result.put("p99Nanos", latencies.getValueAtPercentile(99));
            result.put("p999Nanos", latencies.getValueAtPercentile(99.9));
            result.put("maxNanos", latencies.getMaxValue());
        }
        return result;
    }

    private static long ownCpuNanos() {
        try {
            String text = Files.readString(OWN_CPU);
            return Long.parseLong(text.substring(0, text.indexOf(' ')));
        } catch (IOException e) {
            return 0; // a kernel without CONFIG_SCHED_INFO; the harness has the process's own time
        }
    }

    private static String read(BufferedReader commands) {
        try {
            return commands.readLine();
        } catch (IOException e) {
            return null; // whoever gave commands is gone
        }
    }

    private static void answer(Map<String, Object> result) {
        System.out.println(Json.line(result));
        System.out.flush();
    }
}
