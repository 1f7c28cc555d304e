package dev.rill.benchmarks;

import dev.rill.Kernels;
import dev.rill.kernel.Kernel;
import dev.rill.ring.CompletionQueue;
import dev.rill.ring.Ring;
import dev.rill.ring.RingOptions;
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

/// What the kernel line costs: an empty enter, and a request that does nothing there and back.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RingBenchmark {

    private static final int BATCH = 128;

    private Kernel kernel;
    private Ring ring;

    /// Opens a ring on the measuring thread.
    @Setup
    public void open() {
        kernel = Kernels.linux();
        ring = Ring.open(kernel, RingOptions.defaults());
    }

    /// Frees it.
    @TearDown
    public void close() {
        ring.close();
        kernel.close();
    }

    /// One system call that finds nothing to do.
    ///
    /// @return requests taken, 0
    @Benchmark
    public int emptyEnter() {
        return ring.submitAndWait(0);
    }

    /// Fill an SQE, submit with 127 others, see its completion.
    ///
    /// @return something that depends on all completions
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long nopInBatch() {
        for (int i = 0; i < BATCH; i++) {
            ring.sqe().prepNop().userData(i);
        }
        ring.submitAndWait(BATCH);
        CompletionQueue cq = ring.completions();
        long sum = 0;
        while (cq.next()) {
            sum += cq.userData() + cq.res();
        }
        cq.advance();
        return sum;
    }
}
