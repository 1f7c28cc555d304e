package dev.rill.bench.server;

import dev.rill.Kernels;
import dev.rill.kernel.Availability;
import dev.rill.kernel.Kernel;
import dev.rill.net.Connection;
import dev.rill.net.ConnectionHandler;
import dev.rill.net.EventLoop;
import dev.rill.net.EventLoopOptions;
import dev.rill.net.EventLoops;
import dev.rill.net.EventLoopsOptions;
import dev.rill.ring.BufferGroupOptions;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/// Rill as a program uses it: event loops with their default options, on io_uring itself. Geometry
/// that was asked for is lent from the beginning, and does not adapt.
final class RillServer implements Server {

    private final ServerOptions options;
    private EventLoops loops;
    private Kernel kernel;

    RillServer(ServerOptions options) {
        this.options = options;
    }

    @Override
    public int start() throws NotHere {
        Availability linux = Kernels.linuxAvailability();
        if (!linux.available()) {
            throw new NotHere(linux.message());
        }
        kernel = Kernels.linux();
        loops = EventLoops.open(kernel, EventLoopsOptions.defaults()
                .withCount(options.threads()).withLoop(loopOptions()));
        loops.ended().exceptionally(failure -> {
            System.exit(1); // it would be measured as a very slow server
            return null;
        });
        return ((InetSocketAddress) loops.listen(options.listen(), this::handler).address())
                .getPort();
    }

    private EventLoopOptions loopOptions() {
        EventLoopOptions defaults = EventLoopOptions.defaults();
        if (options.buffers() == 0) {
            return defaults;
        }
        return defaults.withBuffers(BufferGroupOptions.incremental(0, options.buffers(),
                options.bufferSize()));
    }

    private ConnectionHandler handler(EventLoop loop) {
        return switch (options.role()) {
            case ECHO -> Connection::send;
            case SINK -> (connection, data) -> { };
            case PROXY -> new RillProxy(loop, options.connect());
            default -> throw new IllegalArgumentException("role=" + options.role());
        };
    }

    @Override
    public Map<String, String> configuration() {
        EventLoopOptions used = loops.options().loop();
        BufferGroupOptions buffers = loops.loops().getFirst().group().options();
        Map<String, String> map = new LinkedHashMap<>();
        map.put("kernel", kernel.name() + " " + kernel.release());
        map.put("ring", used.ring().entries() + " entries, " + used.ring().cqEntries()
                + " completions");
        map.put("buffers", (buffers.ring().incremental() ? "incremental " : "whole ")
                + buffers.lentMin() + " to " + buffers.buffers() + " x " + buffers.bufferSize());
        map.put("unsent", used.unsentLow() + " to " + used.unsentHigh());
        map.put("stepDowns", loops.stepDowns().toString());
        return map;
    }

    @Override
    public Tally tally() {
        return loops.statistics().loops().stream().map(now -> new Tally(
                (long) now.group().allocated() * now.group().bufferSize() + now.copyMemory(),
                now.bytesReceived(), 0, now.enters())).reduce(Tally::plus).orElseThrow();
    }
}
