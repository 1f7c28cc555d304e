package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.testing.Inbox;
import dev.rill.testing.Inbox.Piece;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LentBuffers;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.util.ArrayList;
import java.util.List;

/// Registering, mapping and asking about buffer rings
/// (C-002, C-009, C-010, C-012, C-013, C-015, C-021, C-027, C-140, C-141).
class BufferRingTest {

    @KernelTest
    void ringsOfOneAndOfTheMostEntriesAreAccepted(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            for (int entries : new int[] {1, 2, 256, 32768}) {
                BufferRing.register(rig.ring(), BufferRingOptions.incremental(3, entries)).close();
                BufferRing.register(rig.ring(), BufferRingOptions.classic(3, entries)).close();
            }
        }
    }

    @KernelTest
    void aGroupThatIsInUseIsRefusedAndNamed(Kernel kernel) {
        try (Rig rig = new Rig(kernel); LentBuffers lent = LentBuffers.classic(rig, 4)) {
            assertThat(lent.head()).isZero();
            for (boolean incremental : new boolean[] {false, true}) {
                BufferRingOptions again = new BufferRingOptions(0, 4, incremental, false, 0);
                assertThatThrownBy(() -> BufferRing.register(rig.ring(), again))
                        .isInstanceOf(KernelException.class)
                        .hasMessageContaining("EEXIST")
                        .hasMessageContaining("Buffer group 0 is already in use");
            }
        }
    }

    @KernelTest
    void theSameGroupIdOnAnotherRingIsAnotherGroup(Kernel kernel) {
        try (Rig one = new Rig(kernel); Rig two = new Rig(kernel);
                LentBuffers first = LentBuffers.classic(one, 4).lend(2, 10, 0);
                LentBuffers second = LentBuffers.incremental(two, 4).lend(10, 7)) {
            Pair pair = two.unixStream();
            two.write(pair.right(), Rig.pattern(3, 1));
            second.recv(pair.left());
            assertThat(two.await()).isEqualTo(new Cqe(0, 3, 0x70011));
            assertThat(first.head()).isZero();
        }
    }

    @KernelTest
    void aClosedGroupCanBeRegisteredAgain(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            for (int i = 0; i < 50; i++) {
                BufferRingOptions options = new BufferRingOptions(65535, 4, i % 2 == 0, false, 0);
                try (LentBuffers lent = new LentBuffers(rig, options).lend(10, i)) {
                    assertThat(lent.head()).isZero();
                }
            }
        }
    }

    @KernelTest
    void theKernelsHeadCountsUsedUpBuffers(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                LentBuffers lent = LentBuffers.classic(rig, 8).lend(8, 32, 1)) {
            Pair pipe = rig.pipe();
            lent.read(pipe.left(), 32);
            assertThat(rig.poll()).isEmpty();
            assertThat(lent.head()).isZero();
            rig.write(pipe.right(), Rig.pattern(16, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 16, 0x10001));
            assertThat(lent.head()).isEqualTo(1);
            assertThat(lent.ring().tail() - lent.head()).isEqualTo(7);
        }
    }

    @KernelTest
    void stagedBuffersAreInvisibleUntilPublished(Kernel kernel) {
        try (Rig rig = new Rig(kernel); LentBuffers lent = LentBuffers.incremental(rig, 4)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(10, 1));
            BufferRing ring = lent.ring();
            ring.add(rig.memory(64).address(), 64, 9);
            assertThat(ring.tail()).isZero();
            lent.recv(pair.left());
            assertThat(rig.await()).isEqualTo(new Cqe(0, -105, 0));
            assertThat(ring.publish()).isEqualTo(1);
            assertThat(ring.tail()).isEqualTo(1);
            assertThat(ring.publish()).isZero();
            lent.recv(pair.left());
            assertThat(rig.await()).isEqualTo(new Cqe(0, 10, 0x90011));
        }
    }

    @KernelTest
    void theKernelsOwnMemoryServesAsWellAsOurs(Kernel kernel) {
        for (boolean incremental : new boolean[] {false, true}) {
            BufferRingOptions ring = new BufferRingOptions(5, 4, incremental, true, 0);
            try (Rig rig = new Rig(kernel);
                    BufferGroup group = BufferGroup.open(rig.ring(),
                            new BufferGroupOptions(ring, 4, 10, false))) {
                Pair pair = rig.unixStream();
                Inbox inbox = new Inbox(group);
                group.select(rig.sqe().prepRecvMultishot(pair.left()));
                for (int i = 0; i < 20; i++) {
                    rig.write(pair.right(), Rig.pattern(10, i));
                    Cqe cqe = rig.await();
                    assertThat(cqe).isEqualTo(new Cqe(0, 10, i % 4 << 16 | 0x3));
                    assertThat(inbox.take(cqe)).containsExactly(new Piece(i % 4, 0, 10));
                    assertThat(inbox.bytes()).endsWith(Rig.pattern(10, i));
                    assertThat(group.publish()).isEqualTo(1);
                }
                assertThat(group.bufferRing().head()).isEqualTo(20);
                assertThat(group.bufferRing().tail()).isEqualTo(24);
            }
        }
    }

    @KernelTest
    void mappedGroupsOfAllIdsAreDifferentMemory(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            List<BufferRing> rings = new ArrayList<>();
            for (int bgid : new int[] {0, 1, 2, 2046, 2047}) {
                BufferRing ring = BufferRing.register(rig.ring(),
                        BufferRingOptions.incremental(bgid, 4).asMapped());
                ring.add(rig.memory(64).address(), 64, bgid);
                ring.publish();
                rings.add(ring);
            }
            Pair pair = rig.unixStream();
            for (BufferRing ring : rings) {
                int bgid = ring.options().bgid();
                assertThat(ring.entryBid(0)).isEqualTo(bgid);
                rig.write(pair.right(), Rig.pattern(1, bgid));
                rig.sqe().prepRecv(pair.left(), 0, 0, 0).bufferSelect(bgid);
                assertThat(rig.await()).isEqualTo(new Cqe(0, 1, bgid << 16 | 0x11));
            }
            rings.forEach(BufferRing::close);
        }
    }

    @KernelTest
    void aGroupClosedUnderAMultishotEndsItWithTheNextData(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.unixStream();
            try (LentBuffers lent = LentBuffers.incremental(rig, 4).lend(100, 40)) {
                lent.recvMultishot(pair.left());
                rig.write(pair.right(), Rig.pattern(30, 1));
                assertThat(rig.await()).isEqualTo(new Cqe(0, 30, 0x280013));
            }
            assertThat(rig.poll()).isEmpty();
            rig.write(pair.right(), Rig.pattern(30, 2));
            assertThat(rig.await()).isEqualTo(new Cqe(0, -105, 0));
            assertThat(rig.read(pair.left(), 100)).isEqualTo(Rig.pattern(30, 2));
        }
    }

    @KernelTest
    void anArmedMultishotUsesAGroupThatTookTheOldOnesPlace(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.unixStream();
            try (LentBuffers lent = LentBuffers.incremental(rig, 4).lend(100, 40)) {
                lent.recvMultishot(pair.left());
                rig.write(pair.right(), Rig.pattern(30, 1));
                assertThat(rig.await()).isEqualTo(new Cqe(0, 30, 0x280013));
            }
            try (LentBuffers lent = LentBuffers.incremental(rig, 4).lend(100, 55)) {
                rig.write(pair.right(), Rig.pattern(30, 2));
                assertThat(rig.await()).isEqualTo(new Cqe(0, 30, 0x370013));
                assertThat(lent.bytes(55, 0, 30)).isEqualTo(Rig.pattern(30, 2));
            }
        }
    }

    @KernelTest
    void whatTheKernelWouldGetStuckOnIsRefused(Kernel kernel) {
        try (Rig rig = new Rig(kernel); LentBuffers lent = LentBuffers.incremental(rig, 4)) {
            BufferRing ring = lent.ring();
            long address = rig.memory(64).address();
            assertThatThrownBy(() -> ring.add(0, 64, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("address=0x0");
            assertThatThrownBy(() -> ring.add(address, 0, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("length=0");
            assertThatThrownBy(() -> ring.add(address, -1, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("length=-1");
            assertThatThrownBy(() -> ring.add(address, 64, 65536))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bid=65536");
            assertThatThrownBy(() -> ring.add(address, 64, -1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bid=-1");
            assertThat(ring.publish()).isZero();
        }
    }
}
