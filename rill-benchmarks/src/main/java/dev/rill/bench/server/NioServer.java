package dev.rill.bench.server;

import dev.rill.bench.server.ServerOptions.Role;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A server on `java.nio` selectors, as one would write it by hand: see [NioTcpLoop] and
/// [NioUdpLoop].
final class NioServer implements Server {

    private final ServerOptions options;
    private final List<Loop> loops = new ArrayList<>();

    NioServer(ServerOptions options) {
        this.options = options;
    }

    /// One thread with a selector.
    interface Loop {

        int port() throws IOException;

        void run() throws IOException;

        Tally tally();
    }

    @Override
    public int start() throws IOException {
        ServerOptions own = options;
        for (int i = 0; i < options.threads(); i++) {
            Loop loop = options.role() == Role.UDP ? new NioUdpLoop(own) : new NioTcpLoop(own);
            loops.add(loop);
            own = options.listeningOn(loop.port()); // the others share the first one's port
            Thread.ofPlatform().name("nio-loop-" + i).daemon().start(() -> serve(loop));
        }
        return own.listen().getPort();
    }

    private static void serve(Loop loop) {
        try {
            loop.run();
        } catch (IOException | RuntimeException e) {
            e.printStackTrace();
            System.exit(1); // a server without its loop would be measured as a very slow one
        }
    }

    @Override
    public Map<String, String> configuration() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("selector", SelectorProvider.provider().getClass()
                .getSimpleName());
        map.put("buffers", "direct, " + bufferSize() + (options.role() == Role.UDP ? ""
                : ", one for all, more while writes are waiting"));
        map.put("reads", options.role() == Role.UDP ? "until there are no more"
                : "one for each time the selector tells");
        map.put("writes", options.role() == Role.ECHO || options.role() == Role.PROXY
                ? "at once, OP_WRITE for the rest" : "none");
        return map;
    }

    private int bufferSize() {
        return options.role() == Role.UDP ? ServerOptions.DATAGRAM_SIZE_MAX
                : NioTcpLoop.bufferSize(options);
    }

    @Override
    public Tally tally() {
        return loops.stream().map(Loop::tally).reduce(Tally::plus).orElseThrow();
    }
}
