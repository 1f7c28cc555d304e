package dev.rill.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.Errno;
import dev.rill.abi.FeatureFlags;
import dev.rill.abi.IoUringBufReg;
import dev.rill.abi.IoUringParams;
import dev.rill.abi.Opcode;
import dev.rill.abi.RegisterOp;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.testing.KernelTest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The probe says what rings and buffer rings find out when they are opened.
class ProbeTest {

    @KernelTest
    void whatIsFoundAgreesWithARingThatAsksForEverything(Kernel kernel) {
        Features features = Probe.run(kernel);
        try (Ring ring = Ring.open(kernel, RingOptions.defaults())) {
            Set<String> missing = new TreeSet<>();
            ring.stepDowns().forEach(step -> missing.add(step.what()));
            Set<String> notFound = new TreeSet<>();
            for (Feature feature : List.of(Feature.SUBMIT_ALL, Feature.SINGLE_ISSUER,
                    Feature.DEFERRED_TASK_RUN, Feature.NO_INDEX_ARRAY, Feature.REGISTERED_RING)) {
                if (!features.has(feature)) {
                    notFound.add(feature.kernelName());
                }
            }
            assertThat(notFound).isEqualTo(missing);
            assertThat(features.bits()).isEqualTo(ring.features());
            assertThat(features.bundles()).isEqualTo(
                    (ring.features() & FeatureFlags.IORING_FEAT_RECVSEND_BUNDLE) != 0);
            try (BufferGroup group = BufferGroup.open(ring, BufferGroupOptions.incremental(1))) {
                assertThat(features.incrementalBuffers()).isEqualTo(group.stepDowns().isEmpty());
            }
        }
    }

    @KernelTest
    void whatEveryKernelWithBufferRingsHasIsFound(Kernel kernel) {
        Features features = Probe.run(kernel);
        assertThat(features.kernel()).isEqualTo(kernel.name() + " " + kernel.release());
        assertThat(features.bufferRings()).isTrue();
        assertThat(features.has(Feature.NO_DROP)).isTrue();
        assertThat(features.has(Feature.WAIT_ARGUMENT)).isTrue();
        assertThat(features.supports(Opcode.IORING_OP_RECV)).isTrue();
        assertThat(features.supports(200)).isFalse();
        assertThat(features.supports(-1)).isFalse();
        assertThat(features.operations().toArray()).contains(Opcode.IORING_OP_NOP).isSorted();
        assertThat(features.toString()).contains("IORING_REGISTER_PBUF_RING");
    }

    @KernelTest
    void nothingStaysBehind(Kernel kernel) throws IOException {
        Probe.run(kernel); // whatever is opened once and for all
        List<String> before = descriptors();
        for (int i = 0; i < 20; i++) {
            Probe.run(kernel);
        }
        assertThat(descriptors()).isEqualTo(before);
    }

    @KernelTest
    void whatAnOlderKernelRefusesIsMissing(Kernel kernel) {
        Features features = Probe.run(linux61(kernel));

        assertThat(features.has(Feature.DEFERRED_TASK_RUN)).isTrue();
        assertThat(features.has(Feature.NO_INDEX_ARRAY)).isFalse();
        assertThat(features.bufferRings()).isTrue();
        assertThat(features.mappedBufferRings()).isFalse();
        assertThat(features.incrementalBuffers()).isFalse();
        assertThat(features.minLeft()).isFalse();
        assertThat(features.bufferRingStatus()).isFalse();
        assertThat(features.multishotReceive()).isTrue();
    }

    @KernelTest
    void aRefusalForAnotherReasonIsThrown(Kernel kernel) {
        Kernel locked = intercept(kernel, (method, arguments) ->
                method.equals("register") ? -Errno.ENOMEM : null);

        assertThatThrownBy(() -> Probe.run(locked)).isInstanceOf(KernelException.class)
                .hasMessageContaining("ENOMEM");
    }

    /// Knows no index-free submissions, only plain buffer rings, and cannot be asked for a head.
    private static Kernel linux61(Kernel kernel) {
        return intercept(kernel, (method, arguments) -> {
            boolean refused = switch (method) {
                case "setup" -> (((MemorySegment) arguments[1])
                        .get(JAVA_INT, IoUringParams.FLAGS) & ~0x3fff) != 0;
                case "register" -> (int) arguments[1] > RegisterOp.IORING_REGISTER_FILE_ALLOC_RANGE
                        || (int) arguments[1] == RegisterOp.IORING_REGISTER_PBUF_RING
                        && ((MemorySegment) arguments[2])
                                .get(JAVA_SHORT, IoUringBufReg.FLAGS) != 0;
                default -> false;
            };
            return refused ? -Errno.EINVAL : null;
        });
    }

    private interface Interception {
        /// An answer, or null to ask the kernel.
        Integer answer(String method, Object[] arguments);
    }

    private static Kernel intercept(Kernel kernel, Interception interception) {
        return (Kernel) Proxy.newProxyInstance(Kernel.class.getClassLoader(),
                new Class<?>[] {Kernel.class}, (_, method, arguments) -> {
                    Integer answer = interception.answer(method.getName(), arguments);
                    return answer != null ? answer : method.invoke(kernel, arguments);
                });
    }

    @Test
    void whatIsBetterIsUsedInstead() {
        Features old = new Features("linux 5.19", 0,
                EnumSet.of(Feature.COOPERATIVE_TASK_RUN, Feature.BUNDLES), new BitSet());
        Features current = new Features("linux 6.18", 0,
                EnumSet.of(Feature.COOPERATIVE_TASK_RUN, Feature.DEFERRED_TASK_RUN), new BitSet());

        assertThat(old.uses(Feature.COOPERATIVE_TASK_RUN)).isTrue();
        assertThat(current.uses(Feature.COOPERATIVE_TASK_RUN)).isFalse();
        assertThat(current.uses(Feature.DEFERRED_TASK_RUN)).isTrue();
        assertThat(old.uses(Feature.DEFERRED_TASK_RUN)).isFalse();
        assertThat(old.uses(Feature.BUNDLES)).as("only when asked for").isFalse();
        assertThat(old.missingOperations().boxed()).contains(Opcode.IORING_OP_RECV);
    }

    private static List<String> descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.map(Path::getFileName).map(Path::toString)
                    .filter(fd -> Files.isReadable(Path.of("/proc/self/fd", fd))
                            || Files.isSymbolicLink(Path.of("/proc/self/fd", fd)))
                    .sorted().toList();
        }
    }
}
