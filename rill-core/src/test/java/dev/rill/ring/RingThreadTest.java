package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.EnterFlags;
import dev.rill.kernel.Kernel;
import dev.rill.testing.BreaksRules;
import dev.rill.testing.Inbox;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A ring and its groups belong to one thread: any other is refused and has changed nothing
/// (C-023).
class RingThreadTest {

    @KernelTest
    void anotherThreadCannotUseARing(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Ring ring = rig.ring();
            List<Runnable> uses = List.of(ring::sqe, ring::submit, () -> ring.submitAndWait(1),
                    () -> ring.submitAndWait(1, 1), () -> ring.completions().next(),
                    () -> ring.completions().ready(), ring::close);
            for (Runnable use : uses) {
                assertThat(Rig.onAnotherThread(use)).isInstanceOf(WrongThreadException.class);
            }
            assertThat(ring.inFlight()).isZero();
            ring.sqe().prepNop().userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, 0, 0));
        }
    }

    @KernelTest
    @BreaksRules("closes a descriptor twice")
    void aRingThatAnotherThreadFailedToCloseIsStillClosedByItsOwn(Kernel kernel) {
        Ring ring = Ring.open(kernel, RingOptions.defaults());
        Throwable refusal = Rig.onAnotherThread(ring::close);
        assertThat(refusal).isInstanceOf(WrongThreadException.class)
                .hasMessageContaining("stranger").hasMessageContaining("main");
        ring.sqe().prepNop();
        assertThat(ring.submitAndWait(1)).isEqualTo(1);
        ring.close();
        assertThat(kernel.descriptors().close(ring.fd())).isEqualTo(-9);
    }

    @KernelTest
    void anotherThreadCannotCloseAGroup(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 2, 100))) {
            assertThat(Rig.onAnotherThread(group::close))
                    .isInstanceOf(WrongThreadException.class);
            assertThat(Rig.onAnotherThread(group.bufferRing()::close))
                    .isInstanceOf(WrongThreadException.class);
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(10, 1));
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            assertThat(rig.await()).isEqualTo(new Cqe(0, 10, 0x11));
        }
    }

    @KernelTest
    void anotherThreadReleasesNothingButHolds(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 2, 10))) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            rig.write(pair.right(), Rig.pattern(10, 1));
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            inbox.keep(rig.await());
            Hold hold = inbox.holds().getFirst();
            assertThat(Rig.onAnotherThread(() -> group.release(0)))
                    .isInstanceOf(WrongThreadException.class);
            assertThat(Rig.onAnotherThread(() -> group.retain(0)))
                    .isInstanceOf(WrongThreadException.class);
            assertThat(group.held()).isEqualTo(1);
            hold.close();
            assertThat(group.publish()).isEqualTo(1);
            assertThat(group.lent()).isEqualTo(2);
        }
    }

    @KernelTest
    void anotherThreadMayReadWhatItWasHanded(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 2, 10))) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            rig.write(pair.right(), Rig.pattern(10, 1));
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            inbox.keep(rig.await());
            Hold hold = inbox.holds().getFirst();
            AtomicInteger mismatch = new AtomicInteger();
            assertThat(Rig.onAnotherThread(() -> mismatch.set((int) hold.segment()
                    .mismatch(MemorySegment.ofArray(Rig.pattern(10, 1)))))).isNull();
            assertThat(mismatch).hasValue(-1);
        }
    }

    @KernelTest
    void theKernelItselfRefusesAnotherThread(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            AtomicInteger answer = new AtomicInteger();
            assertThat(Rig.onAnotherThread(() -> answer.set(kernel.enter(rig.ring().fd(), 0, 0,
                    EnterFlags.IORING_ENTER_GETEVENTS, MemorySegment.NULL)))).isNull();
            assertThat(answer).hasValue(-17);
            assertThat(Rig.onAnotherThread(() -> answer.set(
                    kernel.register(rig.ring().fd(), 22, MemorySegment.NULL, 1)))).isNull();
            assertThat(answer).hasValue(-17);
        }
    }
}
