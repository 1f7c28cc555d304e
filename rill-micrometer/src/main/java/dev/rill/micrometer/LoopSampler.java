package dev.rill.micrometer;

import dev.rill.net.EventLoop;
import dev.rill.net.LoopStatistics;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;

/// How a loop stood when it was asked last. Whoever reads it asks again when that is long ago, one
/// at a time, and waits a moment for the answer.
final class LoopSampler {

    private static final long PATIENCE_MILLIS = 50;

    private record Answer(LoopStatistics statistics, long time) {
    }

    private final EventLoop loop;
    private final long ageMax;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile Answer last;

    LoopSampler(EventLoop loop, Duration ageMax) {
        this.loop = loop;
        this.ageMax = ageMax.toNanos();
    }

    double get(ToDoubleFunction<LoopStatistics> value, double unknown) {
        Answer known = last;
        if ((known == null || System.nanoTime() - known.time >= ageMax)
                && asking.compareAndSet(false, true)) {
            ask();
            known = last;
        }
        return known == null ? unknown : value.applyAsDouble(known.statistics);
    }

    private void ask() {
        try {
            CompletableFuture<Void> answered = loop.sample().handle((statistics, failure) -> {
                if (failure == null) {
                    last = new Answer(statistics, System.nanoTime());
                }
                asking.set(false);
                return null;
            });
            answered.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            asking.set(false); // it has ended, or is far behind: what was known stays
        } catch (TimeoutException e) {
            // the answer comes later, and nobody asks again before that
        } catch (ExecutionException e) {
            throw new AssertionError("failures are handled", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
