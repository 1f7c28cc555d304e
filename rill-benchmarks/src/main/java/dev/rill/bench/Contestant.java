package dev.rill.bench;

import dev.rill.bench.server.PeerCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A peer in one cell: its server, the generator that is connected to it, and what was measured.
/// Both processes stay up while others have their turn, so compiled code stays compiled.
final class Contestant implements AutoCloseable {

    private static final double WINDOWS_AGREE = 0.03;
    private static final long CATCH_UP_NANOS = 2_000_000_000L;

    private final Peer peer;
    private final Cell cell;
    private final Cores cores;
    private final Path folder;
    private final Child server;
    private final ProcessAccount account;
    private final Map<String, Object> configuration = new LinkedHashMap<>();
    private final List<Round> rounds = new ArrayList<>();
    private final List<Round> pacedRounds = new ArrayList<>();
    private Child generator;
    private Map<String, Object> lastAnswer = Map.of();
    private boolean stable;
    private double systemCallsPerMessage = Double.NaN;

    /// Starts the server.
    ///
    /// @param connectOrNull where a proxy carries its connections to
    /// @param folder where error output goes
    Contestant(Peer peer, Cell cell, Cores cores, String connectOrNull, Path folder) {
        this.peer = peer;
        this.cell = cell;
        this.cores = cores;
        this.folder = folder;
        PeerCommand command = peer.starter().command(cell.role(), connectOrNull);
        configuration.put("command", String.join(" ", command.command()));
        configuration.putAll(command.configuration());
        server = new Child(peer.name(), cores.onServerCore(command.command()), log("server"));
        try {
            if (!Boolean.TRUE.equals(server.greeting().get("ready"))) {
                throw new BenchFailed(String.valueOf(server.greeting().get("reason")));
            }
            if (server.greeting().get("configuration") instanceof Map<?, ?> said) {
                said.forEach((name, value) -> configuration.put(name.toString(), value));
            }
            account = new ProcessAccount(server.pid());
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    Peer peer() {
        return peer;
    }

    List<Round> rounds() {
        return rounds;
    }

    PeerResult result() {
        return new PeerResult(peer.name(), configuration, stable, rounds, pacedRounds,
                systemCallsPerMessage);
    }

    /// Lets every byte be compared for a moment, with a generator of its own.
    void verify() {
        try (Child verifier = generator(true)) {
            Map<String, Object> answer = verifier.ask("run seconds=0.3 messages=20000");
            if (number(answer, "messages") == 0) {
                throw new BenchFailed(peer.name() + " has answered nothing");
            }
        }
    }

    void connect() {
        generator = generator(false);
    }

    /// Makes traffic by count until two windows agree, or there were enough of them.
    void warmUp(double windowSeconds, int windowsMax) {
        Round before = round("run seconds=" + windowSeconds);
        String window = "run messages=" + Math.max(1, number(lastAnswer, "messages"))
                + " seconds=" + 8 * windowSeconds;
        for (int i = 1; i < windowsMax && !stable; i++) {
            Round next = round(window);
            double ratio = next.cpuSecondsPerGib() / before.cpuSecondsPerGib();
            stable = Math.abs(ratio - 1) <= WINDOWS_AGREE;
            before = next;
        }
    }

    void measure(double seconds) {
        rounds.add(round("run seconds=" + seconds));
    }

    /// Counts system calls in a round that counts for nothing else.
    void countSystemCalls(double seconds) {
        Round[] round = new Round[1];
        long calls = SystemCalls.during(account.pid(), folder,
                () -> round[0] = round("run seconds=" + seconds));
        systemCallsPerMessage = calls < 0 ? Double.NaN : (double) calls / round[0].messages();
    }

    /// The first paced round only compiles what is new in it.
    void warmUpPaced(double seconds, double rate) {
        round("run seconds=" + seconds + " rate=" + rate);
    }

    void measurePaced(double seconds, double rate) {
        pacedRounds.add(round("run seconds=" + seconds + " rate=" + rate));
    }

    private Round round(String command) {
        Map<String, Object> statsBefore = server.ask("stats");
        CpuTime cpuBefore = account.cpu();
        CoreTimes serverBefore = CoreTimes.of(cores.server());
        CoreTimes generatorBefore = CoreTimes.of(cores.generator());
        lastAnswer = generator.ask(command);
        CoreTimes serverTimes = CoreTimes.of(cores.server()).minus(serverBefore);
        CoreTimes generatorTimes = CoreTimes.of(cores.generator()).minus(generatorBefore);
        long sent = number(lastAnswer, "bytesSent");
        long due = sent * cell.receipts();
        Map<String, Object> stats = statsAfter(number(statsBefore, "bytesReceived") + due);
        CpuTime cpu = account.cpu().minus(cpuBefore);
        boolean counted = cell.role().equals("udp");
        long messages = counted ? change(statsBefore, stats, "datagrams")
                : number(lastAnswer, "messages");
        requireAll(change(statsBefore, stats, "bytesReceived"), due);
        Map<String, Long> latencies = new LinkedHashMap<>();
        lastAnswer.forEach((name, value) -> {
            if (value instanceof Long nanos && name.matches("(p[0-9]+|max)Nanos")) {
                latencies.put(name, nanos);
            }
        });
        return new Round(messages, counted ? messages * cell.size() : sent,
                number(lastAnswer, "nanos") / 1e9, cpu, serverTimes.busyShare(),
                generatorTimes.busyShare(),
                Math.max(serverTimes.stolenShare(), generatorTimes.stolenShare()),
                change(statsBefore, stats, "systemCalls"),
                change(statsBefore, stats, "allocatedBytes"), account.residentBytes(),
                number(stats, "receiveMemoryBytes"), latencies);
    }

    /// What goes one way may still lie in socket buffers when the last send has completed.
    private Map<String, Object> statsAfter(long expected) {
        Map<String, Object> stats = server.ask("stats");
        long deadline = System.nanoTime() + CATCH_UP_NANOS;
        while (cell.role().equals("sink") && number(stats, "bytesReceived") < expected
                && System.nanoTime() < deadline) {
            Thread.onSpinWait();
            stats = server.ask("stats");
        }
        return stats;
    }

    /// A server that counts must have counted what was sent to it, or nothing that was measured
    /// means anything. Datagrams may be lost; proxies of others do not count.
    private void requireAll(long received, long due) {
        if (received >= 0 && received != due && !cell.role().equals("udp")) {
            throw new BenchFailed(peer.name() + " has received " + received + " bytes of " + due);
        }
    }

    private static long change(Map<String, Object> before, Map<String, Object> after,
            String name) {
        long first = number(before, name);
        return first < 0 ? -1 : number(after, name) - first;
    }

    private static long number(Map<String, Object> answer, String name) {
        return answer.get(name) instanceof Long value ? value : -1;
    }

    private Child generator(boolean verify) {
        return new Child("the generator for " + peer.name(), cores.onGeneratorCore(
                GeneratorCommand.of(cell, number(server.greeting(), "port"), verify)),
                log("generator"));
    }

    private Path log(String side) {
        return folder.resolve((cell.name() + "-" + peer.name() + "-" + side + ".log")
                .replace('/', '-'));
    }

    @Override
    public void close() {
        if (generator != null) {
            generator.close();
        }
        server.close();
    }
}
