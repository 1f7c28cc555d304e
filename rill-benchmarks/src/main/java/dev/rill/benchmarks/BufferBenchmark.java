package dev.rill.benchmarks;

import static dev.rill.abi.CqeFlags.IORING_CQE_BUFFER_SHIFT;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUFFER;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUF_MORE;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;

import dev.rill.Kernels;
import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.BufferRing;
import dev.rill.ring.BufferRingOptions;
import dev.rill.ring.Ring;
import dev.rill.ring.RingOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What buffers cost: lending them, seeing what came, keeping and giving back. No request is in
/// flight, so the kernel looks at none of it.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BufferBenchmark {

    private static final int BUFFERS = 16;
    private static final int BUFFER_SIZE = 64 * 1024;
    private static final int MESSAGE = 1024;

    private Kernel kernel;
    private Arena arena;
    private Ring ring;
    private BufferRing bare;
    private MemorySegment memory;
    private BufferGroup group;
    /// Where the kernel would be: the running number of the current entry, and its fill.
    private int head;
    private int filled;

    /// Registers a bare ring and a group.
    @Setup
    public void open() {
        kernel = Kernels.linux();
        arena = Arena.ofConfined();
        ring = Ring.open(kernel, RingOptions.defaults());
        bare = BufferRing.register(ring, BufferRingOptions.incremental(1, BUFFERS));
        memory = kernel.memory((long) BUFFERS * BUFFER_SIZE, arena);
        group = BufferGroup.open(ring, BufferGroupOptions.incremental(2, BUFFERS, BUFFER_SIZE));
    }

    /// Frees all of it.
    @TearDown
    public void close() {
        group.close();
        bare.close();
        ring.close();
        arena.close();
        kernel.close();
    }

    /// Lend a buffer; 16 become visible at once.
    ///
    /// @return how many
    @Benchmark
    @OperationsPerInvocation(BUFFERS)
    public int publish() {
        for (int bid = 0; bid < BUFFERS; bid++) {
            bare.add(memory.address() + (long) bid * BUFFER_SIZE, BUFFER_SIZE, bid);
        }
        return bare.publish();
    }

    /// A kilobyte arrives, is looked at, and is forgotten; every 64th finishes a buffer.
    ///
    /// @return its first byte
    @Benchmark
    public int receive() {
        int bid = arrive();
        group.received(MESSAGE, flags(bid));
        int seen = 0;
        while (group.next()) {
            seen += group.part().length();
        }
        group.publish();
        return seen;
    }

    /// The same, but it is kept beyond the look, as bytes that are being sent are.
    ///
    /// @return its length
    @Benchmark
    public int receiveRetainRelease() {
        int bid = arrive();
        group.received(MESSAGE, flags(bid));
        int seen = 0;
        while (group.next()) {
            seen += group.part().length();
            group.retain(bid);
        }
        group.release(bid);
        group.publish();
        return seen;
    }

    private int arrive() {
        int bid = group.bufferRing().entryBid(head);
        filled += MESSAGE;
        return bid;
    }

    private int flags(int bid) {
        int flags = bid << IORING_CQE_BUFFER_SHIFT | IORING_CQE_F_BUFFER | IORING_CQE_F_MORE;
        if (filled < BUFFER_SIZE) {
            return flags | IORING_CQE_F_BUF_MORE;
        }
        filled = 0;
        head++;
        return flags;
    }
}
