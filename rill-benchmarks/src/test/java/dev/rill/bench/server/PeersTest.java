package dev.rill.bench.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rill.bench.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A peer that is fast because it loses bytes would win: each is started as the benchmark starts
/// it, and every byte is compared.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class PeersTest {

    private static final List<String> ROLES = List.of("echo", "sink", "proxy", "udp");
    private static final int LONG_CONNECTIONS = 4;
    private static final int LONG_SIZE = 1_500_001;
    private static final int SHORT_CONNECTIONS = 20;
    private static final int DATAGRAMS = 300;
    private static final int DATAGRAMS_AT_A_TIME = 20;
    private static final int SOCKET_TIMEOUT_MILLIS = 60_000;

    private static final List<String> SKIPPED = new ArrayList<>();

    static List<String> peers() {
        return PeerCommand.peers();
    }

    @AfterAll
    static void printSkips() {
        System.out.println("peers not run here: " + SKIPPED.size());
        SKIPPED.forEach(line -> System.out.println("  " + line));
    }

    @ParameterizedTest
    @MethodSource("peers")
    void peersTransferEveryByte(String peer) throws Exception {
        Map<String, Running> running = new LinkedHashMap<>();
        try (EchoInThisProcess upstream = new EchoInThisProcess()) {
            for (String role : ROLES) {
                Optional<String> why = PeerCommand.whyNot(peer, role);
                if (why.isEmpty()) {
                    running.put(role, new Running(PeerCommand.of(peer, role,
                        Path.of("target", "no-app"), "127.0.0.1:0",
                        role.equals("proxy") ? "127.0.0.1:" + upstream.port() : null)));
                } else {
                    SKIPPED.add(peer + " " + role + ": " + why.get());
                }
            }
            assumeTrue(!running.isEmpty(), () -> peer + " does not run here: " + SKIPPED);
            for (Map.Entry<String, Running> entry : running.entrySet()) {
                check(entry.getKey(), entry.getValue());
            }
        } finally {
            running.values().forEach(Running::kill);
        }
    }

    private static void check(String role, Running server) throws Exception {
        Map<String, Object> ready = server.answer();
        if (Boolean.FALSE.equals(ready.get("ready"))) {
            SKIPPED.add(server.peer + " " + role + ": " + ready.get("reason"));
            return;
        }
        assertThat(ready).containsEntry("ready", true).containsEntry("peer", server.peer)
            .containsKey("configuration");
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(),
            ((Long) ready.get("port")).intValue());
        assertThat(ProcessHandle.of((Long) ready.get("pid"))).isPresent();
        long sent = role.equals("udp") ? sendDatagrams(server, address)
            : exchange(address, !role.equals("sink"));
        Map<String, Object> statistics = server.statistics();
        long received = (Long) statistics.get("bytesReceived");
        if (received >= 0) {
            assertThat(received).isEqualTo(role.equals("proxy") ? 2 * sent : sent);
        }
        server.end();
    }

    private static long exchange(InetSocketAddress address, boolean comesBack) throws Exception {
        List<Callable<Void>> connections = new ArrayList<>();
        for (int i = 0; i < LONG_CONNECTIONS; i++) {
            int seed = i;
            connections.add(() -> exchange(address, comesBack, seed, LONG_SIZE));
        }
        for (int i = 0; i < SHORT_CONNECTIONS; i++) {
            int seed = i;
            connections.add(() -> exchange(address, comesBack, seed, 10 + seed));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> done : threads.invokeAll(connections)) {
                done.get();
            }
        }
        long bytes = (long) LONG_CONNECTIONS * LONG_SIZE;
        for (int i = 0; i < SHORT_CONNECTIONS; i++) {
            bytes += 10 + i;
        }
        return bytes;
    }

    /// Writes in odd pieces and ends, while the other thread reads to the end.
    private static Void exchange(InetSocketAddress address, boolean comesBack, int seed, int size)
            throws Exception {
        byte[] data = new byte[size];
        new Random(seed).nextBytes(data);
        try (Socket socket = new Socket(); ExecutorService threads =
                Executors.newVirtualThreadPerTaskExecutor()) {
            socket.connect(address);
            socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
            Future<byte[]> back = threads.submit(() -> socket.getInputStream().readAllBytes());
            OutputStream output = socket.getOutputStream();
            Random random = new Random(seed);
            for (int at = 0; at < size;) {
                int count = Math.min(size - at, 1 + random.nextInt(random.nextBoolean() ? 9
                    : 200_000));
                output.write(data, at, count);
                at += count;
            }
            socket.shutdownOutput();
            assertThat(back.get()).isEqualTo(comesBack ? data : new byte[0]);
        }
        return null;
    }

    /// A few at a time, so that none is lost before a JVM is warm.
    private static long sendDatagrams(Running server, InetSocketAddress address)
            throws IOException {
        long bytes = 0;
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int sent = 0; sent < DATAGRAMS; sent += DATAGRAMS_AT_A_TIME) {
                for (int i = 0; i < DATAGRAMS_AT_A_TIME; i++) {
                    int size = 1 + (sent + i) * 4;
                    socket.send(new DatagramPacket(new byte[size], size, address));
                    bytes += size;
                }
                while ((Long) server.statistics().get("datagrams") < sent + DATAGRAMS_AT_A_TIME) {
                    Thread.onSpinWait(); // asking takes time enough
                }
            }
        }
        return bytes;
    }

    /// A peer's process.
    private static final class Running {

        private final String peer;
        private final Process process;
        private final BufferedReader lines;

        Running(PeerCommand command) throws IOException {
            peer = command.peer();
            process = new ProcessBuilder(command.command())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            lines = new BufferedReader(new InputStreamReader(process.getInputStream(),
                StandardCharsets.UTF_8));
        }

        Map<String, Object> answer() throws IOException {
            String line = lines.readLine();
            assertThat(line).as("what %s says", peer).isNotNull();
            return Json.parseObject(line);
        }

        Map<String, Object> statistics() throws IOException {
            process.getOutputStream().write("stats\n".getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
            Map<String, Object> answer = answer();
            assertThat(answer).containsOnlyKeys("allocatedBytes", "receiveMemoryBytes",
                "bytesReceived", "datagrams", "systemCalls");
            return answer;
        }

        void end() throws IOException, InterruptedException {
            process.getOutputStream().close();
            assertThat(process.waitFor()).isZero();
        }

        void kill() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /// Where the proxies carry their connections to.
    private static final class EchoInThisProcess implements AutoCloseable {

        private final ServerSocket listener =
            new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());

        EchoInThisProcess() throws IOException {
            Thread.ofPlatform().daemon().start(this::accept);
        }

        int port() {
            return listener.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = listener.accept();
                    Thread.ofPlatform().daemon().start(() -> echo(socket));
                }
            } catch (IOException e) {
                // the test is over
            }
        }

        private static void echo(Socket socket) {
            try (socket; InputStream input = socket.getInputStream()) {
                input.transferTo(socket.getOutputStream());
            } catch (IOException e) {
                // the other end notices
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
