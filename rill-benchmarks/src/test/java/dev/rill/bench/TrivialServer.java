package dev.rill.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// A server that is simple enough to be right, for tests of the harness: a thread for each
/// connection. It speaks the servers' protocol, and spoils a byte when it is asked to.
final class TrivialServer {

    private final boolean echo;
    private final long spoiled;
    private final AtomicLong bytesReceived = new AtomicLong();

    private TrivialServer(boolean echo, long spoiled) {
        this.echo = echo;
        this.spoiled = spoiled;
    }

    /// The role, and which byte of all that it receives it changes before it sends it back.
    public static void main(String[] args) throws IOException {
        TrivialServer server = new TrivialServer(args[0].equals("echo"),
            args.length > 1 ? Long.parseLong(args[1]) : -1);
        try (ServerSocket listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> server.accept(listener));
            System.out.println(Json.line(Map.of("ready", true, "pid",
                ProcessHandle.current().pid(), "port", listener.getLocalPort(), "peer", "trivial",
                "configuration", Map.of("threads", "one for each connection"))));
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
            while (commands.readLine() != null) {
                System.out.println(Json.line(Map.of("allocatedBytes", -1, "receiveMemoryBytes", -1,
                    "bytesReceived", server.bytesReceived.get(), "datagrams", 0,
                    "systemCalls", -1)));
            }
        }
    }

    /// How to start one.
    static List<String> command(String... args) {
        List<String> command = new ArrayList<>(List.of(
            ProcessHandle.current().info().command().orElse("java"), "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
            TrivialServer.class.getName()));
        command.addAll(List.of(args));
        return command;
    }

    private void accept(ServerSocket listener) {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread.ofPlatform().daemon().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // the listener is closed at the end
        }
    }

    private void serve(Socket socket) {
        byte[] buffer = new byte[256 * 1024];
        try (socket; InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream()) {
            socket.setTcpNoDelay(true);
            for (int count; (count = in.read(buffer)) > 0;) {
                long before = bytesReceived.getAndAdd(count);
                if (spoiled >= before && spoiled < before + count) {
                    buffer[(int) (spoiled - before)] ^= 1;
                }
                if (echo) {
                    out.write(buffer, 0, count);
                }
            }
        } catch (IOException e) {
            // the generator has closed or was ended
        }
    }
}
