package dev.rill.tool;

import dev.rill.net.LoopStatistics;
import dev.rill.ring.BufferGroupOptions;
import java.util.Locale;

/// The rounds of the demo that were run on one kind of buffer ring, added up.
final class DemoTally {

    private final String name;
    private final BufferGroupOptions group;
    private int rounds;
    private long nanos;
    private long connections;
    private long bytes;
    private long bytesReceived;
    private long bytesUsedUp;
    private long enobufs;
    private long systemCalls;
    private long rescues;
    private long rescuedBytes;
    private long copyMemory;
    private long cpuNanos;

    DemoTally(String name, BufferGroupOptions group) {
        this.name = name;
        this.group = group;
    }

    /// Adds a round that has ended.
    void add(DemoRound.State round) {
        if (round.proxy() == null) {
            return; // it broke before the proxy could say anything
        }
        LoopStatistics loop = round.proxy().loop();
        rounds++;
        nanos += round.nanos();
        connections += round.opened();
        bytes += round.bytesVerified();
        bytesReceived += loop.bytesReceived();
        bytesUsedUp += loop.bytesUsedUp();
        enobufs += loop.exhaustions();
        systemCalls += loop.enters();
        rescues += loop.rescues();
        rescuedBytes += loop.rescuedBytes();
        copyMemory = Math.max(copyMemory, loop.copyMemory());
        long cpu = round.proxy().cpuNanos();
        cpuNanos = cpu < 0 || cpuNanos < 0 ? -1 : cpuNanos + cpu;
    }

    String name() {
        return name;
    }

    BufferGroupOptions group() {
        return group;
    }

    int rounds() {
        return rounds;
    }

    long connections() {
        return connections;
    }

    /// Bytes verified, which is what was carried in both directions.
    long bytes() {
        return bytes;
    }

    String buffers() {
        return rounds == 0 ? "-" : group.buffers() + " x " + Units.bytes(group.bufferSize());
    }

    String throughput() {
        return Units.rate(bytes, nanos);
    }

    String fill() {
        return Units.percent(bytesReceived, bytesUsedUp);
    }

    String enobufs() {
        return counted(enobufs) + (bytes == 0 || enobufs == 0 ? ""
                : " (" + Units.count(Math.round(perByte(enobufs) * (1 << 30))) + " per GiB)");
    }

    String rescues() {
        return rescues == 0 ? counted(0)
                : Units.count(rescues) + " (" + Units.bytes(rescuedBytes) + ")";
    }

    String memory() {
        return rounds == 0 ? "-" : Units.bytes(group.byteSize());
    }

    String systemCallsPerMebibyte() {
        return bytes == 0 ? "-"
                : String.format(Locale.ROOT, "%.1f", perByte(systemCalls) * (1 << 20));
    }

    String cpuPerGibibyte() {
        return bytes == 0 || cpuNanos <= 0 ? "-"
                : Units.duration(Math.round(perByte(cpuNanos) * (1 << 30)));
    }

    Json json() {
        return new Json().put("buffers", group.buffers())
                .put("bufferSize", group.bufferSize())
                .put("receiveMemory", group.byteSize())
                .put("copyMemory", copyMemory)
                .put("rounds", rounds)
                .put("seconds", nanos / 1e9)
                .put("connections", connections)
                .put("bytesVerified", bytes)
                .put("bytesPerSecond", nanos == 0 ? 0 : bytes * 1e9 / nanos)
                .put("fillRatio", bytesUsedUp == 0 ? null : (double) bytesReceived / bytesUsedUp)
                .put("enobufs", enobufs)
                .put("rescues", rescues)
                .put("rescuedBytes", rescuedBytes)
                .put("systemCalls", systemCalls)
                .put("systemCallsPerMiB", bytes == 0 ? null : perByte(systemCalls) * (1 << 20))
                .put("cpuSeconds", cpuNanos < 0 ? null : cpuNanos / 1e9)
                .put("cpuSecondsPerGiB", bytes == 0 || cpuNanos < 0 ? null
                        : perByte(cpuNanos) * (1 << 30) / 1e9);
    }

    private String counted(long count) {
        return rounds == 0 ? "-" : Units.count(count);
    }

    private double perByte(long count) {
        return (double) count / bytes;
    }
}
