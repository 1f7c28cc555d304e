package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.testing.FlightRecording;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Peer;
import dev.rill.testing.Rig;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Timeout;

/// What the flight recorder hears of a loop.
@Timeout(120)
class LoopEventsTest {

    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults();

    @KernelTest
    void starvationAndRescueAreRecorded(Kernel kernel) throws Exception {
        EventLoopOptions options = OPTIONS.withBuffers(BufferGroupOptions.incremental(0, 2, 4096));
        try (FlightRecording flight = new FlightRecording(Duration.ZERO, "ReceiveStarvation",
                "ConnectionParked", "Rescue");
                LoopThread loop = LoopThread.start(kernel, options)) {
            try (Peer slow = Peer.connect(loop.listen(Connection::send))) {
                slow.sendMeanwhile(Rig.pattern(24 << 20, 1)).exceptionally(_ -> null);
                loop.until("its unsent bytes were rescued and it goes on",
                        () -> loop.loop().statistics().rescues() > 0
                                && loop.loop().statistics().parked() == 0);
            }
            LoopStatistics last = loop.stop();
            List<RecordedEvent> events = flight.events();
            List<RecordedEvent> rescues = FlightRecording.named(events, "Rescue");
            assertThat(rescues).hasSize((int) last.rescues())
                    .allMatch(rescue -> rescue.getString("kind").equals("unsent"));
            assertThat(rescues.stream().mapToLong(rescue -> rescue.getLong("bytes")).sum())
                    .isEqualTo(last.rescuedBytes());
            List<RecordedEvent> parked = FlightRecording.named(events, "ConnectionParked");
            assertThat(parked).isNotEmpty()
                    .allMatch(event -> event.getString("connection").equals("connection 0.0"))
                    .allMatch(event -> !event.getDuration().isNegative());
            List<RecordedEvent> starving = FlightRecording.named(events, "ReceiveStarvation");
            assertThat(starving).isNotEmpty()
                    .allMatch(event -> event.getInt("waitingMost") == 1)
                    .allMatch(event -> event.getInt("buffers") == 2);
            assertThat(starving.stream().mapToLong(event -> event.getLong("receives")).sum())
                    .isEqualTo(parked.size()).isLessThanOrEqualTo(last.exhaustions());
        }
    }

    @KernelTest
    void callbacksThatTakeLongerThanTheThresholdAreRecorded(Kernel kernel) throws Exception {
        for (boolean all : new boolean[] {true, false}) {
            try (FlightRecording flight = new FlightRecording(
                    all ? Duration.ZERO : Duration.ofDays(1), "SlowHandler");
                    LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
                try (Peer peer = Peer.connect(loop.listen(Connection::send))) {
                    peer.send(Rig.pattern(100, 1));
                    peer.end();
                    assertThat(peer.receiveAll()).isEqualTo(Rig.pattern(100, 1));
                }
                loop.until("it is gone", () -> loop.loop().statistics().connections() == 0);
                loop.stop();
                Set<String> seen = flight.events().stream()
                        .map(event -> event.getString("callback")).collect(Collectors.toSet());
                if (all) {
                    assertThat(seen).containsExactlyInAnyOrder("opened", "received", "ended",
                            "closed", "task");
                } else {
                    assertThat(seen).isEmpty();
                }
            }
        }
    }
}
