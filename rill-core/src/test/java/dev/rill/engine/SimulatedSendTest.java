package dev.rill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.abi.Errno;
import dev.rill.abi.MsgFlags;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.SimulationOptions;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/// Sends that wait for room on a simulated machine, where buffers are small and transfers are cut.
/// Found by simulating servers.
class SimulatedSendTest {

    private static final int ROOM = 21;
    private static final int LENGTH = 6 * ROOM;

    private static void send(Rig rig, Pair pair, byte[] bytes) {
        MemorySegment memory = rig.memory(bytes.length);
        memory.copyFrom(MemorySegment.ofArray(bytes));
        rig.sqe().prepSend(pair.left(), memory.address(), bytes.length,
                MsgFlags.MSG_WAITALL | MsgFlags.MSG_NOSIGNAL).userData(1);
    }

    /// The answer to what it sends is a reset, and comes before it waits again.
    @Test
    void whoWaitsForRoomHearsOfAResetThatItsOwnBytesBroughtAbout() {
        Kernel kernel = Kernels.simulated(SimulationOptions.faultless().withSocketBuffer(ROOM));
        byte[] bytes = Rig.pattern(LENGTH, 1);
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            rig.end(pair.right()); // polling says from now on that something has happened
            send(rig, pair, bytes);
            assertThat(rig.poll()).isEmpty();
            assertThat(rig.poll()).isEmpty();
            assertThat(rig.read(pair.right(), ROOM)).hasSize(ROOM);
            rig.closeNow(pair.right()); // with nothing unread: its end was said before
            Cqe cqe = rig.await();
            assertThat(cqe.res()).as("%s", cqe).isIn(2 * ROOM, -Errno.EPIPE);
        }
    }

    @Test
    void whatIsCutShortGoesOn() {
        byte[] bytes = Rig.pattern(LENGTH, 2);
        for (long seed = 1; seed <= 200; seed++) {
            Kernel kernel = Kernels.simulated(SimulationOptions.faultless().withSeed(seed)
                    .withShortTransfers(0.7).withSocketBuffer(ROOM));
            try (Rig rig = new Rig(kernel)) {
                Pair pair = rig.tcp();
                rig.end(pair.right());
                send(rig, pair, bytes);
                MemorySegment got = rig.memory(LENGTH);
                rig.sqe().prepRecv(pair.right(), got.address(), LENGTH, MsgFlags.MSG_WAITALL)
                        .userData(2);
                assertThat(rig.await(2)).as("seed %d", seed).extracting(Cqe::res)
                        .containsOnly(LENGTH);
                assertThat(got.mismatch(MemorySegment.ofArray(bytes))).isEqualTo(-1);
            }
        }
    }
}
