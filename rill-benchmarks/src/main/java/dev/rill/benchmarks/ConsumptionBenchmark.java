package dev.rill.benchmarks;

import static dev.rill.abi.CqeFlags.IORING_CQE_BUFFER_SHIFT;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUFFER;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUF_MORE;

import dev.rill.ring.BufferRingOptions;
import dev.rill.ring.Consumption;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What it costs to find out which bytes a completion delivered, recycling included.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ConsumptionBenchmark {

    private static final int BUFFERS = 16;
    private static final int BUFFER_SIZE = 256 * 1024;
    private static final int MESSAGE = 1024;

    private Consumption consumption;
    private int bid;

    /// Publishes all buffers.
    @Setup
    public void publish() {
        consumption = new Consumption(BufferRingOptions.incremental(0, BUFFERS), BUFFERS, false);
        for (int i = 0; i < BUFFERS; i++) {
            consumption.published(i, BUFFER_SIZE);
        }
        bid = 0;
    }

    /// One kilobyte arrives; every 256th finishes a buffer, which is published again.
    ///
    /// @return where the bytes are
    @Benchmark
    public int received() {
        boolean last = consumption.position(bid) + MESSAGE == BUFFER_SIZE;
        int flags = bid << IORING_CQE_BUFFER_SHIFT | IORING_CQE_F_BUFFER
                | (last ? 0 : IORING_CQE_F_BUF_MORE);
        consumption.received(MESSAGE, flags);
        int offset = consumption.offset(0);
        if (last) {
            consumption.published(bid, BUFFER_SIZE);
            bid = (bid + 1) % BUFFERS;
        }
        return offset;
    }
}
