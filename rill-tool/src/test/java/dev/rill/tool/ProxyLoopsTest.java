package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.kernel.Kernel;
import dev.rill.net.EventLoopsOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A proxy of several loops: every byte, one account of all, and what is said of the first.
@Timeout(60)
final class ProxyLoopsTest {

    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final int LOOPS = 3;
    private static final int CLIENTS = 40;
    private static final int LENGTH = 200_000;

    @TempDir
    private Path runtime;

    /// Sends back what it gets, from a thread for each connection.
    private static final class Origin implements AutoCloseable {

        private final ServerSocket server = new ServerSocket(0, CLIENTS, ANY.getAddress());

        Origin() throws IOException {
            Thread.ofPlatform().daemon().start(this::accept);
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = server.accept();
                    Thread.ofPlatform().daemon().start(() -> echo(socket));
                }
            } catch (IOException e) {
                // closed
            }
        }

        private static void echo(Socket socket) {
            try (socket) {
                socket.getInputStream().transferTo(socket.getOutputStream());
                socket.shutdownOutput();
            } catch (IOException e) {
                // the test notices
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static byte[] bytes(int seed) {
        byte[] bytes = new byte[LENGTH];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static CompletableFuture<byte[]> exchange(SocketAddress proxy, byte[] bytes) {
        return CompletableFuture.supplyAsync(() -> {
            try (Socket socket = new Socket()) {
                socket.connect(proxy);
                CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                    try {
                        socket.getOutputStream().write(bytes);
                        socket.shutdownOutput();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }, task -> Thread.ofPlatform().daemon().start(task));
                byte[] back = socket.getInputStream().readAllBytes();
                sent.join();
                return back;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }, task -> Thread.ofPlatform().daemon().start(task));
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "engine"})
    void everyLoopCarriesAndTheSummaryIsAboutAll(String name) throws Exception {
        if (name.equals("linux")) {
            Run.needsLinux();
        }
        try (Origin origin = new Origin();
                Kernel kernel = name.equals("linux") ? Kernels.linux() : Kernels.inProcess();
                ProxyServer proxy = ProxyServer.start(new ProxyServer.Plan(kernel, ANY,
                        origin.server.getLocalSocketAddress(),
                        EventLoopsOptions.defaults().withCount(LOOPS).withPin(true),
                        new ProxyServer.Admin(null, new AdminPlaces(runtime), _ -> { }),
                        _ -> { }))) {
            List<CompletableFuture<byte[]>> back = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                back.add(exchange(proxy.address(), bytes(i)));
            }
            for (int i = 0; i < CLIENTS; i++) {
                assertThat(back.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(bytes(i));
            }
            Run top = Run.of(new TopCommand(Map.of("XDG_RUNTIME_DIR", runtime.toString())),
                    "--once", "--interval=50ms", "--size=120x24");
            assertThat(top.out()).as(top.err()).contains("loop 1 of " + LOOPS);
            assertThat(proxy.sample().proxy().served()).isEqualTo(CLIENTS);
            Path place = ((UnixDomainSocketAddress) proxy.admin().getFirst()).getPath();
            proxy.stop();
            ProxyServer.Snapshot last = proxy.join();
            assertThat(Files.exists(place)).isFalse();
            assertThat(proxy.joined(0, TimeUnit.SECONDS)).isTrue();
            assertThat(last.proxy().served()).isEqualTo(CLIENTS);
            assertThat(last.proxy().open()).isZero();
            assertThat(last.proxy().bytesToServer()).isEqualTo((long) CLIENTS * LENGTH);
            assertThat(last.proxy().bytesToClient()).isEqualTo((long) CLIENTS * LENGTH);
            assertThat(last.loop().bytesReceived()).isGreaterThanOrEqualTo(2L * CLIENTS * LENGTH);
            assertThat(proxy.sample()).isEqualTo(last);
        }
    }
}
