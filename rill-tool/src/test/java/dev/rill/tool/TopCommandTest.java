package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.Kernels;
import dev.rill.kernel.Kernel;
import dev.rill.net.EventLoopOptions;
import dev.rill.ring.BufferGroupOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Looking into a proxy that is at work, from outside.
@Timeout(60)
final class TopCommandTest {

    private static final long PID = ProcessHandle.current().pid();
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /// More than a socket can have for one turn: with too few, what is unsent would be rescued from
    /// them, and nobody would keep one.
    private static final int BUFFERS = 256;
    private static final long UNSENT_LOW = 32 * 1024;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    private Path runtime;

    /// A proxy in front of a server that never reads, and a client that has sent until nothing more
    /// fits.
    private final class StuckProxy implements AutoCloseable {

        private final ServerSocket server = new ServerSocket(0, 1, ANY.getAddress());
        private final Kernel kernel;
        private final ProxyServer proxy;
        private final Socket client = new Socket();

        StuckProxy(String name) throws IOException {
            if (name.equals("linux")) {
                Run.needsLinux();
            }
            kernel = name.equals("linux") ? Kernels.linux() : Kernels.inProcess();
            EventLoopOptions options = EventLoopOptions.defaults()
                    .withBuffers(BufferGroupOptions.incremental(0, BUFFERS, 64 * 1024))
                    .withUnsent(UNSENT_LOW, 4 * UNSENT_LOW);
            server.setReceiveBufferSize(4096);
            proxy = ProxyServer.start(new ProxyServer.Plan(kernel, ANY,
                    server.getLocalSocketAddress(), options,
                    new ProxyServer.Admin(ANY, new AdminPlaces(runtime), _ -> { }),
                    _ -> { }));
            client.connect(proxy.address());
            Thread.ofPlatform().daemon().start(this::pour);
        }

        private void pour() {
            try (OutputStream out = client.getOutputStream()) {
                for (byte[] bytes = new byte[64 * 1024]; true;) {
                    out.write(bytes);
                }
            } catch (IOException e) {
                // the test is over
            }
        }

        String address() {
            return Endpoint.name(proxy.admin().getFirst());
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
            proxy.stop();
            proxy.close();
            kernel.close();
        }
    }

    private Run top(String... arguments) {
        return Run.of(new TopCommand(Map.of("XDG_RUNTIME_DIR", runtime.toString())), arguments);
    }

    /// The same again until the sockets are full and the proxy keeps what was not read.
    private Run topOfStuck(String sign, String... arguments) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            Run run = top(arguments);
            assertThat(run.code()).as(run.err()).isZero();
            if (run.out().contains(sign)) {
                return run;
            }
            assertThat(System.nanoTime() - deadline).as(run.out()).isNegative();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "engine"})
    void aRunningProxyIsLookedIntoByItsNumber(String kernel) throws Exception {
        try (StuckProxy proxy = new StuckProxy(kernel)) {
            for (String[] arguments : new String[][] {{}, {Long.toString(PID)},
                {proxy.address()}}) {
                Run run = topOfStuck("unsent to", Stream.concat(Stream.of(arguments),
                        Stream.of("--once", "--interval=50ms", "--size=100x24"))
                        .toArray(String[]::new));
                assertThat(run.out().lines()).hasSize(24).allMatch(line -> line.length() <= 100);
                assertThat(run.out()).contains("rill top", "pid " + PID, "256 buffers of 64 KiB",
                        "clients    1 ", Endpoint.name(proxy.server.getLocalSocketAddress()));
                String stuck = run.out().lines().filter(line -> line.contains("unsent to"))
                        .findFirst().orElseThrow();
                assertThat(stuck).contains(
                        Endpoint.name(proxy.server.getLocalSocketAddress()) + " (connection ");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "engine"})
    void aScriptGetsOneObjectALine(String kernel) throws Exception {
        try (StuckProxy proxy = new StuckProxy(kernel)) {
            Run run = topOfStuck("\"unsent\": [{", proxy.address(), "--json", "--once");
            Map<String, Object> object = JsonText.object(run.out());
            assertThat(object).containsEntry("pid", PID).containsEntry("version", 1L)
                    .containsEntry("server", Endpoint.name(
                            proxy.server.getLocalSocketAddress()));
            TopSample sample = TopSample.parse(run.out());
            assertThat(sample.buffers()).isEqualTo(BUFFERS);
            assertThat(sample.count('h')).isEqualTo((int) sample.group("held"));
            assertThat(sample.count('p') + sample.count('c'))
                    .isEqualTo((int) sample.group("lent"));
            assertThat(sample.heldBytes().stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(sample.unsent().stream().mapToLong(TopSample.Keeper::bytes).sum())
                    .isPositive();
        }
    }

    /// While there is one look after the other, the proxy works on, and it counts what it says.
    @ParameterizedTest
    @ValueSource(strings = {"linux", "engine"})
    void visitorsThatStayDoNotKeepAProxyFromEnding(String kernel) throws Exception {
        StuckProxy proxy = new StuckProxy(kernel);
        try (Socket visitor = new Socket()) {
            visitor.connect(proxy.proxy.admin().getFirst());
            assertThat(visitor.getInputStream().read()).isEqualTo('{');
            proxy.close();
            assertThat(proxy.proxy.join().bytesTold()).isPositive();
        }
        assertThat(new AdminPlaces(runtime).running()).isEmpty();
        assertThat(top("--once").err()).contains("no ./rill proxy or ./rill demo");
    }

    @Test
    void whoSaysSomethingElseThanANumberIsShownTheDoor() throws Exception {
        try (StuckProxy proxy = new StuckProxy("engine"); Socket visitor = new Socket()) {
            visitor.connect(proxy.proxy.admin().getFirst());
            visitor.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes());
            byte[] all = visitor.getInputStream().readAllBytes(); // it ends
            assertThat(new String(all)).startsWith("{\"version\"").endsWith("}\n");
            assertThat(top(proxy.address(), "--once", "--json").code()).isZero();
        }
    }

    @Test
    void theDirectoryIsForThisUserAlone() throws Exception {
        AdminPlaces places = new AdminPlaces(runtime);
        Path socket = places.own().getPath();
        assertThat(socket).hasFileName(PID + ".sock");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(
                socket.getParent()))).isEqualTo("rwx------");
        assertThat(places.own().getPath()).as("again").isEqualTo(socket);
        Files.setPosixFilePermissions(socket.getParent(),
                PosixFilePermissions.fromString("rwxrwx---"));
        assertThatThrownBy(places::own).isInstanceOf(IOException.class)
                .hasMessageContaining("not a directory of this user alone");
        Files.delete(socket.getParent());
        Files.createSymbolicLink(socket.getParent(), Files.createDirectory(
                runtime.resolve("elsewhere"), PosixFilePermissions.asFileAttribute(
                        PosixFilePermissions.fromString("rwx------"))));
        assertThatThrownBy(places::own).isInstanceOf(IOException.class);
    }

    @Test
    void whatIsNotThereIsSaid() throws Exception {
        assertThat(top("2147483646", "--once").err()).contains("there is no process 2147483646");
        Run other = top(Long.toString(PID), "--once");
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("process " + PID + " cannot be looked into");
        String address;
        try (ServerSocket mute = new ServerSocket(0, 1, ANY.getAddress())) {
            address = Endpoint.name(mute.getLocalSocketAddress());
            Run silent = top(address, "--once");
            assertThat(silent.code()).isEqualTo(1);
            assertThat(silent.err()).contains(address + " says nothing");
            mute.setSoTimeout(1);
            try (Socket asked = mute.accept()) {
                assertThat(asked.getInputStream().read()).as("nothing was said to it").isNegative();
            } catch (SocketTimeoutException e) {
                throw new AssertionError("nobody has come", e);
            }
        }
        Run gone = top(address, "--once");
        assertThat(gone.code()).isEqualTo(1);
        assertThat(gone.err()).contains(address + " cannot be looked into: ");
    }

    @Test
    void whatAnswersButIsNoProxyIsSaid() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, ANY.getAddress())) {
            Thread.ofPlatform().daemon().start(() -> {
                try (Socket client = server.accept()) {
                    client.getOutputStream().write("220 mail ready\r\n".getBytes());
                    client.getInputStream().read();
                } catch (IOException e) {
                    // the test is over
                }
            });
            Run run = top(Endpoint.name(server.getLocalSocketAddress()), "--once");
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).contains("no ./rill proxy of this version");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "abc", "127.0.0.1:0", "-", "1.5", "99999999999999999999"})
    void whatIsNeitherANumberNorAnAddressIsNamed(String target) {
        Run run = top(target, "--once");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("'" + target + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--interval=49ms", "--interval=2h", "--size=80", "--size=0x24",
        "--size=80x24000"})
    void anOptionThatCannotBeIsNamed(String option) {
        Run run = top(option, "--once");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("'" + option.substring(0, option.indexOf('=')) + "'");
    }

    @Test
    void withoutATerminalThereIsOnlyOneLookOrLines() {
        assertThat(top("1").code()).isEqualTo(2);
        assertThat(top("1").err()).contains("no terminal", "--once or --json");
    }
}
