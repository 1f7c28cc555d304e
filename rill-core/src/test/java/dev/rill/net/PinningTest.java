package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.Errno;
import dev.rill.kernel.Kernel;
import dev.rill.testing.Interposed;
import dev.rill.testing.KernelTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/// Loops that keep to one processor each, as far as the kernel lets them.
@Timeout(60)
class PinningTest {

    private static final int MASK_SIZE = 8192;

    /// The processors of the calling thread; none where the kernel does not tell.
    private static BitSet processors(Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = kernel.memory(MASK_SIZE, arena);
            return kernel.schedGetaffinity(mask) < 0 ? new BitSet()
                    : BitSet.valueOf(mask.asByteBuffer());
        }
    }

    private static BitSet processors(Kernel kernel, EventLoop loop) throws Exception {
        CompletableFuture<BitSet> answer = new CompletableFuture<>();
        loop.execute(() -> answer.complete(processors(kernel)));
        return answer.get(30, TimeUnit.SECONDS);
    }

    private static EventLoops open(Kernel kernel, int count) {
        return EventLoops.open(kernel, EventLoopsOptions.defaults().withCount(count)
                .withPin(true));
    }

    @KernelTest
    void eachLoopKeepsToOneProcessorInTurnAndMoreLoopsShareThem(Kernel kernel) throws Exception {
        BitSet allowed = processors(kernel);
        int count = 2 * allowed.cardinality() + 1;
        try (EventLoops loops = open(kernel, count)) {
            int[] turn = allowed.stream().toArray();
            for (int i = 0; i < count; i++) {
                BitSet now = processors(kernel, loops.loops().get(i));
                if (turn.length > 0) {
                    assertThat(now.stream().toArray()).containsExactly(turn[i % turn.length]);
                }
            }
            assertThat(loops.stepDowns().stream()
                    .anyMatch(missing -> missing.what().equals("sched_setaffinity")))
                    .isEqualTo(turn.length == 0);
        }
        assertThat(processors(kernel)).as("the thread that opened them").isEqualTo(allowed);
    }

    @KernelTest
    void aKernelThatRefusesIsSaidOnceAndTheLoopsRunAnywhere(Kernel kernel) throws Exception {
        Kernel refusing = Interposed.on(kernel, (call, _) -> switch (call) {
            case "schedGetaffinity" -> kernel.name().equals("engine") ? -Errno.EPERM : null;
            case "schedSetaffinity" -> -Errno.EPERM;
            default -> null;
        });
        BitSet allowed = processors(kernel);
        try (EventLoops loops = open(refusing, 2)) {
            assertThat(loops.stepDowns()).filteredOn(
                    missing -> missing.what().equals("sched_setaffinity"))
                    .singleElement().asString().contains("EPERM", "run on any processor");
            assertThat(processors(kernel, loops.loops().getLast())).isEqualTo(allowed);
        }
    }
}
