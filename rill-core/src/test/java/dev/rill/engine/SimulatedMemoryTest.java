package dev.rill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.kernel.SimulationOptions;
import dev.rill.net.Connection;
import dev.rill.net.EventLoop;
import dev.rill.net.EventLoopOptions;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Hold;
import dev.rill.testing.Rig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The receive memory of a loop follows its load, hours of it in virtual time.
class SimulatedMemoryTest {

    private static final InetSocketAddress SERVER = new InetSocketAddress("127.0.0.1", 7000);
    private static final int BUFFERS = 64;
    private static final int AREA = 8;
    private static final int SIZE = 4096;

    private final List<Hold> holds = new ArrayList<>();
    private EventLoop loop;

    private void everySecond(int times, Runnable action, Runnable end) {
        loop.schedule(Duration.ofSeconds(1), () -> {
            action.run();
            if (times > 1) {
                everySecond(times - 1, action, end);
            } else {
                end.run();
            }
        });
    }

    @Test
    void memoryComesWithTheLoadAndGoesWithIt() {
        EventLoopOptions options = EventLoopOptions.defaults().withHeldMax(Long.MAX_VALUE)
                .withBuffers(
                BufferGroupOptions.incremental(0, BUFFERS, SIZE).growing(AREA, 4));
        List<Integer> allocated = new ArrayList<>();
        try (EventLoop opened = EventLoop.open(Kernels.simulated(SimulationOptions.faultless()),
                options)) {
            loop = opened;
            loop.listen(SERVER, (_, data) -> holds.add(data.hold()));
            Connection client = loop.connect(SERVER, (_, _) -> { });
            // Bit by bit: what comes in one burst is worth more memory.
            everySecond(12, () -> client.send(Rig.pattern(4 * SIZE, 1)), () -> { });
            Runnable look = () -> allocated.add(loop.group().buffersAllocated());
            Runnable letGo = () -> {
                holds.forEach(Hold::close);
                holds.clear();
            };
            loop.schedule(Duration.ofSeconds(12), () -> everySecond(5, look, () -> {
                assertThat(holds.stream().mapToInt(Hold::length).sum()).isEqualTo(48 * SIZE);
                letGo.run();
                everySecond(200, () -> {
                    letGo.run();
                    client.send(Rig.pattern(SIZE, 1));
                    look.run();
                }, loop::stop);
            }));
            loop.run();
        }
        assertThat(allocated.subList(0, 5)).as("while 48 buffers are held")
                .containsOnly(56);
        assertThat(allocated.getLast()).as("after a while of little traffic").isEqualTo(AREA);
        assertThat(allocated.stream().mapToInt(count -> count).max()).hasValue(56);
    }

    /// What cannot change does not wake the loop.
    @Test
    void anIdleLoopSleepsWhateverMemoryItHas() {
        EventLoopOptions options = EventLoopOptions.defaults().withHeldMax(Long.MAX_VALUE)
                .withBuffers(
                BufferGroupOptions.incremental(0, BUFFERS, SIZE).growing(AREA, 4));
        try (EventLoop opened = EventLoop.open(Kernels.simulated(SimulationOptions.faultless()),
                options)) {
            loop = opened;
            loop.listen(SERVER, (_, data) -> holds.add(data.hold()));
            loop.connect(SERVER, (_, _) -> { }).send(Rig.pattern(48 * SIZE, 1));
            long[] turns = new long[2];
            loop.schedule(Duration.ofMinutes(1), () -> turns[0] = loop.statistics().enters());
            loop.schedule(Duration.ofHours(2), () -> {
                turns[1] = loop.statistics().enters();
                holds.forEach(Hold::close);
                loop.stop();
            });
            loop.run();
            assertThat(turns[1] - turns[0]).as("turns in two hours without traffic")
                    .isLessThan(2000); // the timing wheel looks every ten seconds
        }
    }
}
