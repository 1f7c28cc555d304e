package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which bytes a completion brought: the arithmetic alone, case by case (spec 7.1;
/// C-029, C-033, C-038, C-064, C-065, C-083, C-173, C-177).
class ConsumptionTest {

    /// What a completion said about one buffer.
    private record Part(int bid, int offset, int length, boolean finished) {
    }

    private static Consumption incremental(int entries, int bids) {
        return new Consumption(BufferRingOptions.incremental(0, entries), bids, false);
    }

    private static Consumption classic(int entries, int bids) {
        return new Consumption(BufferRingOptions.classic(0, entries), bids, false);
    }

    private static Consumption bundles(boolean incremental, int entries, int bids) {
        return new Consumption(new BufferRingOptions(0, entries, incremental, false, 0), bids,
                true);
    }

    private static List<Part> parts(Consumption consumption, int res, int flags) {
        List<Part> parts = new ArrayList<>();
        int count = consumption.received(res, flags);
        for (int i = 0; i < count; i++) {
            parts.add(new Part(consumption.bid(i), consumption.offset(i), consumption.length(i),
                    consumption.finished(i)));
        }
        return parts;
    }

    @Test
    void theWorkedExample() {
        Consumption c = incremental(2, 2);
        c.published(0, 32768);
        c.published(1, 32768);
        assertThat(parts(c, 4096, 0x11)).containsExactly(new Part(0, 0, 4096, false));
        assertThat(parts(c, 8192, 0x11)).containsExactly(new Part(0, 4096, 8192, false));
        assertThat(c.current()).isZero();
        assertThat(c.position(0)).isEqualTo(12288);
        assertThat(parts(c, 20480, 0x1)).containsExactly(new Part(0, 12288, 20480, true));
        assertThat(c.current()).isEqualTo(1);
        assertThat(c.outstanding()).isEqualTo(1);
        assertThat(parts(c, 4096, 0x10011)).containsExactly(new Part(1, 0, 4096, false));
    }

    @Test
    void aClassicCompletionFinishesItsBuffer() {
        Consumption c = classic(4, 4);
        for (int bid = 0; bid < 3; bid++) {
            c.published(bid, 1000);
        }
        assertThat(parts(c, 100, 0x5)).containsExactly(new Part(0, 0, 100, true));
        assertThat(parts(c, 0, 0x10001)).containsExactly(new Part(1, 0, 0, true));
        assertThat(parts(c, -125, 0x20001)).containsExactly(new Part(2, 0, 0, true));
        assertThat(c.outstanding()).isZero();
        assertThat(c.current()).isEqualTo(-1);
    }

    @Test
    void aCompletionWithoutBufferChangesNothing() {
        Consumption c = incremental(2, 2);
        c.published(0, 100);
        for (int flags : new int[] {0, 0x2, 0x4, 0x10, 0x7ff0010}) {
            assertThat(parts(c, 0, flags)).isEmpty();
            assertThat(parts(c, -105, flags)).isEmpty();
            assertThat(parts(c, 50, flags)).isEmpty();
        }
        assertThat(c.position(0)).isZero();
        assertThat(c.outstanding()).isEqualTo(1);
    }

    @Test
    void theEndOfAFileNeverFinishesAnIncrementalBuffer() {
        Consumption c = incremental(2, 2);
        c.published(0, 100);
        assertThat(parts(c, 30, 0x11)).containsExactly(new Part(0, 0, 30, false));
        assertThat(parts(c, 0, 0x11)).containsExactly(new Part(0, 30, 0, false));
        // Kernels 6.15 to 6.18.19 leave the flag out.
        assertThat(parts(c, 0, 0x1)).containsExactly(new Part(0, 30, 0, false));
        assertThat(parts(c, 70, 0x1)).containsExactly(new Part(0, 30, 70, true));
    }

    @Test
    void anErrorThatNamesAnIncrementalBufferLeavesItCurrent() {
        Consumption c = incremental(2, 2);
        c.published(0, 100);
        assertThat(parts(c, -104, 0x1)).containsExactly(new Part(0, 0, 0, false));
        assertThat(c.current()).isZero();
        assertThat(parts(c, 10, 0x11)).containsExactly(new Part(0, 0, 10, false));
    }

    @Test
    void aBufferRetiredByMinLeftEndsWhereItsLastCompletionEnded() {
        Consumption c = new Consumption(
                BufferRingOptions.incremental(0, 4).withMinLeft(64), 2, false);
        c.published(0, 256);
        c.published(1, 256);
        assertThat(parts(c, 193, 0x1)).containsExactly(new Part(0, 0, 193, true));
        assertThat(c.isPublished(0)).isFalse();
        assertThat(parts(c, 10, 0x10011)).containsExactly(new Part(1, 0, 10, false));
    }

    @Test
    void aLaterBufferFinishesThoseBeforeIt() {
        Consumption c = incremental(4, 4);
        for (int bid : new int[] {3, 1, 2}) {
            c.published(bid, 100);
        }
        assertThat(parts(c, 90, 0x30011)).containsExactly(new Part(3, 0, 90, false));
        assertThat(parts(c, 20, 0x20011)).containsExactly(new Part(3, 90, 0, true),
                new Part(1, 0, 0, true), new Part(2, 0, 20, false));
        assertThat(c.outstanding()).isEqualTo(1);
        assertThat(c.isPublished(3)).isFalse();
        assertThat(c.isPublished(1)).isFalse();
    }

    @Test
    void aLaterClassicBufferLeavesThoseBeforeItToTheirOwnCompletions() {
        Consumption c = classic(2, 2);
        c.published(0, 100);
        c.published(1, 100);
        for (int i = 0; i < 5; i++) {
            assertThat(parts(c, 20, 0x10001)).containsExactly(new Part(1, 0, 20, true));
            assertThat(c.isPublished(0)).isTrue();
            assertThat(c.outstanding()).isZero();
            c.published(1, 100);
        }
        assertThatThrownBy(() -> c.published(0, 100)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bid=0").hasMessageContaining("published already");
        assertThat(parts(c, 100, 0x1)).containsExactly(new Part(0, 0, 100, true));
        c.published(0, 100);
        assertThat(c.outstanding()).isEqualTo(2);
    }

    @Test
    void aBundleFollowsTheOrderOfPublishing() {
        for (boolean incremental : new boolean[] {false, true}) {
            Consumption c = bundles(incremental, 4, 4);
            for (int bid : new int[] {2, 0, 3, 1}) {
                c.published(bid, 10);
            }
            assertThat(parts(c, 40, 0x20001)).containsExactly(new Part(2, 0, 10, true),
                    new Part(0, 0, 10, true), new Part(3, 0, 10, true), new Part(1, 0, 10, true));
            c.published(3, 10);
            c.published(0, 10);
            assertThat(parts(c, 12, incremental ? 0x30011 : 0x30001)).containsExactly(
                    new Part(3, 0, 10, true), new Part(0, 0, 2, !incremental));
        }
    }

    @Test
    void anIncrementalBundleStartsAndEndsInsideBuffers() {
        Consumption c = bundles(true, 8, 8);
        for (int bid = 0; bid < 8; bid++) {
            c.published(bid, 10);
        }
        assertThat(parts(c, 25, 0x13)).containsExactly(new Part(0, 0, 10, true),
                new Part(1, 0, 10, true), new Part(2, 0, 5, false));
        assertThat(parts(c, 3, 0x20013)).containsExactly(new Part(2, 5, 3, false));
        assertThat(parts(c, 12, 0x20003)).containsExactly(new Part(2, 8, 2, true),
                new Part(3, 0, 10, true));
    }

    @Test
    void aBundleWalksBuffersOfDifferentLengths() {
        Consumption c = bundles(true, 8, 5);
        int[] lengths = {7, 100, 3, 50, 50};
        for (int bid = 0; bid < 5; bid++) {
            c.published(bid, lengths[bid]);
        }
        assertThat(parts(c, 110, 0x7)).containsExactly(new Part(0, 0, 7, true),
                new Part(1, 0, 100, true), new Part(2, 0, 3, true));
        assertThat(parts(c, 20, 0x30013)).containsExactly(new Part(3, 0, 20, false));
    }

    @Test
    void bidsAreUnsigned() {
        Consumption c = incremental(2, 65536);
        c.published(65535, 100);
        c.published(32768, 100);
        assertThat(parts(c, 100, 0xffff0007)).containsExactly(new Part(65535, 0, 100, true));
        assertThat(parts(c, 50, 0x80000013)).containsExactly(new Part(32768, 0, 50, false));
        assertThat(c.current()).isEqualTo(32768);
    }

    @Test
    void lengthsUpToTheLargestAreCounted() {
        Consumption c = incremental(1, 1);
        c.published(0, Integer.MAX_VALUE);
        assertThat(parts(c, Integer.MAX_VALUE - 1, 0x11)).containsExactly(
                new Part(0, 0, Integer.MAX_VALUE - 1, false));
        assertThat(parts(c, 1, 0x1)).containsExactly(
                new Part(0, Integer.MAX_VALUE - 1, 1, true));
    }

    @Test
    void aBundleOfManyLargeBuffersDoesNotOverflow() {
        Consumption c = bundles(true, 4, 4);
        for (int bid = 0; bid < 4; bid++) {
            c.published(bid, Integer.MAX_VALUE);
        }
        assertThat(parts(c, 5, 0x11)).containsExactly(new Part(0, 0, 5, false));
        assertThat(parts(c, Integer.MAX_VALUE, 0x11)).containsExactly(
                new Part(0, 5, Integer.MAX_VALUE - 5, true), new Part(1, 0, 5, false));
    }

    @Test
    void theOrderSurvivesMillionsOfPublishes() {
        Consumption c = incremental(4, 3);
        for (int bid = 0; bid < 3; bid++) {
            c.published(bid, 2);
        }
        for (int i = 0; i < 200_000; i++) {
            int bid = i % 3;
            assertThat(c.received(1, bid << 16 | 0x11)).isEqualTo(1);
            assertThat(c.finished(0)).isFalse();
            assertThat(c.received(1, bid << 16 | 0x1)).isEqualTo(1);
            assertThat(c.offset(0)).isEqualTo(1);
            assertThat(c.finished(0)).isTrue();
            c.published(bid, 2);
        }
        assertThat(c.outstanding()).isEqualTo(3);
    }

    @Test
    void anUnknownBufferIsRefusedAndChangesNothing() {
        Consumption c = incremental(2, 2);
        c.published(0, 100);
        assertThat(parts(c, 40, 0x11)).hasSize(1);
        for (int flags : new int[] {0x10011, 0x20011, 0xffff0011}) {
            assertThatThrownBy(() -> c.received(10, flags))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("res=10")
                    .hasMessageContaining("flags=0x" + Integer.toHexString(flags))
                    .hasMessageContaining("buffer " + (flags >>> 16) + " is not published");
        }
        assertThat(c.position(0)).isEqualTo(40);
        assertThat(c.outstanding()).isEqualTo(1);
        assertThat(parts(c, 60, 0x1)).containsExactly(new Part(0, 40, 60, true));
    }

    @Test
    void moreBytesThanTheBufferHoldsAreRefusedWithoutBundles() {
        for (boolean incremental : new boolean[] {false, true}) {
            Consumption c = incremental ? incremental(2, 2) : classic(2, 2);
            c.published(0, 100);
            c.published(1, 100);
            assertThatThrownBy(() -> c.received(101, 0x11))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("res=101").hasMessageContaining("flags=0x11")
                    .hasMessageContaining("buffer 0 has room for 100 bytes");
            assertThatThrownBy(() -> c.received(101, 0x10011))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("buffer 1 has room for 100 bytes");
            assertThat(c.position(0)).isZero();
            assertThat(c.outstanding()).isEqualTo(2);
            assertThat(parts(c, 100, 0x1)).containsExactly(new Part(0, 0, 100, true));
        }
    }

    @Test
    void moreBytesThanWereLentAreRefusedWithBundles() {
        Consumption c = bundles(true, 4, 4);
        for (int bid : new int[] {2, 0, 1}) {
            c.published(bid, 10);
        }
        assertThat(parts(c, 4, 0x20011)).hasSize(1);
        assertThatThrownBy(() -> c.received(27, 0x20001))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("only 26 bytes were lent from buffer 2 on");
        assertThatThrownBy(() -> c.received(21, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("only 20 bytes were lent from buffer 0 on");
        assertThat(c.outstanding()).isEqualTo(3);
        assertThat(parts(c, 26, 0x20001)).containsExactly(new Part(2, 4, 6, true),
                new Part(0, 0, 10, true), new Part(1, 0, 10, true));
    }

    @Test
    void aBufferTakenByAWaitingRequestIsNoBundle() {
        Consumption c = bundles(false, 4, 4);
        for (int bid = 0; bid < 3; bid++) {
            c.published(bid, 10);
        }
        assertThat(parts(c, 5, 0x10001)).containsExactly(new Part(1, 0, 5, true));
        assertThatThrownBy(() -> c.received(11, 0x1)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("buffer 0 has room for 10 bytes");
        assertThat(parts(c, 10, 0x1)).containsExactly(new Part(0, 0, 10, true));
    }

    @Test
    void publishingTwiceIsRefused() {
        Consumption c = incremental(4, 4);
        c.published(1, 100);
        assertThatThrownBy(() -> c.published(1, 100)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bid=1").hasMessageContaining("published already");
        assertThat(parts(c, 10, 0x10011)).hasSize(1);
        assertThatThrownBy(() -> c.published(1, 100)).isInstanceOf(IllegalStateException.class);
        assertThat(parts(c, 90, 0x10001)).hasSize(1);
        c.published(1, 100);
        assertThat(c.outstanding()).isEqualTo(1);
    }

    @Test
    void publishingBeyondTheEntriesIsRefused() {
        Consumption c = incremental(2, 4);
        c.published(0, 100);
        c.published(1, 100);
        assertThatThrownBy(() -> c.published(2, 100)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bid=2").hasMessageContaining("2 entries");
        assertThat(c.isPublished(2)).isFalse();
        assertThat(parts(c, 100, 0x1)).hasSize(1);
        c.published(2, 100);
    }

    @Test
    void wrongSizesAreNamed() {
        assertThatThrownBy(() -> incremental(4, 0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bids=0");
        assertThatThrownBy(() -> incremental(4, 65537))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bids=65537");
        assertThatThrownBy(() -> new Consumption(
                BufferRingOptions.incremental(0, 4).withMinLeft(2), 4, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("minLeft=2");
        new Consumption(BufferRingOptions.incremental(0, 4).withMinLeft(1), 4, true);
    }
}
