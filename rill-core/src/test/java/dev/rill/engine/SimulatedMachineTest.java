package dev.rill.engine;

import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.Kernels;
import dev.rill.kernel.Simulation;
import dev.rill.kernel.SimulationOptions;
import dev.rill.net.Connection;
import dev.rill.net.EventLoop;
import dev.rill.testing.Recorder;
import dev.rill.testing.Rig;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Several loops in one thread of a simulated machine: each gets its turns, and time passes when
/// none of them has anything to do.
class SimulatedMachineTest {

    private static final InetSocketAddress SERVER = new InetSocketAddress("127.0.0.1", 7000);

    private final Simulation machine = Kernels.simulation(SimulationOptions.faultless()
            .withLatency(Duration.ofMillis(3), Duration.ofMillis(3)).withSocketBuffer(1000));

    @Test
    void twoLoopsOfOneThreadTakeTurns() {
        try (EventLoop server = EventLoop.open(machine.kernel());
                EventLoop client = EventLoop.open(machine.kernel())) {
            server.listen(SERVER, Connection::send);
            Recorder recorder = new Recorder();
            Connection connection = client.connect(SERVER, recorder);
            connection.send(new byte[5000]);
            connection.finish();
            while (client.statistics().connections() > 0) {
                long idle = Math.min(server.turn(Duration.ZERO), client.turn(Duration.ZERO));
                if (idle > 0) {
                    machine.advance(idle);
                }
            }
            assertThat(recorder.bytes()).hasSize(5000);
        }
        // One way to connect and one back, then five times a buffer there, back, and its end.
        assertThat(Duration.ofNanos(machine.kernel().nanoTime()))
                .isBetween(Duration.ofMillis(12), Duration.ofMillis(60));
        assertThat(machine.openDescriptors()).isZero();
        assertThat(machine.memory()).isZero();
    }

    /// Who has had its turn cannot know what a later one brought it: it must be asked again first.
    @Test
    void noTimePassesWhileNewsWaitForTheirProgram() {
        Simulation near = Kernels.simulation(SimulationOptions.faultless());
        try (Rig rig = new Rig(near.kernel())) {
            Rig.Pair pair = rig.unixStream();
            MemorySegment into = rig.memory(10);
            rig.sqe().prepRecv(pair.left(), into.address(), 10, 0).userData(1);
            assertThat(rig.poll()).isEmpty();
            near.advance(1_000_000); // what its setup has brought
            rig.write(pair.right(), new byte[3]);
            long begin = near.kernel().nanoTime();
            near.advance(1_000_000);
            assertThat(near.kernel().nanoTime()).isEqualTo(begin);
            near.advance(1_000_000); // its program may be late
            assertThat(near.kernel().nanoTime()).isEqualTo(begin + 1_000_000);
            rig.write(pair.right(), new byte[3]);
            assertThat(rig.await().res()).isEqualTo(6);
            near.advance(1_000_000);
            assertThat(near.kernel().nanoTime()).isEqualTo(begin + 2_000_000);
        }
    }

    @Test
    void aTurnWaitsAsLongAsItMay() {
        try (EventLoop loop = EventLoop.open(machine.kernel())) {
            int[] runs = new int[1];
            long begin = machine.kernel().nanoTime();
            loop.schedule(Duration.ofMillis(100), () -> runs[0]++);
            assertThat(loop.turn(Duration.ZERO)).isPositive();
            assertThat(machine.kernel().nanoTime()).isEqualTo(begin);
            assertThat(loop.turn(Duration.ofMillis(40))).isBetween(60_000_000L, 70_000_000L);
            assertThat(machine.kernel().nanoTime()).isEqualTo(begin + 40_000_000);
            assertThat(loop.turn(Duration.ofDays(1))).isEqualTo(Long.MAX_VALUE);
            assertThat(runs[0]).isEqualTo(1);
            assertThatThrownBy(() -> loop.turn(Duration.ofNanos(-1)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("limit=");
        }
    }

    @Test
    void nothingGoesWrongOnACalmMachine() {
        Simulation faulty = Kernels.simulation(SimulationOptions.faultless().withFailedCalls(1));
        assertThat(faulty.kernel().descriptors().socket(AF_INET, SOCK_STREAM, 0)).isNegative();
        assertThat(faulty.faults()).isEqualTo(1);
        faulty.calm();
        assertThat(faulty.kernel().descriptors().socket(AF_INET, SOCK_STREAM, 0)).isPositive();
        assertThat(faulty.faults()).isEqualTo(1);
        assertThat(faulty.openDescriptors()).isEqualTo(1);
        assertThatThrownBy(() -> faulty.advance(Long.MAX_VALUE))
                .isInstanceOf(IllegalStateException.class);
    }
}
