package dev.rill.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.kernel.Availability;
import dev.rill.kernel.Kernel;
import dev.rill.net.Connection;
import dev.rill.net.EventLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Meters show what a loop has done.
@Timeout(60)
final class RillMetricsTest {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int BYTES = 100_000;

    private static Kernel kernel(String name) {
        if (name.equals("engine")) {
            return Kernels.inProcess();
        }
        Availability linux = Kernels.linuxAvailability();
        Assumptions.assumeTrue(linux.available() || List.of(System.getenv()
                .getOrDefault("RILL_REQUIRE", "").split(",")).contains("linux"),
                () -> "SKIPPED: " + linux.reason());
        return Kernels.linux();
    }

    private static void await(double expected, DoubleSupplier value) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (value.getAsDouble() != expected) {
            assertThat(System.nanoTime() - deadline).as("still %s", value.getAsDouble())
                    .isNegative();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "engine"})
    void metersShowWhatALoopDoes(String name) throws Exception {
        try (Kernel kernel = kernel(name)) {
            CompletableFuture<EventLoop> opened = new CompletableFuture<>();
            CompletableFuture<InetSocketAddress> listening = new CompletableFuture<>();
            Thread thread = Thread.ofPlatform().start(() -> {
                try (EventLoop loop = EventLoop.open(kernel)) {
                    listening.complete((InetSocketAddress) loop.listen(new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), 0), Connection::send).address());
                    opened.complete(loop);
                    loop.run();
                }
            });
            InetSocketAddress address = listening.get(30, TimeUnit.SECONDS);
            EventLoop loop = opened.get(30, TimeUnit.SECONDS);
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            new RillMetrics(List.of(loop), Duration.ZERO).bindTo(registry);
            try (Socket peer = new Socket(address.getAddress(), address.getPort())) {
                peer.getOutputStream().write(new byte[BYTES]);
                assertThat(peer.getInputStream().readNBytes(BYTES)).hasSize(BYTES);
                await(BYTES, () -> registry.get("rill.sent").functionCounter().count());
                assertThat(registry.get("rill.received").tag("loop", "0").functionCounter()
                        .count()).isEqualTo(BYTES);
                assertThat(registry.get("rill.connections").gauge().value()).isEqualTo(1);
                assertThat(registry.get("rill.accepted").functionCounter().count()).isEqualTo(1);
                assertThat(registry.get("rill.fill.ratio").gauge().value()).isBetween(0.0, 1.0);
                assertThat(registry.get("rill.buffers.lent").gauge().value()).isPositive();
            }
            await(0, () -> registry.get("rill.connections").gauge().value());
            expectOldWhileBusy(loop, registry);
            loop.stop();
            thread.join();
            assertThat(registry.get("rill.received").functionCounter().count())
                    .as("after its end it is shown as it was").isEqualTo(BYTES);
        }
    }

    /// While the loop's thread is kept, meters can be read, all of them.
    private static void expectOldWhileBusy(EventLoop loop, SimpleMeterRegistry registry) {
        CountDownLatch busy = new CountDownLatch(1);
        loop.execute(() -> {
            try {
                busy.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        registry.getMeters().forEach(meter -> assertThat(meter.measure()).as("%s", meter.getId())
                .allMatch(measurement -> !Double.isNaN(measurement.getValue())));
        busy.countDown();
    }
}
