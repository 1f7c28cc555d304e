package dev.rill.bench;

import dev.rill.bench.server.PeerCommand;
import java.nio.file.Path;

/// The echo server behind the proxies that are measured. It shares the generator's core, so that
/// the proxy has its own to itself.
final class Backend implements AutoCloseable {

    private final Child server;

    private Backend(Child server) {
        this.server = server;
    }

    static Backend start(Cell cell, Cores cores, Path folder) {
        String kind = PeerCommand.whyNot("c", "echo").isEmpty() ? "c" : "rill";
        PeerCommand command = PeerCommand.of(kind, "echo", BenchApp.folder(), "127.0.0.1:0", null);
        return new Backend(new Child("the server behind the proxies",
                cores.onGeneratorCore(command.command()),
                folder.resolve(cell.name().replace('/', '-') + "-backend.log")));
    }

    String address() {
        return "127.0.0.1:" + server.greeting().get("port");
    }

    @Override
    public void close() {
        server.close();
    }
}
