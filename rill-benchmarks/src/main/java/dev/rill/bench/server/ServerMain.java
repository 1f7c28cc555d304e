package dev.rill.bench.server;

import com.sun.management.ThreadMXBean;
import dev.rill.bench.Json;
import dev.rill.bench.server.Server.Tally;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The process of a server that runs on the JVM: `ServerMain PEER --role ROLE --listen HOST:PORT`.
///
/// One line of JSON says that it is ready and how it is configured, or why it cannot run here, with
/// exit status 3. Each line `stats` on its input is answered with one. The end of its input ends
/// it, so that no server outlives the benchmark that started it.
public final class ServerMain {

    static final int NOT_HERE = 3;

    private ServerMain() {
    }

    /// Runs a server.
    ///
    /// @param args the peer's name, then pairs of options
    /// @throws Exception when it cannot be started although this machine has all it needs
    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            throw new IllegalArgumentException("the first argument names a peer: "
                    + PeerCommand.peers());
        }
        List<String> arguments = List.of(args);
        ServerOptions options = ServerOptions.parse(arguments.subList(1, arguments.size()));
        Server server;
        int port;
        try {
            server = create(args[0], options);
            port = server.start();
        } catch (Server.NotHere e) {
            say(Map.of("ready", false, "reason", e.getMessage()));
            System.exit(NOT_HERE);
            return;
        }
        say(ready(args[0], options, server, port));
        answer(server);
        System.exit(0);
    }

    static Server create(String peer, ServerOptions options) throws Exception {
        return switch (peer) {
            case "rill" -> options.role() == ServerOptions.Role.UDP ? new RillDatagrams(options)
                : new RillServer(options);
            case "nio" -> new NioServer(options);
            case "vthreads" -> new VirtualThreadServer(options);
            case "netty-uring-inc", "netty-uring", "netty-epoll", "netty-nio" ->
                new NettyServer(NettyTransport.of(peer), options);
            default -> throw new IllegalArgumentException("peer=" + peer
                    + ": there is no server of that name on the JVM");
        };
    }

    private static Map<String, Object> ready(String peer, ServerOptions options, Server server,
            int port) {
        Map<String, String> configuration = new LinkedHashMap<>();
        configuration.put("role", options.role().word());
        configuration.put("threads", String.valueOf(options.threads()));
        configuration.putAll(server.configuration());
        configuration.put("java", Runtime.version().toString());
        configuration.put("jvmOptions", String.join(" ",
                ManagementFactory.getRuntimeMXBean().getInputArguments()));
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("ready", true);
        line.put("pid", ProcessHandle.current().pid());
        line.put("port", port);
        line.put("peer", peer);
        line.put("configuration", configuration);
        return line;
    }

    private static void answer(Server server) throws Exception {
        BufferedReader commands = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = read(commands); line != null; line = read(commands)) {
            if (line.equals("stats")) {
                say(statistics(server.tally()));
            }
        }
    }

    private static String read(BufferedReader commands) {
        try {
            return commands.readLine();
        } catch (IOException e) {
            return null; // whoever started this process has gone
        }
    }

    private static Map<String, Object> statistics(Tally tally) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("allocatedBytes", allocatedBytes());
        line.put("receiveMemoryBytes", tally.receiveMemoryBytes());
        line.put("bytesReceived", tally.bytesReceived());
        line.put("datagrams", tally.datagrams());
        line.put("systemCalls", tally.systemCalls());
        return line;
    }

    /// Of all threads there are and have been.
    private static long allocatedBytes() {
        return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                ? threads.getTotalThreadAllocatedBytes() : -1;
    }

    static void say(Map<String, Object> line) {
        System.out.println(Json.line(line));
        System.out.flush();
    }
}
