package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Rig;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;

/// A loop that echoes allocates nothing for a completion: not for receiving, not for sending from
/// the same memory, not for time limits, in no kind of group.
@Timeout(120)
class LoopAllocationTest {

    private static final int COMPLETIONS = 100_000;
    /// For all of them together: less than one object in a hundred completions.
    private static final long BYTES_MAX = 4096;
    /// What is not compiled yet allocates; how long that takes is the machine's affair. Code that
    /// allocates for each completion needs more than [#BYTES_MAX] in every round.
    private static final int ROUNDS_MAX = 30;
    private static final int SOCKETS = 8;
    private static final int MESSAGE = 200;

    @KernelTest
    void anEchoThroughAnIncrementalGroupAllocatesNothing(Kernel kernel) throws Exception {
        measure(kernel, BufferGroupOptions.incremental(0, 4, 64 * 1024));
    }

    @KernelTest
    void anEchoThroughAClassicGroupAllocatesNothing(Kernel kernel) throws Exception {
        measure(kernel, BufferGroupOptions.classic(0, 64, 1024));
    }

    private static void measure(Kernel kernel, BufferGroupOptions buffers) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        EventLoopOptions options = EventLoopOptions.defaults().withBuffers(buffers).withTimeouts(
                Duration.ofMinutes(10), Duration.ofSeconds(10), Duration.ofSeconds(5));
        try (LoopThread loop = LoopThread.start(kernel, options)) {
            long thread = loop.call(Thread::currentThread).threadId();
            InetSocketAddress address = loop.listen(Connection::send);
            SocketChannel[] channels = new SocketChannel[SOCKETS];
            for (int i = 0; i < SOCKETS; i++) {
                channels[i] = SocketChannel.open(address);
            }
            long allocated = Long.MAX_VALUE;
            long completions = 0;
            int rounds = 0;
            while (allocated >= BYTES_MAX && rounds++ < ROUNDS_MAX) {
                long done = loop.call(() -> loop.loop().statistics().completions());
                long before = threads.getThreadAllocatedBytes(thread);
                talk(channels, COMPLETIONS / 2 / SOCKETS + 1);
                allocated = threads.getThreadAllocatedBytes(thread) - before;
                completions = loop.call(() -> loop.loop().statistics().completions()) - done;
                assertThat(completions).isGreaterThanOrEqualTo(COMPLETIONS);
            }
            for (SocketChannel channel : channels) {
                channel.close();
            }
            System.out.println("echo through " + buffers + ": " + allocated
                    + " bytes allocated for " + completions + " completions, in round " + rounds);
            assertThat(allocated).isLessThan(BYTES_MAX);
        }
    }

    /// Sends a message on every socket and reads it back, so many times.
    private static void talk(SocketChannel[] channels, int times) throws Exception {
        byte[] message = Rig.pattern(MESSAGE, 1);
        ByteBuffer out = ByteBuffer.allocateDirect(MESSAGE).put(message);
        ByteBuffer in = ByteBuffer.allocateDirect(MESSAGE);
        for (int i = 0; i < times; i++) {
            for (SocketChannel channel : channels) {
                out.clear();
                while (out.hasRemaining()) {
                    channel.write(out);
                }
            }
            for (SocketChannel channel : channels) {
                in.clear();
                while (in.hasRemaining()) {
                    assertThat(channel.read(in)).isPositive();
                }
                if (in.flip().mismatch(out.clear()) >= 0) {
                    throw new AssertionError("other bytes than were sent");
                }
            }
        }
    }
}
