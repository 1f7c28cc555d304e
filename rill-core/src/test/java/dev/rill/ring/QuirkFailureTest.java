package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.Errno;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.FailingKernel;
import dev.rill.kernel.Kernel;
import dev.rill.ring.Quirks.Finding;
import dev.rill.ring.Quirks.Verdict;
import dev.rill.testing.KernelTest;
import dev.rill.testing.OpenDescriptors;
import dev.rill.testing.TestKernels;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Whichever call fails during a self-test: its verdict is the same or could not be told, never
/// another one, and nothing is left behind.
class QuirkFailureTest {

    /// All memory that was given out; its scope says whether it was freed.
    private static final class Watched {
        private final List<MemorySegment> memory = new ArrayList<>();
        private long descriptorCalls;
        private long failAt;

        Kernel kernel(Kernel kernel) {
            Descriptors calls = proxy(Descriptors.class, (_, method, arguments) -> {
                boolean fails = !method.getName().equals("close") && ++descriptorCalls == failAt;
                return fails ? -Errno.EIO : method.invoke(kernel.descriptors(), arguments);
            });
            return proxy(Kernel.class, (_, method, arguments) -> {
                Object answer = method.getName().equals("descriptors") ? calls
                        : method.invoke(kernel, arguments);
                if (answer instanceof MemorySegment segment) {
                    memory.add(segment);
                }
                return answer;
            });
        }

        long alive() {
            return memory.stream().filter(segment -> segment.scope().isAlive()).count();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                handler));
    }

    /// Counts the warnings of rings and groups that had to leave their memory to the kernel.
    private static final class Warnings extends Handler implements AutoCloseable {
        private final List<Logger> loggers = List.of(Logger.getLogger(Ring.class.getName()),
                Logger.getLogger(BufferRing.class.getName()));
        private int count;

        Warnings() {
            for (Logger logger : loggers) {
                logger.setUseParentHandlers(false);
                logger.addHandler(this);
            }
        }

        @Override
        public void publish(LogRecord message) {
            count++;
        }

        @Override
        public void flush() {
        }

        @Override
        public void close() {
            for (Logger logger : loggers) {
                logger.removeHandler(this);
                logger.setUseParentHandlers(true);
            }
        }
    }

    @KernelTest
    void whicheverCallOfTheRingFails(Kernel kernel) {
        if (!TestKernels.tellsWhatIsLeft(kernel)) {
            return; // the same engine as the one in memory, and slower
        }
        Map<Quirk, Verdict> right = QuirkTests.run(kernel);
        for (int errno : new int[] {Errno.EIO, Errno.EINTR}) {
            boolean reached = true;
            int before = OpenDescriptors.count();
            int untold = 0;
            for (int nth = 1; reached; nth++) {
                Watched watched = new Watched();
                FailingKernel failing = new FailingKernel(watched.kernel(kernel));
                failing.failOnce(nth, errno);
                try (Warnings warnings = new Warnings()) {
                    Map<Quirk, Verdict> verdicts = QuirkTests.run(failing);
                    String where = Errno.describe(errno) + " at call " + nth + ", "
                            + failing.failed();
                    untold += expectRightOrUntold(verdicts, right, where);
                    assertThat(watched.alive() > 0).as(where).isEqualTo(warnings.count > 0);
                }
                reached = !failing.failed().isEmpty();
                expectNoneOpen(kernel, before, reached);
            }
            assertThat(untold).as(Errno.describe(errno)).isPositive();
        }
    }

    @KernelTest
    void whicheverCallOnDescriptorsFails(Kernel kernel) {
        Map<Quirk, Verdict> right = QuirkTests.run(kernel);
        boolean reached = true;
        int before = OpenDescriptors.count();
        for (int nth = 1; reached; nth++) {
            Watched watched = new Watched();
            watched.failAt = nth;
            Map<Quirk, Verdict> verdicts = QuirkTests.run(watched.kernel(kernel));
            reached = watched.descriptorCalls >= nth;
            String where = "call " + nth + " on descriptors";
            int untold = expectRightOrUntold(verdicts, right, where);
            assertThat(untold > 0).as(where).isEqualTo(reached);
            assertThat(watched.alive()).as(where).isZero();
            expectNoneOpen(kernel, before, reached);
        }
    }

    /// On an engine that has nothing open the lowest free number is the first one. Over `java.nio`
    /// the process is rid of a descriptor when the selector has had its turn.
    private static void expectNoneOpen(Kernel kernel, int before, boolean goesOn) {
        if (kernel.name().equals("engine")) {
            int free = kernel.descriptors().eventfd(0, 0);
            kernel.descriptors().close(free);
            assertThat(free).isEqualTo(3);
        }
        if (!goesOn) {
            QuirkTests.run(kernel);
        }
        if (!goesOn || kernel.name().equals("linux")) {
            assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(before);
        }
    }

    /// @return how many could not be told
    private static int expectRightOrUntold(Map<Quirk, Verdict> verdicts,
            Map<Quirk, Verdict> right, String where) {
        assertThat(verdicts.keySet()).isEqualTo(right.keySet());
        int untold = 0;
        for (Map.Entry<Quirk, Verdict> one : verdicts.entrySet()) {
            Verdict verdict = one.getValue();
            if (verdict.finding() == Finding.UNKNOWN) {
                assertThat(verdict.why()).as(where).isNotBlank();
                untold++;
            } else {
                assertThat(verdict).as("%s: %s", where, one.getKey())
                        .isEqualTo(right.get(one.getKey()));
            }
        }
        return untold;
    }

    @KernelTest
    void whereNothingWorksNothingIsTold(Kernel kernel) {
        FailingKernel failing = new FailingKernel(kernel);
        failing.failFrom(1, Errno.EPERM);
        Quirks quirks = Quirks.of(failing);
        for (Quirk quirk : Quirk.values()) {
            assertThat(quirks.finding(quirk)).isEqualTo(Finding.UNKNOWN);
            assertThat(quirks.mayHave(quirk)).isTrue();
        }
        assertThat(quirks.why(Quirk.LENGTH_LATCH)).contains("EPERM");
    }
}
