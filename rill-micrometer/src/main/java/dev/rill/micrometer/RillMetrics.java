package dev.rill.micrometer;

import dev.rill.net.EventLoop;
import dev.rill.net.LoopStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/// Meters of one or several event loops, each with a tag `loop` (0, 1, ... in the given order).
///
/// ```java
/// new RillMetrics(List.of(loop)).bindTo(registry);
/// ```
///
/// A loop is asked how it stands at most once a second, whatever the number of meters. Who reads
/// one waits for the answer for a moment at most; a loop that is busy or has ended is shown as it
/// was. `docs/observability.md` says what the numbers mean.
///
/// May be bound and read on any thread.
public final class RillMetrics implements MeterBinder {

    private static final Duration AGE_MAX = Duration.ofSeconds(1);

    private final List<LoopSampler> samplers;

    /// Prepares meters; [#bindTo] registers them.
    ///
    /// @param loops of which
    public RillMetrics(List<EventLoop> loops) {
        this(loops, AGE_MAX);
    }

    /// For tests: with other patience for what is old.
    RillMetrics(List<EventLoop> loops, Duration ageMax) {
        samplers = Objects.requireNonNull(loops, "loops").stream()
                .map(loop -> new LoopSampler(loop, ageMax)).toList();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (int i = 0; i < samplers.size(); i++) {
            Meters meters = new Meters(registry, samplers.get(i),
                    Tags.of("loop", Integer.toString(i)));
            meters.counters();
            meters.gauges();
        }
    }

    private record Meters(MeterRegistry registry, LoopSampler sampler, Tags tags) {

        void counters() {
            counter("rill.accepted", "connections accepted", null, LoopStatistics::accepted);
            counter("rill.received", "bytes received", "bytes", LoopStatistics::bytesReceived);
            counter("rill.sent", "bytes sent", "bytes", LoopStatistics::bytesSent);
            counter("rill.buffers.used", "receive buffer space used up", "bytes",
                    LoopStatistics::bytesUsedUp);
            counter("rill.completions", "completions seen", null, LoopStatistics::completions);
            counter("rill.enters", "system calls for submitting and waiting", null,
                    LoopStatistics::enters);
            counter("rill.enobufs", "receives that found no buffer", null,
                    LoopStatistics::exhaustions);
            counter("rill.rescues", "times unsent bytes were moved out of receive buffers", null,
                    LoopStatistics::rescues);
            counter("rill.rescued", "unsent bytes moved out of receive buffers", "bytes",
                    LoopStatistics::rescuedBytes);
            counter("rill.holds.rescues", "buffers that came back because held bytes were moved",
                    null, LoopStatistics::holdRescues);
            counter("rill.holds.lost", "watched holds lost without having been closed", null,
                    loop -> loop.group().lostHolds());
            counter("rill.group.growths", "areas of receive memory added", null,
                    loop -> loop.group().growths());
        }

        void gauges() {
            gauge("rill.connections", "open connections", null, LoopStatistics::connections);
            gauge("rill.parked", "connections that wait for a receive buffer", null,
                    LoopStatistics::parked);
            gauge("rill.buffers.allocated", "receive buffers that have memory", null,
                    loop -> loop.group().allocated());
            gauge("rill.buffers.lent", "receive buffers the kernel has", null,
                    LoopStatistics::buffersLent);
            gauge("rill.buffers.held", "receive buffers used up and still kept", null,
                    LoopStatistics::buffersHeld);
            gauge("rill.buffers.pinned", "receive memory kept away from the kernel", "bytes",
                    loop -> loop.group().pinnedBytes());
            gauge("rill.fill.ratio", "bytes received / buffer bytes used up", null,
                    LoopStatistics::fillRatio);
            gauge("rill.holds.open", "holds of the program", null, LoopStatistics::holds);
            gauge("rill.holds.held", "bytes that the program holds", "bytes",
                    loop -> loop.group().heldBytes());
            gauge("rill.holds.oldest", "age of the oldest hold", "seconds",
                    loop -> loop.group().oldestHoldNanos() / 1e9);
            gauge("rill.copies", "memory for copies of unsent bytes", "bytes",
                    LoopStatistics::copyMemory);
        }

        private void counter(String name, String what, String unit,
                ToDoubleFunction<LoopStatistics> value) {
            FunctionCounter.builder(name, sampler, each -> each.get(value, 0))
                    .description(what).baseUnit(unit).tags(tags).register(registry);
        }

        private void gauge(String name, String what, String unit,
                ToDoubleFunction<LoopStatistics> value) {
            Gauge.builder(name, sampler, each -> each.get(value, Double.NaN))
                    .description(what).baseUnit(unit).tags(tags)
                    .strongReference(true).register(registry);
        }
    }
}
