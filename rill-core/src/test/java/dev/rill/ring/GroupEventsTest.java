package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.FlightRecording;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Reports;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Timeout;

/// What the flight recorder hears of a group.
@Timeout(60)
class GroupEventsTest {

    private static final int SIZE = 1000;

    private static Hold receive(Rig rig, BufferGroup group, Pair pair, int bytes) {
        rig.write(pair.right(), Rig.pattern(bytes, 1));
        group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
        Cqe cqe = rig.await();
        assertThat(cqe.res()).isEqualTo(bytes);
        group.received(cqe.res(), cqe.flags(), "client 7");
        assertThat(group.next()).isTrue();
        Hold hold = group.part().hold();
        assertThat(group.next()).isFalse();
        group.publish();
        return hold;
    }

    @KernelTest
    void growingAndShrinkingAreRecorded(Kernel kernel) throws Exception {
        try (FlightRecording flight = new FlightRecording(Duration.ZERO, "GroupGrowth");
                Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 8, SIZE).growing(2, 1))) {
            Pair pair = rig.unixStream();
            List<Hold> holds = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                holds.add(receive(rig, group, pair, SIZE));
            }
            holds.forEach(Hold::close);
            group.publish();
            while (group.isEnlarged() && group.trim()) {
                group.publish();
            }
            List<RecordedEvent> events = flight.events();
            GroupSnapshot snapshot = group.snapshot();
            assertThat(snapshot.growths()).isPositive();
            assertThat(events).filteredOn(event -> event.getInt("buffersMore") == 2)
                    .hasSize((int) snapshot.growths());
            assertThat(events).filteredOn(event -> event.getInt("buffersMore") == -2)
                    .hasSize((int) snapshot.shrinks());
            assertThat(events.getLast().getInt("buffers")).isEqualTo(snapshot.allocated());
            assertThat(events).allMatch(event -> event.getInt("bufferSize") == SIZE);
        }
    }

    @KernelTest
    void aLostHoldIsRecordedWithItsPlace(Kernel kernel) throws Exception {
        try (FlightRecording flight = new FlightRecording(Duration.ZERO, "HoldLeak");
                Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 2, SIZE).withWatchedHolds(1));
                Reports reports = new Reports(Hold.class)) {
            receive(rig, group, rig.unixStream(), 100);
            reports.awaitWithGarbageCollections();
            assertThat(group.holds().lost()).isEqualTo(1);
            assertThat(flight.events()).singleElement().satisfies(event -> {
                assertThat(event.getString("source")).isEqualTo("client 7");
                assertThat(event.getInt("bytes")).isEqualTo(100);
                assertThat(event.getInt("bid")).isZero();
                assertThat(event.getDuration("openFor")).isPositive();
                assertThat(event.getString("takenAt")).contains("GroupEventsTest.receive");
            });
        }
    }
}
