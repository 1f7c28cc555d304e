package dev.rill.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/// What was measured of one peer in one round.
///
/// @param messages answered, or received by the server where nothing comes back
/// @param bytes carried one way, payload only
/// @param seconds how long it took
/// @param server the server's processor time
/// @param serverBusy how busy the server's core was, 0 to 1
/// @param generatorBusy how busy the generator's core was, 0 to 1
/// @param stolen what the host took from the two cores, 0 to 1
/// @param systemCalls of the server by its own count, -1 when it has none
/// @param allocatedBytes by the server, -1 when it does not know
/// @param residentBytes of the server afterwards
/// @param receiveMemoryBytes of the server afterwards, -1 when it does not know
/// @param latencies by name, in nanoseconds; empty where there are none
record Round(long messages, long bytes, double seconds, CpuTime server, double serverBusy,
        double generatorBusy, double stolen, long systemCalls, long allocatedBytes,
        long residentBytes, long receiveMemoryBytes, Map<String, Long> latencies) {

    /// The generator's core had no time left while the server's had.
    private static final double NO_TIME_LEFT = 0.95;

    double cpuMicrosPerMessage() {
        return server.nanos() / 1e3 / messages;
    }

    double cpuSecondsPerGib() {
        return server.nanos() / 1e9 / (bytes / Units.GIB);
    }

    double messagesPerSecond() {
        return messages / seconds;
    }

    double bytesPerSecond() {
        return bytes / seconds;
    }

    double systemCallsPerMessage() {
        return systemCalls < 0 ? Double.NaN : (double) systemCalls / messages;
    }

    double allocatedBytesPerMessage() {
        return allocatedBytes < 0 ? Double.NaN : (double) allocatedBytes / messages;
    }

    double latencyNanos(String name) {
        Long nanos = latencies.get(name);
        return nanos == null ? Double.NaN : nanos;
    }

    boolean generatorWasTheLimit() {
        return generatorBusy > NO_TIME_LEFT && serverBusy < NO_TIME_LEFT;
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("messages", messages);
        json.put("bytes", bytes);
        json.put("seconds", seconds);
        json.put("serverCpuNanos", server.nanos());
        json.put("serverUserTicks", server.userTicks());
        json.put("serverSystemTicks", server.systemTicks());
        json.put("serverBusy", serverBusy);
        json.put("generatorBusy", generatorBusy);
        json.put("stolen", stolen);
        json.put("systemCalls", systemCalls);
        json.put("allocatedBytes", allocatedBytes);
        json.put("residentBytes", residentBytes);
        json.put("receiveMemoryBytes", receiveMemoryBytes);
        json.putAll(latencies);
        return json;
    }
}
