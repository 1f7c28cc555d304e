package dev.rill.bench.load;

import org.HdrHistogram.Histogram;

/// What happened in a run.
final class Tally {

    private static final long LATENCY_MAX_NANOS = 60_000_000_000L;

    private final Histogram latencies = new Histogram(LATENCY_MAX_NANOS, 3);
    private long messages;
    private long bytesSent;
    private long bytesReceived;

    void reset() {
        latencies.reset();
        messages = 0;
        bytesSent = 0;
        bytesReceived = 0;
    }

    void message(int count) {
        messages += count;
    }

    void sent(long bytes) {
        bytesSent += bytes;
    }

    void received(long bytes) {
        bytesReceived += bytes;
    }

    void latency(long nanos) {
        latencies.recordValue(Math.clamp(nanos, 0, LATENCY_MAX_NANOS));
    }

    Histogram latencies() {
        return latencies;
    }

    long messages() {
        return messages;
    }

    long bytesSent() {
        return bytesSent;
    }

    long bytesReceived() {
        return bytesReceived;
    }
}
