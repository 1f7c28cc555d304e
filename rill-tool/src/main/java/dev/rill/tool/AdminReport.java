package dev.rill.tool;

import dev.rill.net.EventLoop;
import dev.rill.net.LoopDetails;
import dev.rill.net.LoopStatistics;
import dev.rill.ring.BufferSnapshot;
import dev.rill.ring.GroupSnapshot;
import dev.rill.ring.HolderSnapshot;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// What a running proxy tells those who look into it: one JSON object, described in
/// `docs/observability.md`. On the loop's thread.
///
/// @param kernel what it runs on
/// @param listen where clients come in
/// @param server where they are carried to
/// @param loop the event loop
/// @param loops how many there are; this is the first, and the others are not in the report
/// @param totals what was carried
/// @param begin when it was started, as [System#nanoTime] tells
record AdminReport(String kernel, String listen, String server, EventLoop loop,
        int loops, Supplier<TcpProxy.Totals> totals, long begin) {

    /// How the object is read; goes up when a reader of before would misunderstand it.
    static final int VERSION = 1;

    private static final int NAMES_MAX = 16;

    Json object() {
        LoopDetails details = LoopDetails.of(loop, NAMES_MAX);
        StringBuilder states = new StringBuilder();
        details.buffers().forEach(buffer -> states.append(letter(buffer)));
        return new Json().put("version", VERSION)
                .put("pid", ProcessHandle.current().pid())
                .put("kernel", kernel)
                .put("listen", listen)
                .put("server", server)
                .put("loops", loops)
                .put("nanos", System.nanoTime() - begin)
                .put("proxy", proxy())
                .put("loop", numbers(details.statistics()))
                .put("group", numbers(details.statistics().group()))
                .put("states", states)
                .put("filled", details.buffers().stream().map(BufferSnapshot::filled).toList())
                .put("heldBytes",
                        details.buffers().stream().map(BufferSnapshot::heldBytes).toList())
                .put("ageMillis", details.buffers().stream()
                        .map(buffer -> millis(buffer.ageNanos())).toList())
                .put("keepers", details.buffers().stream().map(BufferSnapshot::holder).toList())
                .put("unsent", list(details.unsent()))
                .put("holders", list(details.holders()))
                .put("parked", details.parked());
    }

    /// How a state is written: a(bsent), o(urs), p(ublished), c(urrent), h(eld).
    static char letter(BufferSnapshot buffer) {
        return switch (buffer.state()) {
            case ABSENT -> 'a';
            case OURS -> 'o';
            case PUBLISHED -> 'p';
            case CURRENT -> 'c';
            case HELD -> 'h';
        };
    }

    private Json proxy() {
        TcpProxy.Totals now = totals.get();
        return new Json().put("open", now.open()).put("served", now.served())
                .put("refused", now.refused()).put("broken", now.broken())
                .put("bytesToServer", now.bytesToServer())
                .put("bytesToClient", now.bytesToClient());
    }

    private static Json numbers(LoopStatistics loop) {
        return new Json().put("connections", loop.connections())
                .put("bytesReceived", loop.bytesReceived())
                .put("bytesSent", loop.bytesSent())
                .put("completions", loop.completions())
                .put("enters", loop.enters())
                .put("enobufs", loop.exhaustions())
                .put("parked", loop.parked())
                .put("rescues", loop.rescues())
                .put("rescuedBytes", loop.rescuedBytes())
                .put("copyMemory", loop.copyMemory());
    }

    private static Json numbers(GroupSnapshot group) {
        return new Json().put("buffers", group.buffers())
                .put("bufferSize", group.bufferSize())
                .put("allocated", group.allocated())
                .put("wanted", group.wanted())
                .put("growths", group.growths())
                .put("shrinks", group.shrinks())
                .put("lent", group.lent())
                .put("current", group.current())
                .put("held", group.held())
                .put("pinnedBytes", group.pinnedBytes())
                .put("openHolds", group.openHolds())
                .put("heldBytes", group.heldBytes())
                .put("oldestHoldMillis", millis(group.oldestHoldNanos()))
                .put("lostHolds", group.lostHolds())
                .put("bytesUsedUp", group.bytesUsedUp())
                .put("fillRatio", group.fillRatio())
                .put("holdRescues", group.holdRescues())
                .put("bytesMoved", group.bytesMoved())
                .put("bundleSizes", group.bundleSizes());
    }

    private static List<Json> list(List<HolderSnapshot> holders) {
        return holders.stream().map(holder -> new Json().put("holder", holder.holder())
                .put("claims", holder.claims()).put("bytes", holder.bytes())
                .put("buffers", holder.buffers())
                .put("oldestMillis", millis(holder.oldestNanos()))).toList();
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
