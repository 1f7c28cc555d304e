package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.BufferSnapshot;
import dev.rill.ring.Hold;
import dev.rill.ring.HolderSnapshot;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Peer;
import dev.rill.testing.Recorder;
import dev.rill.testing.Rig;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Timeout;

/// Who keeps the receive memory is said by name.
@Timeout(120)
class LoopDetailsTest {

    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults()
            .withBuffers(BufferGroupOptions.incremental(0, 8, 64 * 1024));

    @KernelTest
    void aPeerThatDoesNotReadIsNamedWithWhatItKeeps(Kernel kernel) throws Exception {
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders, Connection::send));
            try (Peer slow = Peer.connect(address)) {
                slow.sendMeanwhile(Rig.pattern(24 << 20, 1)).exceptionally(_ -> null);
                Connection connection = Recorder.next(recorders).opened();
                LoopDetails[] seen = new LoopDetails[1]; // in the same turn: it may go on
                loop.until("its echo is stuck in receive buffers", () -> {
                    seen[0] = LoopDetails.of(loop.loop(), 4);
                    return !seen[0].unsent().isEmpty()
                            && connection.unsent() > OPTIONS.unsentLow();
                });
                LoopDetails details = seen[0];
                HolderSnapshot first = details.unsent().getFirst();
                assertThat(first.holder()).endsWith("(" + connection + ")")
                        .startsWith("127.0.0.1:");
                assertThat(first.bytes()).isPositive();
                assertThat(details.buffers().stream().mapToLong(BufferSnapshot::heldBytes).sum())
                        .isEqualTo(first.bytes());
                assertThat(details.buffers()).filteredOn(buffer -> buffer.heldBytes() > 0)
                        .hasSize(first.buffers())
                        .allMatch(buffer -> buffer.holder().equals(connection.toString()));
            }
        }
    }

    @KernelTest
    void holdsAreNamedByWhomTheirBytesCameFrom(Kernel kernel) throws Exception {
        List<Hold> holds = new ArrayList<>();
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders,
                    (_, data) -> holds.add(data.hold())));
            try (Peer peer = Peer.connect(address)) {
                peer.send(Rig.pattern(100, 1));
                Connection connection = Recorder.next(recorders).opened();
                loop.until("all is held", () -> loop.loop().group().holds().bytes() == 100);
                LoopDetails details = details(loop);
                assertThat(details.holders()).singleElement().satisfies(holder -> {
                    assertThat(holder.holder()).isEqualTo(connection.toString());
                    assertThat(holder.bytes()).isEqualTo(100);
                    assertThat(holder.buffers()).isEqualTo(1);
                });
                assertThat(details.unsent()).isEmpty();
                assertThat(details.parked()).isEmpty();
                assertThat(details.statistics().group().heldBytes()).isEqualTo(100);
                assertThat(loop.loop().sample().get().group().openHolds())
                        .isEqualTo(holds.size());
                loop.call(() -> {
                    holds.forEach(Hold::close);
                    return null;
                });
                assertThat(details(loop).holders()).isEmpty();
            }
        }
    }

    @KernelTest
    void thoseThatWaitForABufferAreNamed(Kernel kernel) throws Exception {
        List<Hold> holds = new ArrayList<>();
        BlockingQueue<Recorder> recorders = Recorder.queue();
        EventLoopOptions options = OPTIONS.withBuffers(
                BufferGroupOptions.incremental(0, 1, 100).withRescueMax(0)).withHeldMax(1000);
        try (LoopThread loop = LoopThread.start(kernel, options)) {
            InetSocketAddress address = loop.listen(Recorder.each(recorders,
                    (_, data) -> holds.add(data.hold())));
            try (Peer peer = Peer.connect(address)) {
                peer.send(Rig.pattern(200, 1));
                Connection connection = Recorder.next(recorders).opened();
                loop.until("it is parked",
                        () -> !LoopDetails.of(loop.loop(), 4).parked().isEmpty());
                assertThat(details(loop).parked()).singleElement().asString()
                        .endsWith("(" + connection + ")");
                assertThat(details(loop).statistics().group().lent()).isZero();
                loop.call(() -> {
                    holds.forEach(Hold::close);
                    return null;
                });
                loop.until("the rest has come", () -> holds.size() >= 2);
                assertThat(details(loop).statistics().exhaustions()).isPositive();
            }
        }
    }

    private static LoopDetails details(LoopThread loop) throws Exception {
        return loop.call(() -> LoopDetails.of(loop.loop(), 4));
    }
}
