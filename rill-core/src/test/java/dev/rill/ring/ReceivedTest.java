package dev.rill.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.kernel.Kernel;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.List;

/// Received bytes can be looked at while they are valid and throw afterwards; a hold keeps them
/// (spec 7.2).
class ReceivedTest {

    private static final byte[] SENT = Rig.pattern(20, 3);

    /// A group in which bytes 5 to 24 of buffer 0 have just been received.
    private static BufferGroup received(Rig rig) {
        BufferGroup group = BufferGroup.open(rig.ring(),
                BufferGroupOptions.incremental(0, 2, 25));
        Pair pair = rig.unixStream();
        receive(rig, group, pair, new byte[5]);
        group.next();
        receive(rig, group, pair, SENT);
        return group;
    }

    private static void receive(Rig rig, BufferGroup group, Pair pair, byte[] bytes) {
        rig.write(pair.right(), bytes);
        group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
        Cqe cqe = rig.await();
        group.received(cqe.res(), cqe.flags());
        assertThat(group.next()).isTrue();
    }

    @KernelTest
    void everyWayOfReadingShowsTheSameBytes(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = received(rig)) {
            Received part = group.part();
            assertThat(part.group()).isSameAs(group);
            assertThat(part.bid()).isZero();
            assertThat(part.offset()).isEqualTo(5);
            assertThat(part.length()).isEqualTo(20);
            assertThat(part).hasToString("bid 0 [5, 25)");
            assertThat(part.toArray()).isEqualTo(SENT);
            assertThat(part.segment().toArray(JAVA_BYTE)).isEqualTo(SENT);
            assertThat(part.segment().address()).isEqualTo(part.address());
            ByteBuffer buffer = part.asByteBuffer();
            byte[] copy = new byte[20];
            buffer.get(copy);
            assertThat(copy).isEqualTo(SENT);
            for (int i = 0; i < 20; i++) {
                assertThat(part.get(i)).isEqualTo(SENT[i]);
            }
            byte[] target = new byte[10];
            part.copyTo(4, target, 2, 7);
            assertThat(Bytes.cut(target, 2, 7)).isEqualTo(Bytes.cut(SENT, 4, 7));
            assertThat(target[1]).isZero();
            assertThat(target[9]).isZero();
            MemorySegment segment = rig.memory(10);
            part.copyTo(4, segment, 2, 7);
            assertThat(segment.asSlice(2, 7).toArray(JAVA_BYTE))
                    .isEqualTo(Bytes.cut(SENT, 4, 7));
        }
    }

    @KernelTest
    void bytesBeyondThePartAreSomebodyElses(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = received(rig)) {
            Received part = group.part();
            byte[] target = new byte[100];
            for (int index : new int[] {-1, 20, 21, Integer.MAX_VALUE}) {
                assertThatThrownBy(() -> part.get(index))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> part.copyTo(index, target, 0, 1))
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
            assertThatThrownBy(() -> part.copyTo(1, target, 0, 20))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> part.copyTo(1, rig.memory(100), 0, 20))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> part.copyTo(0, target, 0, -1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> part.segment().get(JAVA_BYTE, 20))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @KernelTest
    void receivedBytesCannotBeWrittenTo(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = received(rig)) {
            assertThat(group.part().segment().isReadOnly()).isTrue();
            assertThat(group.part().hold().segment().isReadOnly()).isTrue();
            assertThatThrownBy(() -> group.part().asByteBuffer().put((byte) 1))
                    .isInstanceOf(ReadOnlyBufferException.class);
        }
    }

    @KernelTest
    void afterTheCallbackEverythingThrows(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = received(rig)) {
            Received part = group.part();
            assertThat(group.next()).isFalse();
            List<Runnable> uses = List.of(part::bid, part::offset, part::length, part::address,
                    part::toArray, part::segment, part::asByteBuffer, part::hold,
                    () -> part.get(0), () -> part.copyTo(0, new byte[1], 0, 1),
                    () -> part.copyTo(0, MemorySegment.NULL, 0, 0));
            for (Runnable use : uses) {
                assertThatThrownBy(use::run).isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("valid during the callback only")
                        .hasMessageContaining("hold()");
            }
            assertThat(part).hasToString("received bytes that are no longer valid");
        }
    }

    @KernelTest
    void theNextCompletionEndsAPartNobodyStepped(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = received(rig)) {
            Received part = group.part();
            group.received(0, 0);
            assertThatThrownBy(part::length).isInstanceOf(IllegalStateException.class);
            assertThat(group.publish()).isEqualTo(1);
        }
    }

    @KernelTest
    void aClosedHoldThrows(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = received(rig)) {
            Hold hold = group.part().hold();
            assertThat(group.next()).isFalse();
            assertThat(group.publish()).isZero();
            assertThat(hold.segment().toArray(JAVA_BYTE)).isEqualTo(SENT);
            hold.close();
            assertThatThrownBy(hold::segment).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("bid=0").hasMessageContaining("closed");
        }
    }

    @KernelTest
    void closingAHoldTwiceIsRefusedAndTakesNothingAway(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = received(rig)) {
            Hold first = group.part().hold();
            Hold second = group.part().hold();
            group.next();
            first.close();
            assertThatThrownBy(first::close).isInstanceOf(IllegalStateException.class);
            assertThat(group.publish()).isZero();
            assertThat(second.segment().toArray(JAVA_BYTE)).isEqualTo(SENT);
            second.close();
            assertThat(group.publish()).isEqualTo(1);
        }
    }

    @KernelTest
    void releasingMoreOftenThanRetainingIsRefused(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = received(rig)) {
            group.retain(0);
            group.next();
            group.release(0);
            assertThat(group.publish()).isEqualTo(1);
            assertThatThrownBy(() -> group.release(0)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("bid=0")
                    .hasMessageContaining("released more often than retained");
            assertThatThrownBy(() -> group.release(1)).isInstanceOf(IllegalStateException.class);
            assertThat(group.publish()).isZero();
            assertThat(group.lent()).isEqualTo(2);
        }
    }

    @KernelTest
    void aCompletionThatCannotBeTrueIsRefusedAndTheGroupGoesOn(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 2, 25))) {
            assertThatThrownBy(() -> group.received(26, 0x11))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("res=26").hasMessageContaining("flags=0x11");
            assertThatThrownBy(() -> group.received(1, 0x20011))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("buffer 2 is not published");
            assertThat(group.next()).isFalse();
            assertThat(group.bytesReceived()).isZero();
            Pair pair = rig.unixStream();
            receive(rig, group, pair, SENT);
            assertThat(group.part().toArray()).isEqualTo(SENT);
        }
    }
}
