package dev.rill.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.rill.kernel.Kernel;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Pair;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/// A completion allocates nothing: the whole way from `enter` over received bytes that are kept
/// for a while to buffers published again. Not of the specification's cases.
class SteadyStateAllocationTest {

    private static final int COMPLETIONS = 100_000;
    /// For all of them together: less than one object in a hundred completions.
    private static final long BYTES_MAX = 4096;
    /// What is not compiled yet allocates; how long that takes is the machine's affair. Code that
    /// allocates for each completion needs more than [#BYTES_MAX] in every round.
    private static final int ROUNDS_MAX = 30;
    private static final int SOCKETS = 8;
    private static final int MESSAGE = 48;

    @KernelTest
    void incrementalReceivesAllocateNothing(Kernel kernel) {
        measure(kernel, BufferGroupOptions.incremental(0, 8, 21 * MESSAGE));
    }

    @KernelTest
    void classicReceivesAllocateNothing(Kernel kernel) {
        measure(kernel, BufferGroupOptions.classic(0, 32, 64));
    }

    private static void measure(Kernel kernel, BufferGroupOptions options) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(), options)) {
            Traffic traffic = new Traffic(rig, group);
            long allocated = Long.MAX_VALUE;
            int rounds = 0;
            while (allocated >= BYTES_MAX && rounds++ < ROUNDS_MAX) {
                long before = threads.getCurrentThreadAllocatedBytes();
                long received = traffic.run();
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
                assertThat(received).isEqualTo((long) COMPLETIONS * MESSAGE);
            }
            System.out.println(group + ": " + allocated + " bytes allocated for " + COMPLETIONS
                    + " completions, in round " + rounds);
            assertThat(allocated).isLessThan(BYTES_MAX);
        }
    }

    /// Eight sockets that get a message each in every turn, and one thread that does all.
    private static final class Traffic {

        private final Rig rig;
        private final BufferGroup group;
        private final int[] left = new int[SOCKETS];
        private final int[] right = new int[SOCKETS];
        private final MemorySegment message;
        /// Bids kept for a turn.
        private final int[] kept = new int[2 * SOCKETS];
        private int keptCount;

        Traffic(Rig rig, BufferGroup group) {
            this.rig = rig;
            this.group = group;
            message = rig.memory(MESSAGE).asSlice(0, MESSAGE);
            message.copyFrom(MemorySegment.ofArray(Rig.pattern(MESSAGE, 1)));
            for (int i = 0; i < SOCKETS; i++) {
                Pair pair = rig.unixStream();
                left[i] = pair.left();
                right[i] = pair.right();
                arm(i);
            }
        }

        private void arm(int i) {
            group.select(rig.sqe().prepRecvMultishot(left[i])).userData(i);
        }

        /// @return how many bytes came
        long run() {
            long bytes = 0;
            int completions = 0;
            while (completions < COMPLETIONS) {
                for (int i = 0; i < SOCKETS; i++) {
                    rig.kernel().descriptors().write(right[i], message);
                }
                int seen = 0;
                while (seen < SOCKETS) {
                    rig.ring().submitAndWait(1, TimeUnit.SECONDS.toNanos(20));
                    CompletionQueue cq = rig.ring().completions();
                    while (cq.next()) {
                        bytes += received(cq);
                        seen++;
                    }
                    group.publish();
                    cq.advance();
                }
                completions += seen;
                for (int i = 0; i < keptCount; i++) {
                    group.release(kept[i]);
                }
                keptCount = 0;
                group.publish();
            }
            return bytes;
        }

        private int received(CompletionQueue cq) {
            int length = 0;
            group.received(cq.res(), cq.flags());
            while (group.next()) {
                Received part = group.part();
                if (part.get(0) != message.get(JAVA_BYTE, length)) {
                    throw new AssertionError("other bytes than were sent");
                }
                length += part.length();
                kept[keptCount++] = part.bid();
                group.retain(part.bid());
            }
            if ((cq.flags() & 0x2) == 0) {
                arm((int) cq.userData());
            }
            return length;
        }
    }
}
