package dev.rill.ring;

import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_BUNDLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferSnapshot.State;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Needs;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.util.List;

/// What a group says of itself is what has happened to it.
class GroupSnapshotTest {

    private static final int SIZE = 1000;

    /// Receives what is there and shows it to nobody.
    private static void receive(Rig rig, BufferGroup group, Pair pair, int length, Object from) {
        rig.write(pair.right(), Rig.pattern(length, 1));
        group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
        Cqe cqe = rig.await();
        assertThat(cqe.res()).isEqualTo(length);
        group.received(cqe.res(), cqe.flags(), from);
        assertThat(group.next()).isTrue();
    }

    private static List<State> states(BufferGroup group) {
        return group.bufferSnapshots().stream().map(BufferSnapshot::state).toList();
    }

    @KernelTest
    void anUntouchedGroupIsLentAndEmpty(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 4, SIZE))) {
            assertThat(group.snapshot()).isEqualTo(new GroupSnapshot(4, SIZE, 4, 4, 0, 0, 4, 0, 0,
                    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of()));
            assertThat(group.snapshot().fillRatio()).isEqualTo(1);
            assertThat(states(group)).containsExactly(State.CURRENT, State.PUBLISHED,
                    State.PUBLISHED, State.PUBLISHED);
        }
    }

    @KernelTest
    void aBufferFillsSipBySipAndIsHeldWhenItIsUsedUp(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 2, SIZE))) {
            Pair pair = rig.unixStream();
            receive(rig, group, pair, 300, "first");
            Hold hold = group.part().hold();
            assertThat(group.next()).isFalse();
            GroupSnapshot filling = group.snapshot();
            assertThat(filling.current()).isZero();
            assertThat(filling.currentFilled()).isEqualTo(300);
            assertThat(filling.lent()).isEqualTo(2);
            assertThat(filling.heldBytes()).isEqualTo(300);
            assertThat(filling.pinnedBytes()).as("the kernel still fills it").isZero();
            assertThat(group.bufferSnapshots().getFirst()).isEqualTo(
                    new BufferSnapshot(0, State.CURRENT, 300, 2, 300, "first", 0));

            receive(rig, group, pair, 700, "second");
            assertThat(group.next()).isFalse();
            GroupSnapshot full = group.snapshot();
            assertThat(full.current()).isEqualTo(1);
            assertThat(full.held()).isEqualTo(1);
            assertThat(full.pinnedBytes()).isEqualTo(SIZE);
            assertThat(full.heldBytes()).isEqualTo(300);
            assertThat(full.openHolds()).isEqualTo(1);
            assertThat(full.bytesReceived()).isEqualTo(1000);
            assertThat(full.receives()).isEqualTo(2);
            assertThat(full.bundleSizes()).containsExactly(2L);
            BufferSnapshot held = group.bufferSnapshots().getFirst();
            assertThat(held.state()).isEqualTo(State.HELD);
            assertThat(held.filled()).isEqualTo(1000);
            assertThat(held.holder()).isEqualTo("first");
            assertThat(held.ageNanos()).isBetween(0L, full.oldestHoldNanos() + 60_000_000_000L);

            hold.close();
            group.publish();
            assertThat(group.snapshot().heldBytes()).isZero();
            assertThat(group.snapshot().held()).isZero();
            assertThat(states(group)).containsExactly(State.PUBLISHED, State.CURRENT);
        }
    }

    @KernelTest
    void whoHoldsMostComesFirst(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 4, SIZE))) {
            Pair pair = rig.unixStream();
            receive(rig, group, pair, 100, "small");
            Hold small = group.part().hold();
            for (int bytes : new int[] {400, 500, 100}) { // two in buffer 0, one in buffer 1
                receive(rig, group, pair, bytes, "large");
                group.part().hold();
            }
            receive(rig, group, pair, 5, null);
            group.part().hold();
            List<HolderSnapshot> holders = group.holds().holders(10);
            assertThat(holders).extracting(HolderSnapshot::holder)
                    .containsExactly("large", "small", "?");
            assertThat(holders.getFirst().claims()).isEqualTo(3);
            assertThat(holders.getFirst().bytes()).isEqualTo(1000);
            assertThat(holders.getFirst().buffers()).isEqualTo(2);
            assertThat(group.holds().holders(1)).hasSize(1);
            small.close();
            assertThat(group.holds().holders(10)).hasSize(2);
        }
    }

    @KernelTest
    void receivesWithoutABufferAreCounted(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.classic(0, 1, SIZE))) {
            Pair pair = rig.unixStream();
            receive(rig, group, pair, 10, null);
            rig.write(pair.right(), Rig.pattern(10, 2));
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            Cqe cqe = rig.await();
            group.received(cqe.res(), cqe.flags());
            assertThat(group.snapshot().exhaustions()).isEqualTo(1);
            assertThat(group.snapshot().receives()).isEqualTo(1);
            assertThat(group.snapshot().current()).isEqualTo(0); // the part was let go of
            assertThat(group.snapshot().fillRatio()).isEqualTo(0.01);
        }
    }

    @KernelTest
    @Needs(without = {Quirk.BUNDLE_OF_ONE, Quirk.BUNDLE_COUNTED_TWICE,
            Quirk.BUNDLE_SPEAKS_OF_FIRST_PASS})
    void bundlesAreCountedBySize(Kernel kernel) {
        BufferRingOptions ring = new BufferRingOptions(0, 8, true, false, 0);
        try (Rig rig = new Rig(kernel); BufferGroup group = BufferGroup.open(rig.ring(),
                new BufferGroupOptions(ring, 8, 10, true))) {
            Pair pair = rig.unixStream();
            for (int bytes : new int[] {5, 5, 15, 35, 50}) { // 1, 1, 2, 4 and 6 buffers
                rig.write(pair.right(), Rig.pattern(bytes, 3));
                group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0)
                        .ioprio(IORING_RECVSEND_BUNDLE));
                Cqe cqe = rig.await();
                assertThat(cqe.res()).isEqualTo(bytes);
                group.received(cqe.res(), cqe.flags());
                while (group.next()) {
                    continue;
                }
                group.publish();
            }
            assertThat(group.snapshot().bundleSizes()).containsExactly(2L, 1L, 1L, 1L);
        }
    }
}
