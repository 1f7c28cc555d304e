package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.RingOptions;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.OpenDescriptors;
import dev.rill.testing.Peer;
import dev.rill.testing.Rig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/// Neither connections nor loops leave descriptors, mappings or memory behind.
@Timeout(120)
class LeakTest {

    private static final EventLoopOptions SMALL = EventLoopOptions.defaults()
            .withRing(RingOptions.defaults().withQueues(8, 16))
            .withBuffers(BufferGroupOptions.incremental(0, 4, 64 * 1024));

    private static List<String> mappings() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps"));
    }

    private static long ringMappings() throws IOException {
        return mappings().stream().filter(line -> line.contains("io_uring")).count();
    }

    @KernelTest
    void connectionsLeaveNoDescriptorBehind(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, SMALL)) {
            InetSocketAddress address = loop.listen(Connection::send);
            comeAndGo(address, 20); // the JVM opens some of its own with what is used first
            loop.until("they are gone", () -> loop.loop().statistics().connections() == 0);
            int before = OpenDescriptors.count();
            comeAndGo(address, 980);
            loop.until("all are gone", () -> loop.loop().statistics().connections() == 0);
            assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(before);
            LoopStatistics last = loop.stop();
            assertThat(last.accepted()).isEqualTo(1000);
            assertThat(last.buffersHeld()).isZero();
            assertThat(last.buffersLent())
                    .isEqualTo(loop.loop().group().options().buffers());
            assertThat(last.copyMemory()).isZero();
        }
    }

    private static void comeAndGo(InetSocketAddress address, int count) throws IOException {
        byte[] bytes = Rig.pattern(3000, 1);
        for (int i = 0; i < count; i++) {
            try (Peer peer = Peer.connect(address)) {
                peer.send(bytes);
                switch (i % 4) {
                    case 0 -> assertThat(peer.end().receiveAll()).hasSize(3000);
                    case 1 -> peer.reset();
                    case 2 -> peer.receive(10);
                    default -> {
                        // gone without reading
                    }
                }
            }
        }
    }

    @KernelTest
    void listenersLeaveNoDescriptorBehind(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, SMALL)) {
            int before = OpenDescriptors.count();
            for (int i = 0; i < 100; i++) {
                loop.call(() -> {
                    loop.loop().listen(new InetSocketAddress("127.0.0.1", 0), Connection::send)
                            .close();
                    return null;
                });
            }
            loop.until("all are closed", () -> OpenDescriptors.count() <= before);
        }
    }

    @KernelTest
    @SuppressWarnings("try") // ends before its resources do, on purpose
    void aLoopThatIsClosedWithEverythingOpenLeavesNothingBehind(Kernel kernel) throws Exception {
        int descriptors = 0;
        int maps = 0;
        long rings = ringMappings();
        for (int round = 0; round < 60; round++) {
            try (LoopThread loop = LoopThread.start(kernel, SMALL)) {
                InetSocketAddress address = loop.listen(Connection::send);
                try (Peer one = Peer.connect(address); Peer two = Peer.connectNarrow(address)) {
                    assertThat(one.send(new byte[] {1}).receive(1)).containsExactly(1);
                    two.sendMeanwhile(new byte[4 << 20]);
                    assertThat(two.receive(1)).hasSize(1);
                    loop.call(() -> loop.loop().connect(address, Connection::send)
                            .send(new byte[100_000]));
                    loop.close();
                }
            }
            if (round == 20) {
                descriptors = OpenDescriptors.count();
                maps = mappings().size();
            }
        }
        assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(descriptors);
        assertThat(ringMappings()).isEqualTo(rings);
        assertThat(mappings().size()).as("give or take what the JVM maps itself")
                .isLessThan(maps + 40);
    }

    /// All on one thread, which has only sixteen places for registered rings.
    @KernelTest
    void twoHundredLoopsOneAfterTheOtherLeaveNothingBehind(Kernel kernel) throws Exception {
        int descriptors = 0;
        int maps = 0;
        for (int round = 0; round < 200; round++) {
            try (EventLoop loop = EventLoop.open(kernel, SMALL)) {
                assertThat(loop.stepDowns()).as("loop %d", round)
                        .noneMatch(missing -> missing.what().contains("RING_FDS"));
                loop.listen(new InetSocketAddress("127.0.0.1", 0), Connection::send);
                if (round % 2 == 0) {
                    loop.stop();
                    loop.run();
                }
            }
            if (round == 50) {
                descriptors = OpenDescriptors.count();
                maps = mappings().size();
            }
        }
        assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(descriptors);
        assertThat(mappings().size()).as("give or take what the JVM maps itself")
                .isLessThan(maps + 40);
    }
}
