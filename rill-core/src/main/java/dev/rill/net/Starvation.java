package dev.rill.net;

import dev.rill.ring.BufferGroup;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What happens when the group has no buffer left (`-ENOBUFS`): receives are parked and armed
/// again, in the order they were parked, when memory has come back. Nothing spins, nothing is
/// closed, nothing is lost.
///
/// Memory comes back when sends complete and holds are closed. When few buffers are left, small
/// holds are moved out of the buffers they pin. When there is none, because peers do not read, then
/// after a while the bytes of exactly those sends are moved to the copy pool. Both are rescues: who
/// is slow does not stop the others.
final class Starvation {

    /// How long a send may keep its buffer from others who need it.
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /// How long to leave holds alone after all that were looked at had to stay.
    private static final long HOLDS_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /// With so many parts of the buffers left, holds are moved out of others.
    private static final int LOW_WATER_PARTS = 8;

    private final EventLoop loop;
    private final BufferGroup group;
    /// All its bytes come from one connection, which waits for nobody but itself.
    private final boolean exclusive;
    private final ArrayDeque<Connection> parked = new ArrayDeque<>();
    private final Timers.Timer timer = new Timers.Timer(this::rescue);
    private final int lowWater;
    private long holdsAgain;
    /// While somebody is parked and somebody records it.
    private ReceiveStarvationEvent event;
    private long rescues;
    private long rescuedBytes;

    Starvation(EventLoop loop, BufferGroup group, boolean exclusive) {
        this.loop = loop;
        this.group = group;
        this.exclusive = exclusive;
        lowWater = group.options().buffers() / LOW_WATER_PARTS;
        holdsAgain = loop.now();
    }

    /// A receive has ended with `-ENOBUFS`.
    void park(Connection connection) {
        if (parked.isEmpty()) {
            event = ReceiveStarvationEvent.start(group.options().buffers());
        }
        parked.add(connection);
        if (event != null) {
            event.parked(parked.size());
        }
    }

    /// Arms again what can be, after the batch's buffers were lent: one receive for each buffer.
    /// With eight for each, most found nothing again: five times as many `-ENOBUFS` and a fifth
    /// more CPU per byte.
    void relieve() {
        if (group.available() <= lowWater && group.holds().open() > 0) {
            rescueHolds();
        }
        if (parked.isEmpty()) {
            return;
        }
        for (int left = group.lent(); left > 0 && !parked.isEmpty(); left--) {
            parked.poll().receiveSide().unpark();
        }
        if (parked.isEmpty() && event != null) {
            event.commit();
            event = null;
        }
        if (!parked.isEmpty() && !exclusive && !timer.isSet()) {
            loop.timers().set(timer, loop.now() + PATIENCE_NANOS);
        }
    }

    /// Whether the loop shall come back without waiting: those armed last may have nothing to
    /// receive, and then the buffers are for the next ones.
    boolean canRelieveMore() {
        return !parked.isEmpty() && group.lent() > 0;
    }

    /// A send that was called back has left its buffer.
    void rescued(long bytes) {
        if (bytes > 0) {
            rescues++;
            rescuedBytes += bytes;
            RescueEvent.moved("unsent", bytes);
        }
    }

    /// How many connections wait for memory.
    int parked() {
        return parked.size();
    }

    /// Those that have waited longest.
    List<Connection> parked(int max) {
        return parked.stream().limit(max).toList();
    }

    /// How many times a connection's unsent bytes were moved.
    long rescues() {
        return rescues;
    }

    /// How many bytes were moved.
    long rescuedBytes() {
        return rescuedBytes;
    }

    /// Nothing is to be done any more.
    void close() {
        loop.timers().cancel(timer);
    }

    private void rescueHolds() {
        if (loop.now() - holdsAgain < 0) {
            return;
        }
        long before = group.holds().bytesMoved();
        if (group.holds().rescue(lowWater + 1 - group.available()) > 0) {
            RescueEvent.moved("held", group.holds().bytesMoved() - before);
            group.publish();
        } else {
            holdsAgain = loop.now() + HOLDS_PAUSE_NANOS;
        }
    }

    private void rescue() {
        if (parked.isEmpty()) {
            return;
        }
        if (group.lent() == 0) {
            long before = loop.now() - PATIENCE_NANOS;
            loop.connections().forEach(connection ->
                    rescued(connection.sendSide().rescue(before)));
        }
        loop.timers().set(timer, loop.now() + PATIENCE_NANOS);
    }
}
