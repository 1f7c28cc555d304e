package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.kernel.Kernel;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import dev.rill.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;

/// Messages come out whole and in one piece, however they were cut, and only what lies across a
/// buffer's end is copied.
@Timeout(60)
class UnreadBytesTest {

    private static final int SIZE = 4096;

    /// Sends bytes, receives them in one part or more, and shows those to the parser.
    private static void pass(Rig rig, BufferGroup group, Pair pair, UnreadBytes unread,
            byte[] bytes, UnreadBytes.Parser parser) {
        rig.write(pair.right(), bytes);
        for (int left = bytes.length; left > 0; ) {
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            Cqe cqe = rig.await();
            group.received(cqe.res(), cqe.flags());
            while (group.next()) {
                left -= group.part().length();
                unread.received(group.part(), parser);
            }
            group.publish();
        }
    }

    /// One message: its length in two bytes, then so many.
    private static byte[] framed(byte[] message) {
        return Bytes.join(new byte[] {(byte) (message.length >> 8), (byte) message.length},
                message);
    }

    private static UnreadBytes.Parser framesTo(List<byte[]> messages) {
        return bytes -> {
            if (bytes.length() < 2) {
                return 0;
            }
            int length = (bytes.get(0) & 0xff) << 8 | bytes.get(1) & 0xff;
            if (bytes.length() < 2 + length) {
                return 0;
            }
            byte[] message = new byte[length];
            MemorySegment all = bytes.segment();
            assertThat(all.byteSize()).isEqualTo(bytes.length());
            MemorySegment.copy(all, ValueLayout.JAVA_BYTE, 2, message, 0, length);
            messages.add(message);
            return 2 + length;
        };
    }

    @KernelTest
    void messagesInRandomPiecesComeOutWhole(Kernel kernel) {
        for (boolean incremental : new boolean[] {true, false}) {
            Random random = Seeds.random("UnreadBytesTest");
            BufferGroupOptions options = incremental
                    ? BufferGroupOptions.incremental(3, 4, SIZE)
                    : BufferGroupOptions.classic(3, 8, SIZE);
            List<byte[]> sent = new ArrayList<>();
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            for (int i = 0; i < 300; i++) {
                sent.add(Rig.pattern(random.nextInt(1 << 1 + random.nextInt(13)), i));
                stream.writeBytes(framed(sent.getLast()));
            }
            byte[] all = stream.toByteArray();
            List<byte[]> seen = new ArrayList<>();
            try (Rig rig = new Rig(kernel);
                    BufferGroup group = BufferGroup.open(rig.ring(), options);
                    UnreadBytes unread = new UnreadBytes(group, 2 * SIZE + 2)) {
                Pair pair = rig.unixStream();
                for (int at = 0; at < all.length; ) {
                    int take = Math.min(all.length - at, 1 + random.nextInt(3000));
                    pass(rig, group, pair, unread, Bytes.cut(all, at, take), framesTo(seen));
                    at += take;
                }
                assertThat(seen).hasSameSizeAs(sent);
                for (int i = 0; i < sent.size(); i++) {
                    Bytes.expectSame(seen.get(i), sent.get(i));
                }
                assertThat(unread.length()).isZero();
                assertThat(group.holds().open()).isZero();
                assertThat(group.available()).isGreaterThanOrEqualTo(group.options().buffers() - 1);
            }
        }
    }

    @KernelTest
    void aMessageGrowsInItsBufferWithoutBeingCopied(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(3, 2, SIZE));
                UnreadBytes unread = new UnreadBytes(group, SIZE)) {
            if (!group.stepDowns().isEmpty()) {
                return; // a part ends its buffer there
            }
            Pair pair = rig.unixStream();
            byte[] bytes = Rig.pattern(SIZE, 1);
            List<Long> places = new ArrayList<>();
            for (int at = 0; at < SIZE; at += 256) {
                int end = at + 256;
                pass(rig, group, pair, unread, Bytes.cut(bytes, at, 256), seen -> {
                    places.add(seen.segment().address());
                    assertThat(seen.length()).isEqualTo(end);
                    Bytes.expectSame(seen.segment().toArray(ValueLayout.JAVA_BYTE),
                            Bytes.cut(bytes, 0, end));
                    return end == SIZE ? SIZE : 0;
                });
            }
            assertThat(places).hasSize(SIZE / 256).containsOnly(places.getFirst());
            assertThat(unread.bytesCopied()).isZero();
        }
    }

    @KernelTest
    void onlyWhatLiesAcrossABuffersEndIsCopied(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(3, 2, SIZE));
                UnreadBytes unread = new UnreadBytes(group, SIZE)) {
            if (!group.stepDowns().isEmpty()) {
                return; // a part ends its buffer there
            }
            Pair pair = rig.unixStream();
            List<byte[]> seen = new ArrayList<>();
            byte[] first = Rig.pattern(SIZE - 100 - 2, 1);
            byte[] second = Rig.pattern(200, 2);
            byte[] third = Rig.pattern(50, 3);
            byte[] all = Bytes.join(framed(first), framed(second), framed(third));
            pass(rig, group, pair, unread, Bytes.cut(all, 0, SIZE), framesTo(seen));
            assertThat(seen).hasSize(1);
            assertThat(unread.length()).isEqualTo(100);
            assertThat(group.holds().bytes()).isEqualTo(100);
            pass(rig, group, pair, unread, Bytes.cut(all, SIZE, 60), framesTo(seen));
            assertThat(unread.bytesCopied()).isEqualTo(160);
            assertThat(group.holds().open()).as("it is on the heap").isZero();
            pass(rig, group, pair, unread, Bytes.cut(all, SIZE + 60, 42 + 20), framesTo(seen));
            assertThat(seen).hasSize(2);
            assertThat(unread.bytesCopied()).isEqualTo(160 + 62);
            assertThat(group.holds().bytes()).as("in its buffer again").isEqualTo(20);
            pass(rig, group, pair, unread, Bytes.cut(all, SIZE + 122, all.length - SIZE - 122),
                    framesTo(seen));
            assertThat(unread.bytesCopied()).isEqualTo(160 + 62);
            assertThat(seen).hasSize(3);
            Bytes.expectSame(Bytes.join(seen.toArray(byte[][]::new)),
                    Bytes.join(first, second, third));
        }
    }

    @KernelTest
    void whatIsUnreadSurvivesThatItsBufferIsNeeded(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(3, 2, SIZE).withRescueMax(SIZE));
                UnreadBytes unread = new UnreadBytes(group, SIZE)) {
            Pair pair = rig.unixStream();
            byte[] bytes = Rig.pattern(SIZE + 10, 1);
            pass(rig, group, pair, unread, Bytes.cut(bytes, 0, SIZE), seen -> {
                int read = seen.length() - SIZE / 4;
                return Math.max(read, 0);
            });
            assertThat(group.holds().rescue(2)).isEqualTo(1);
            assertThat(group.holds().bytesMoved()).isEqualTo(SIZE / 4);
            group.publish();
            pass(rig, group, pair, unread, Bytes.cut(bytes, SIZE, 10), seen -> {
                byte[] all = new byte[seen.length()];
                seen.copyTo(0, all, 0, all.length);
                Bytes.expectSame(all, Bytes.cut(bytes, SIZE - SIZE / 4, SIZE / 4 + 10));
                assertThat(seen.indexOf(all[700], 700)).isEqualTo(700);
                assertThat(seen.get(3)).isEqualTo(all[3]);
                return all.length;
            });
            assertThat(group.holds().open()).isZero();
        }
    }

    @KernelTest
    void whatCannotBeIsRefusedAndNothingIsKept(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(3, 2, SIZE))) {
            UnreadBytes unread = new UnreadBytes(group, 100);
            Pair pair = rig.unixStream();
            assertThatThrownBy(() -> new UnreadBytes(group, 0))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("=0");
            assertThatThrownBy(() -> unread.get(0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> pass(rig, group, pair, unread, new byte[10], bytes -> {
                assertThatThrownBy(() -> bytes.get(10))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(bytes::close).isInstanceOf(IllegalStateException.class);
                return 11;
            })).hasMessageContaining("read 11 of 10");
            assertThat(unread.length()).isZero();
            pass(rig, group, pair, unread, new byte[100], _ -> 0);
            assertThat(group.holds().open()).isEqualTo(1);
            assertThatThrownBy(() -> pass(rig, group, pair, unread, new byte[1], _ -> 0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("unread=101").hasMessageContaining("unreadMax=100");
            assertThat(group.holds().open()).isZero();
            pass(rig, group, pair, unread, new byte[7], _ -> 0);
            unread.close();
            assertThat(group.holds().open()).isZero();
            pass(rig, group, pair, unread, new byte[7], bytes -> bytes.length());
        }
    }
}
