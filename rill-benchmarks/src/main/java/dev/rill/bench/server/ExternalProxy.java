package dev.rill.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// HAProxy or nginx, where they are installed: `ExternalProxy PROGRAM --listen HOST:PORT
/// --connect HOST:PORT` writes a configuration to a folder of its own, starts the program, and
/// speaks for it as the other servers do for themselves.
///
/// Both run as one process with one thread, in the foreground, without a master; the process whose
/// number is said is the one that works.
public final class ExternalProxy {

    private static final int STOPPING_SECONDS = 5;
    private static final long READY_SECONDS_MAX = 20;
    private static final int NGINX_CONNECTIONS = 8192;

    private ExternalProxy() {
    }

    /// Runs a program until the end of this process's input.
    ///
    /// @param args its name and options
    /// @throws Exception when it cannot be started
    public static void main(String[] args) throws Exception {
        ServerOptions options = parse(args);
        String name = args[0];
        Path program = Programs.find(name).orElse(null);
        if (program == null) {
            ServerMain.say(Map.of("ready", false, "reason", name + " is not installed"));
            System.exit(ServerMain.NOT_HERE);
        }
        Path folder = Files.createTempDirectory("rill-bench-" + name);
        Process process = null;
        try {
            process = start(program, configure(name, folder, options), folder);
            // Whoever ends this process by a signal must not leave the proxy behind.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
            try {
                awaitListening(process, folder, options);
            } catch (IOException e) { // an old version does not know what is asked of it
                stop(process);
                delete(folder);
                ServerMain.say(Map.of("ready", false, "reason", name + ": " + e.getMessage()));
                System.exit(ServerMain.NOT_HERE);
            }
            ServerMain.say(ready(name, program, process, options));
            answer(name, process, folder);
        } finally {
            stop(process);
            delete(folder);
        }
        System.exit(0);
    }

    private static void answer(String name, Process process, Path folder) throws IOException {
        BufferedReader commands = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            if (!process.isAlive()) {
                throw new IOException(name + " has ended: " + log(folder));
            }
            if (line.equals("stats")) {
                ServerMain.say(Map.of("allocatedBytes", -1, "receiveMemoryBytes", -1,
                        "bytesReceived", -1, "datagrams", 0, "systemCalls", -1));
            }
        }
    }

    private static ServerOptions parse(String[] args) throws IOException {
        List<String> rest = List.of(args).subList(1, args.length);
        ServerOptions options = ServerOptions.parse(rest);
        if (options.role() != ServerOptions.Role.PROXY) {
            throw new IllegalArgumentException("role=" + options.role().word()
                    + ": " + args[0] + " is a proxy");
        }
        return options.listen().getPort() != 0 ? options : options.listeningOn(freePort(options));
    }

    /// Neither program tells which port it was given, so one that was free a moment ago is named.
    private static int freePort(ServerOptions options) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(options.listen().getAddress(), 0));
            return socket.getLocalPort();
        }
    }

    /// @return the arguments that make the program use it
    private static List<String> configure(String name, Path folder, ServerOptions options)
            throws IOException {
        Path file = folder.resolve(name + ".conf");
        if (name.equals("haproxy")) {
            Files.writeString(file, haproxy(options));
            return List.of("-db", "-f", file.toString());
        }
        Files.writeString(file, nginx(folder, options));
        return List.of("-p", folder.toString(), "-c", file.toString());
    }

    private static Process start(Path program, List<String> arguments, Path folder)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile()).start();
    }

    private static void awaitListening(Process process, Path folder, ServerOptions options)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS_MAX);
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(options.listen());
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException("it does not listen: " + log(folder), e);
                }
                process.waitFor(20, TimeUnit.MILLISECONDS);
            }
        }
    }

    /// One thread, no splicing, and the rest as it is by default: buffers of 16 KiB, as many
    /// connections as the limit on open files allows.
    private static String haproxy(ServerOptions options) {
        return """
                global
                    nbthread 1
                    nosplice
                defaults
                    mode tcp
                    timeout connect 10s
                    timeout client 1h
                    timeout server 1h
                    backlog %d
                listen bench
                    bind %s
                    server upstream %s
                """.formatted(ServerOptions.BACKLOG, text(options.listen()),
                text(options.connect()));
    }

    /// One process without a master, as `master_process off` makes it, which passes the end
    /// of one direction on as all others do; its buffers are 16 KiB by default as well.
    private static String nginx(Path folder, ServerOptions options) {
        return """
                %s
                daemon off;
                master_process off;
                worker_processes 1;
                pid %s/pid;
                error_log stderr warn;
                events {
                    worker_connections %d;
                    multi_accept on;
                }
                stream {
                    server {
                        listen %s backlog=%d;
                        proxy_pass %s;
                        proxy_timeout 1h;
                        proxy_half_close on;
                        tcp_nodelay on;
                    }
                }
                """.formatted(streamModule(), folder, NGINX_CONNECTIONS, text(options.listen()),
                ServerOptions.BACKLOG, text(options.connect()));
    }

    /// Distributions ship the module as a file of its own.
    private static String streamModule() {
        return List.of("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules").stream()
                .map(folder -> Path.of(folder, "ngx_stream_module.so")).filter(Files::exists)
                .map(file -> "load_module " + file + ";").findFirst().orElse("");
    }

    private static Map<String, Object> ready(String name, Path program, Process process,
            ServerOptions options) throws IOException, InterruptedException {
        Map<String, String> configuration = new LinkedHashMap<>();
        configuration.put("role", "proxy");
        configuration.put("threads", "1");
        configuration.put("version", version(program));
        configuration.put("splice", "off");
        configuration.put("buffers", "16384, its default");
        configuration.put("process", "one, without a master");
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("ready", true);
        line.put("pid", process.pid());
        line.put("port", options.listen().getPort());
        line.put("peer", name);
        line.put("configuration", configuration);
        return line;
    }

    private static String version(Path program) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(program.toString(), "-v").redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(),
                StandardCharsets.UTF_8);
        process.waitFor();
        return said.lines().findFirst().orElse("unknown");
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private static String log(Path folder) throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    private static void stop(Process process) throws InterruptedException {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(STOPPING_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
