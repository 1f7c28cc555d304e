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

/// What the two queues cost on our side of the line, without a kernel: see [InstantKernel].
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class QueueBenchmark {

    private static final int BATCH = 128;

    private Kernel kernel;
    private Ring filled;
    private Ring drained;

    /// Opens a ring for each direction on the measuring thread.
    @Setup
    public void open() {
        kernel = Kernels.linux();
        filled = Ring.open(new InstantKernel(kernel), RingOptions.defaults());
        InstantKernel posting = new InstantKernel(kernel);
        drained = Ring.open(posting, RingOptions.defaults());
        posting.completeEachTime(BATCH);
    }

    /// The requests were never made, so nothing is waited for: the kernel takes the rings back
    /// with the process.
    @TearDown
    public void close() {
        kernel.close();
    }

    /// Fill an SQE for a receive; 128 are handed over at once.
    ///
    /// @return requests taken
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int fillSqe() {
        for (int i = 0; i < BATCH; i++) {
            filled.sqe().prepRecvMultishot(7).bufferSelect(1).userData(i);
        }
        return filled.submit();
    }

    /// See a completion, one of 128 that came at once; what posts them is part of it.
    ///
    /// @return something that depends on all of them
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long drainCqe() {
        drained.submitAndWait(0);
        CompletionQueue cq = drained.completions();
        long sum = 0;
        while (cq.next()) {
            sum += cq.userData() + cq.res() + cq.flags();
        }
        cq.advance();
        return sum;
    }
}
