package dev.rill.bench.server;

import dev.rill.Kernels;
import dev.rill.kernel.Availability;
import dev.rill.kernel.Kernel;
import dev.rill.net.Connection;
import dev.rill.net.ConnectionHandler;
import dev.rill.net.EventLoop;
import dev.rill.net.EventLoopOptions;
import dev.rill.net.LoopStatistics;
import dev.rill.ring.BufferGroupOptions;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Rill as a program uses it: an event loop with its default options, on io_uring itself. Geometry
/// that was asked for is lent from the beginning, and does not adapt.
final class RillServer implements Server {

    private final ServerOptions options;
    private EventLoop loop;
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
        if (options.threads() > 1) {
            throw new NotHere("an event loop cannot share its port with others yet");
        }
        CompletableFuture<Integer> port = new CompletableFuture<>();
        Thread.ofPlatform().name("rill-loop").daemon().start(() -> serve(port));
        try {
            return port.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }

    private void serve(CompletableFuture<Integer> port) {
        kernel = Kernels.linux();
        try (EventLoop opened = EventLoop.open(kernel, loopOptions())) {
            loop = opened;
            port.complete(((InetSocketAddress) loop.listen(options.listen(), handler()).address())
                    .getPort());
            loop.run();
        } catch (RuntimeException | Error e) {
            port.completeExceptionally(e);
        }
    }

    private EventLoopOptions loopOptions() {
        EventLoopOptions defaults = EventLoopOptions.defaults();
        if (options.buffers() == 0) {
            return defaults;
        }
        return defaults.withBuffers(BufferGroupOptions.incremental(0, options.buffers(),
                options.bufferSize()));
    }

    private ConnectionHandler handler() {
        return switch (options.role()) {
            case ECHO -> Connection::send;
            case SINK -> (connection, data) -> { };
            case PROXY -> new RillProxy(loop, options.connect());
            default -> throw new IllegalArgumentException("role=" + options.role());
        };
    }

    @Override
    public Map<String, String> configuration() {
        EventLoopOptions used = loop.options();
        BufferGroupOptions buffers = loop.group().options();
        Map<String, String> map = new LinkedHashMap<>();
        map.put("kernel", kernel.name() + " " + kernel.release());
        map.put("ring", used.ring().entries() + " entries, " + used.ring().cqEntries()
                + " completions");
        map.put("buffers", (buffers.ring().incremental() ? "incremental " : "whole ")
                + buffers.lentMin() + " to " + buffers.buffers() + " x " + buffers.bufferSize());
        map.put("unsent", used.unsentLow() + " to " + used.unsentHigh());
        map.put("stepDowns", loop.stepDowns().toString());
        return map;
    }

    @Override
    public Tally tally() {
        LoopStatistics now = loop.sample().join();
        return new Tally((long) now.group().allocated() * now.group().bufferSize()
                + now.copyMemory(), now.bytesReceived(), 0, now.enters());
    }
}
