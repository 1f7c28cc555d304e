package dev.rill.ring;

import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_BUNDLE;
import static dev.rill.abi.SocketOpFlags.IORING_RECV_MULTISHOT;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.FeatureFlags;
import dev.rill.abi.IoUringParams;
import dev.rill.engine.InProcessKernel;
import dev.rill.engine.Profile;
import dev.rill.kernel.Kernel;
import dev.rill.testing.Inbox;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Needs;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Pair;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Bundles where they are right, and a completion for each buffer where they are not
/// (Q4, Q5, Q15).
class BundleStepDownTest {

    private static final int SIZE = 64;

    private static BufferGroupOptions bundles(boolean incremental) {
        BufferRingOptions ring = new BufferRingOptions(0, 8, incremental, false, 0);
        return new BufferGroupOptions(ring, 8, SIZE, true);
    }

    private static Kernel with(dev.rill.engine.Quirk quirk) {
        return InProcessKernel.inMemory(Profile.reference().with(quirk, true));
    }

    /// Receives pieces with bundles, the length of each limited so that a second pass follows.
    private static byte[] receive(Rig rig, BufferGroup group, byte[] sent, int length) {
        Pair pair = rig.unixStream();
        Inbox inbox = new Inbox(group);
        rig.write(pair.right(), sent);
        while (inbox.size() < sent.length) {
            group.select(rig.sqe().prepRecv(pair.left(), 0, length, 0)
                    .ioprio(IORING_RECVSEND_BUNDLE));
            inbox.take(rig.await());
            group.publish();
        }
        return inbox.bytes();
    }

    @KernelTest
    @Needs(without = {Quirk.BUNDLE_OF_ONE, Quirk.CLASSIC_BUNDLE_MISPLACED,
            Quirk.BUNDLE_COUNTED_TWICE, Quirk.BUNDLE_SHORTENS_ENTRY,
            Quirk.BUNDLE_SPEAKS_OF_FIRST_PASS})
    void aKernelWhoseBundlesAreRightKeepsThem(Kernel kernel) {
        for (boolean incremental : new boolean[] {true, false}) {
            try (Rig rig = new Rig(kernel);
                    BufferGroup group = BufferGroup.open(rig.ring(), bundles(incremental))) {
                assertThat(group.stepDowns()).isEmpty();
                assertThat(group.options().bundles()).isTrue();
                Pair pair = rig.unixStream();
                rig.write(pair.right(), Rig.pattern(3 * SIZE, 1));
                group.select(rig.sqe().prepRecv(pair.left(), 0, 3 * SIZE, 0)
                        .ioprio(IORING_RECVSEND_BUNDLE));
                Inbox inbox = new Inbox(group);
                assertThat(inbox.take(rig.await())).hasSize(3);
                assertThat(inbox.bytes()).isEqualTo(Rig.pattern(3 * SIZE, 1));
            }
        }
    }

    @Test
    void wrongBundlesAreNotUsed() {
        byte[] sent = Rig.pattern(1000, 2);
        for (dev.rill.engine.Quirk quirk : List.of(
                dev.rill.engine.Quirk.SECOND_PASS_COUNTS_FIRST,
                dev.rill.engine.Quirk.PARTIAL_BUNDLE_RETRY)) {
            boolean incremental = quirk == dev.rill.engine.Quirk.SECOND_PASS_COUNTS_FIRST;
            try (Kernel kernel = with(quirk); Rig rig = new Rig(kernel);
                    BufferGroup group = BufferGroup.open(rig.ring(), bundles(incremental))) {
                assertThat(group.stepDowns()).singleElement().hasToString("a bundle whose bytes"
                        + " are where they belong (Linux 6.15.5) is missing: a completion for each"
                        + " buffer");
                assertThat(group.options()).isEqualTo(new BufferGroupOptions(
                        bundles(incremental).ring(), 8, SIZE, false));
                assertThat(receive(rig, group, sent, 100)).isEqualTo(sent);
                Sqe armed = group.select(rig.sqe().prepRecvMultishot(0)
                        .ioprio(IORING_RECVSEND_BUNDLE));
                assertThat(armed.ioprio()).isEqualTo(IORING_RECV_MULTISHOT);
                assertThatThrownBy(() -> group.select(rig.sqe().prepSend(0, 0, 0, 0)
                        .ioprio(IORING_RECVSEND_BUNDLE)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("is missing: a completion for each buffer");
            }
        }
    }

    @Test
    void bundlesThatDoNotSayWhereTheyEndAreNotUsed() {
        byte[] sent = Rig.pattern(1000, 6);
        try (Kernel kernel = with(dev.rill.engine.Quirk.BUNDLE_SPEAKS_OF_FIRST_PASS);
                Rig rig = new Rig(kernel)) {
            try (BufferGroup group = BufferGroup.open(rig.ring(), bundles(true))) {
                assertThat(group.stepDowns()).singleElement().hasToString("a bundle that says"
                        + " whether its last buffer is finished (Linux 7.1) is missing: a"
                        + " completion for each buffer");
                assertThat(receive(rig, group, sent, 100)).isEqualTo(sent);
            }
            try (BufferGroup group = BufferGroup.open(rig.ring(), bundles(false))) {
                assertThat(group.stepDowns()).isEmpty();
            }
        }
    }

    /// Why: what those kernels do with bundles that nobody stops.
    @Test
    void wrongBundlesGarbleBytes() {
        byte[] sent = Rig.pattern(400, 3);
        try (Kernel kernel = with(dev.rill.engine.Quirk.PARTIAL_BUNDLE_RETRY);
                Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(), bundles(false))) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), sent);
            rig.sqe().prepRecv(pair.left(), 0, 100, 0).ioprio(IORING_RECVSEND_BUNDLE)
                    .bufferSelect(0);
            int taken = rig.await().res();
            assertThat(taken).as("a second pass after the first ended in a buffer")
                    .isGreaterThan(100);
            byte[] walked = new byte[taken];
            for (int i = 0; i < taken; i++) {
                walked[i] = group.buffer(i / SIZE).get(JAVA_BYTE, i % SIZE);
            }
            assertThat(walked).startsWith(Rig.pattern(100, 3))
                    .isNotEqualTo(Arrays.copyOf(sent, taken));
        }
    }

    @Test
    void classicGroupsNeedNoFearOfTheReceivePoint() {
        try (Kernel kernel = with(dev.rill.engine.Quirk.SECOND_PASS_COUNTS_FIRST);
                Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(), bundles(false))) {
            assertThat(group.stepDowns()).isEmpty();
            byte[] sent = Rig.pattern(1000, 4);
            assertThat(receive(rig, group, sent, 2 * SIZE)).isEqualTo(sent);
        }
    }

    @Test
    void aKernelThatShortensEntriesIsNotGivenALength() {
        try (Kernel kernel = with(dev.rill.engine.Quirk.SHRINK_ENTRY); Rig rig = new Rig(kernel)) {
            try (BufferGroup group = BufferGroup.open(rig.ring(), bundles(false))) {
                assertThat(group.stepDowns()).isEmpty();
                Sqe sqe = rig.sqe().prepRecv(0, 0, 10, 0).ioprio(IORING_RECVSEND_BUNDLE);
                assertThatThrownBy(() -> group.select(sqe))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("RECV with buffer group 0: this kernel shortens")
                        .hasMessageContaining("leave the length 0");
                group.select(sqe.length(0));
            }
            try (BufferGroup group = BufferGroup.open(rig.ring(), bundles(true))) {
                group.select(rig.sqe().prepRecv(0, 0, 10, 0).ioprio(IORING_RECVSEND_BUNDLE));
            }
        }
    }

    @KernelTest
    void aKernelWithoutBundlesIsAskedForNone(Kernel kernel) {
        try (Rig rig = new Rig(before610(kernel));
                BufferGroup group = BufferGroup.open(rig.ring(), bundles(true))) {
            assertThat(group.stepDowns()).singleElement().hasToString("IORING_RECVSEND_BUNDLE"
                    + " (Linux 6.10) is missing: a completion for each buffer");
            byte[] sent = Rig.pattern(500, 5);
            assertThat(receive(rig, group, sent, 0)).isEqualTo(sent);
        }
    }

    @KernelTest
    void withoutBundlesNobodyLooks(Kernel kernel) {
        int[] rings = new int[1];
        Kernel counting = (Kernel) Proxy.newProxyInstance(Kernel.class.getClassLoader(),
                new Class<?>[] {Kernel.class}, (_, method, arguments) -> {
                    rings[0] += method.getName().equals("setup") ? 1 : 0;
                    return method.getName().equals("bootId") ? "" // nothing is kept of it
                            : method.invoke(kernel, arguments);
                });
        try (Rig rig = new Rig(counting)) {
            BufferGroup.open(rig.ring(), BufferGroupOptions.incremental(0, 8, SIZE)).close();
            assertThat(rings[0]).isEqualTo(1);
            BufferGroup.open(rig.ring(), bundles(true)).close();
            assertThat(rings[0]).isGreaterThan(10);
        }
    }

    private static Kernel before610(Kernel kernel) {
        return (Kernel) Proxy.newProxyInstance(Kernel.class.getClassLoader(),
                new Class<?>[] {Kernel.class}, (_, method, arguments) -> {
                    Object answer = method.invoke(kernel, arguments);
                    if (method.getName().equals("setup")) {
                        MemorySegment params = (MemorySegment) arguments[1];
                        params.set(JAVA_INT, IoUringParams.FEATURES,
                                params.get(JAVA_INT, IoUringParams.FEATURES)
                                & ~FeatureFlags.IORING_FEAT_RECVSEND_BUNDLE);
                    }
                    return answer;
                });
    }
}
