package dev.rill.ring;

import static dev.rill.abi.SqeFlags.IOSQE_CQE_SKIP_SUCCESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.KernelTimespec;
import dev.rill.kernel.Kernel;
import dev.rill.testing.Inbox;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LentBuffers;
import dev.rill.testing.OpenDescriptors;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Closing in the right order, in the wrong order and too early: nothing is written into memory
/// that is somebody else's, and nothing is left behind (spec 7.8, 7.9; C-140, C-141).
class TeardownTest {

    @KernelTest
    void aRingClosesWithArmedMultishots(Kernel kernel) {
        try (Rig sockets = new Rig(kernel)) {
            Pair[] pairs = new Pair[50];
            for (int i = 0; i < pairs.length; i++) {
                pairs[i] = sockets.unixStream();
            }
            Ring ring = Ring.open(kernel, RingOptions.defaults());
            BufferGroup group = BufferGroup.open(ring, BufferGroupOptions.incremental(0, 2, 100));
            for (Pair pair : pairs) {
                group.select(ring.sqe().prepRecvMultishot(pair.left()));
            }
            ring.submit();
            assertThat(ring.inFlight()).isEqualTo(50);
            group.close();
            ring.close();
            assertThat(ring.inFlight()).isZero();
            for (Pair pair : pairs) {
                sockets.write(pair.right(), Rig.pattern(3, 1));
                assertThat(sockets.read(pair.left(), 10)).isEqualTo(Rig.pattern(3, 1));
            }
        }
    }

    @KernelTest
    void aRingClosesWithRequestsOfEveryKindInFlight(Kernel kernel) {
        try (Rig sockets = new Rig(kernel); Arena arena = Arena.ofConfined()) {
            Pair pair = sockets.unixStream();
            Pair pipe = sockets.pipe();
            MemorySegment memory = kernel.memory(4096, arena);
            memory.set(JAVA_LONG, KernelTimespec.TV_SEC, 3600);
            Ring ring = Ring.open(kernel, RingOptions.defaults());
            ring.sqe().prepRecv(pair.left(), memory.address() + 100, 100, 0);
            ring.sqe().prepRead(pipe.left(), memory.address() + 200, 100, -1);
            ring.sqe().prepTimeout(memory.address(), 0, 0);
            ring.sqe().prepPollAdd(pair.left(), 1);
            ring.submit();
            assertThat(ring.inFlight()).isEqualTo(4);
            ring.close();
            assertThat(ring.inFlight()).isZero();
            sockets.write(pair.right(), Rig.pattern(10, 1));
            sockets.write(pipe.right(), Rig.pattern(10, 2));
            assertThat(sockets.read(pair.left(), 100)).isEqualTo(Rig.pattern(10, 1));
            assertThat(sockets.read(pipe.left(), 100)).isEqualTo(Rig.pattern(10, 2));
            assertThat(memory.asSlice(100, 200).toArray(JAVA_BYTE)).containsOnly(0);
        }
    }

    @KernelTest
    void completionsNobodyReapedDoNotKeepARingOpen(Kernel kernel) {
        Ring ring = Ring.open(kernel, RingOptions.defaults().withQueues(4, 4));
        for (int i = 0; i < 30; i++) {
            ring.sqe().prepNop();
        }
        ring.submit();
        ring.close();
        assertThat(ring.inFlight()).isZero();
    }

    /// Its memory may be gone by then, and whoever filled it in did not ask for it to run.
    @KernelTest
    void whatWasNeverSubmittedIsNotRunByClosing(Kernel kernel) {
        try (Rig sockets = new Rig(kernel); Arena arena = Arena.ofConfined()) {
            Pair pair = sockets.unixStream();
            MemorySegment memory = kernel.memory(10, arena);
            Ring ring = Ring.open(kernel, RingOptions.defaults());
            ring.sqe().prepSend(pair.left(), memory.address(), 10, 0);
            ring.close();
            assertThat(ring.inFlight()).isZero();
            sockets.write(pair.left(), Rig.pattern(3, 1));
            assertThat(sockets.read(pair.right(), 100)).isEqualTo(Rig.pattern(3, 1));
        }
    }

    @KernelTest
    void aMessageFromAnotherRingIsNotTakenForTheEndOfARequest(Kernel kernel) {
        try (Rig sender = new Rig(kernel); Arena arena = Arena.ofConfined()) {
            Pair pair = sender.unixStream();
            MemorySegment memory = kernel.memory(100, arena);
            for (int i = 0; i < 20; i++) {
                Ring ring = Ring.open(kernel, RingOptions.defaults());
                ring.sqe().prepRecv(pair.left(), memory.address(), 100, 0);
                ring.submit();
                sender.sqe().prepMsgRing(ring.fd(), 7, 8).userData(9);
                assertThat(sender.await()).isEqualTo(new Cqe(9, 0, 0));
                ring.submitAndWait(1);
                assertThat(ring.completions().next()).isTrue();
                assertThat(ring.completions().userData()).isEqualTo(8);
                assertThat(ring.completions().res()).isEqualTo(7);
                assertThat(ring.completions().flags()).isEqualTo(0x2);
                assertThat(ring.inFlight()).isEqualTo(1);
                ring.completions().advance();
                ring.close();
                assertThat(ring.inFlight()).isZero();
                sender.write(pair.right(), Rig.pattern(10, i));
                assertThat(sender.read(pair.left(), 100)).isEqualTo(Rig.pattern(10, i));
                assertThat(memory.get(JAVA_LONG, 0)).isZero();
            }
        }
    }

    @KernelTest
    void requestsWithoutCompletionDoNotKeepARingsMemory(Kernel kernel) {
        try (Rig sockets = new Rig(kernel)) {
            Ring ring = Ring.open(kernel, RingOptions.defaults());
            for (int i = 0; i < 10; i++) {
                ring.sqe().prepNop().flags(IOSQE_CQE_SKIP_SUCCESS);
            }
            ring.sqe().prepPollAdd(sockets.unixStream().left(), 1).flags(IOSQE_CQE_SKIP_SUCCESS);
            ring.submit();
            ring.close();
            assertThatThrownBy(() -> ring.completions().next())
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        }
    }

    @KernelTest
    void nothingIsLeftBehind(Kernel kernel) {
        try (Rig sockets = new Rig(kernel)) {
            Pair pair = sockets.unixStream();
            openAndClose(kernel, pair);
            int before = OpenDescriptors.count();
            for (int i = 0; i < 100; i++) {
                openAndClose(kernel, pair);
            }
            assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(before);
        }
    }

    private static void openAndClose(Kernel kernel, Pair pair) {
        try (Ring ring = Ring.open(kernel, RingOptions.defaults());
                BufferGroup group = BufferGroup.open(ring,
                        BufferGroupOptions.incremental(0, 2, 100))) {
            assertThat(ring.stepDowns()).isEmpty();
            group.select(ring.sqe().prepRecvMultishot(pair.left()));
            ring.submit();
        }
    }

    @KernelTest
    void ringsThatAreOpenAtTheSameTimeCloseInAnyOrder(Kernel kernel) {
        Ring[] rings = new Ring[8];
        for (int i = 0; i < rings.length; i++) {
            rings[i] = Ring.open(kernel, RingOptions.defaults());
            assertThat(rings[i].stepDowns()).isEmpty();
        }
        for (int i : new int[] {3, 0, 7, 1, 5, 2, 6, 4}) {
            rings[i].sqe().prepNop();
            assertThat(rings[i].submitAndWait(1)).isEqualTo(1);
            rings[i].close();
        }
    }

    @KernelTest
    void closingTwiceIsHarmless(Kernel kernel) {
        Ring ring = Ring.open(kernel, RingOptions.defaults());
        BufferGroup group = BufferGroup.open(ring, BufferGroupOptions.incremental(0, 2, 100));
        group.close();
        group.close();
        ring.close();
        ring.close();
        assertThat(group.bufferRing().options().bgid()).isZero();
    }

    @KernelTest
    void aClosedRingRefusesToWork(Kernel kernel) {
        Ring ring = Ring.open(kernel, RingOptions.defaults());
        ring.close();
        assertThatThrownBy(ring::sqe).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(ring::submit).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ring.submitAndWait(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ring.submitAndWait(1, 1))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ring.completions().next())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ring.register(0, MemorySegment.NULL, 0))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> BufferGroup.open(ring, BufferGroupOptions.incremental(0)))
                .isInstanceOf(IllegalStateException.class);
    }

    /// The number of the closed ring's descriptor may belong to another ring by then.
    @KernelTest
    void aGroupClosedAfterItsRingLeavesOtherRingsAlone(Kernel kernel) {
        int sameNumbers = 0;
        for (int i = 0; i < 5; i++) {
            Ring first = Ring.open(kernel, RingOptions.defaults());
            BufferGroup late = BufferGroup.open(first, BufferGroupOptions.incremental(0, 2, 100));
            first.close();
            try (Rig rig = new Rig(kernel);
                    LentBuffers lent = LentBuffers.incremental(rig, 4).lend(100, 1)) {
                sameNumbers += rig.ring().fd() == first.fd() ? 1 : 0;
                late.close();
                Pair pair = rig.unixStream();
                rig.write(pair.right(), Rig.pattern(10, 1));
                lent.recv(pair.left());
                assertThat(rig.await()).isEqualTo(new Cqe(0, 10, 0x10011));
            }
        }
        assertThat(sameNumbers).isPositive(); // the JVM takes a number now and then
    }

    @KernelTest
    void aGroupMayBeClosedBeforeItsRequestsEnd(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.unixStream();
            Pair quiet = rig.unixStream();
            BufferGroup group = BufferGroup.open(rig.ring(),
                    BufferGroupOptions.incremental(0, 2, 100));
            group.select(rig.sqe().prepRecvMultishot(pair.left())).userData(1);
            group.select(rig.sqe().prepRecvMultishot(quiet.left())).userData(2);
            assertThat(rig.poll()).isEmpty();
            group.close();
            rig.write(pair.right(), Rig.pattern(10, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(1, -105, 0));
            assertThat(rig.read(pair.left(), 100)).isEqualTo(Rig.pattern(10, 1));
        }
    }

    @KernelTest
    void heldBytesOfAClosedGroupThrowInsteadOfCrashing(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.unixStream();
            BufferGroup group = BufferGroup.open(rig.ring(),
                    BufferGroupOptions.incremental(0, 2, 100));
            Inbox inbox = new Inbox(group);
            rig.write(pair.right(), Rig.pattern(10, 1));
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            inbox.keep(rig.await());
            Hold hold = inbox.holds().getFirst();
            MemorySegment segment = hold.segment();
            group.close();
            assertThatThrownBy(() -> segment.get(JAVA_BYTE, 0))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> segment.asByteBuffer().get())
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> hold.segment().toArray(JAVA_BYTE))
                    .isInstanceOf(IllegalStateException.class);
            hold.close(); // nothing left to give back, and no error
        }
    }

    @KernelTest
    void aHoldMayOutliveRingAndGroup(Kernel kernel) {
        Hold hold;
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 1, 10))) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            rig.write(pair.right(), Rig.pattern(10, 1));
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            inbox.keep(rig.await());
            hold = inbox.holds().getFirst();
        }
        hold.close();
    }
}
