package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Wrong sizes are refused by name and value before any kernel sees them
/// (C-001, C-010, C-021; spec 7.5, 7.11).
class OptionsTest {

    private static void refused(ThrowingCallable wrong, String... words) {
        assertThatThrownBy(wrong).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void bufferRingsHaveAPowerOfTwoOfEntries() {
        for (int entries : new int[] {Integer.MIN_VALUE, -1, 0, 3, 65535, 65536, 1 << 30}) {
            refused(() -> BufferRingOptions.classic(0, entries), "entries=" + entries, "32768");
            refused(() -> BufferRingOptions.incremental(0, entries), "entries=" + entries);
        }
        for (int entries = 1; entries <= 32768; entries *= 2) {
            assertThat(BufferRingOptions.classic(0, entries).entries()).isEqualTo(entries);
        }
    }

    @Test
    void groupIdsAreSixteenBits() {
        for (int bgid : new int[] {-1, 65536, Integer.MIN_VALUE}) {
            refused(() -> BufferRingOptions.classic(bgid, 1), "bgid=" + bgid, "65535");
        }
        assertThat(BufferRingOptions.classic(65535, 1).bgid()).isEqualTo(65535);
    }

    @Test
    void onlySmallGroupIdsCanBeMapped() {
        for (int bgid : new int[] {2048, 4096, 32767, 32768, 65535}) {
            refused(() -> BufferRingOptions.incremental(bgid, 4).asMapped(),
                    "bgid=" + bgid, "2047", "mapped=false");
        }
        assertThat(BufferRingOptions.incremental(2047, 4).asMapped().mapped()).isTrue();
    }

    @Test
    void minLeftBelongsToIncrementalRings() {
        refused(() -> BufferRingOptions.classic(0, 4).withMinLeft(1), "minLeft=1", "incremental");
        refused(() -> BufferRingOptions.incremental(0, 4).withMinLeft(-1), "minLeft=-1");
        assertThat(BufferRingOptions.incremental(0, 4).withMinLeft(Integer.MAX_VALUE).minLeft())
                .isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void aGroupHasAtMostAsManyBuffersAsEntries() {
        BufferRingOptions ring = BufferRingOptions.incremental(0, 8);
        for (int buffers : new int[] {-1, 0, 9}) {
            refused(() -> new BufferGroupOptions(ring, buffers, 100, false),
                    "buffers=" + buffers, "entries=8");
        }
        for (int buffers : new int[] {-1, 0, 32769}) {
            refused(() -> BufferGroupOptions.incremental(0, buffers, 100), "buffers=" + buffers);
            refused(() -> BufferGroupOptions.classic(0, buffers, 100), "buffers=" + buffers);
        }
    }

    @Test
    void buffersHaveASize() {
        for (int size : new int[] {0, -1, Integer.MIN_VALUE}) {
            refused(() -> BufferGroupOptions.incremental(0, 4, size), "bufferSize=" + size);
        }
        assertThat(BufferGroupOptions.incremental(0, 2, Integer.MAX_VALUE).byteSize())
                .isEqualTo(2L * Integer.MAX_VALUE);
    }

    @Test
    void bundlesAndMinLeftExcludeEachOther() {
        BufferRingOptions ring = BufferRingOptions.incremental(0, 4);
        refused(() -> new BufferGroupOptions(ring.withMinLeft(2), 4, 100, true), "minLeft=2",
                "bundles");
        assertThat(new BufferGroupOptions(ring.withMinLeft(1), 4, 100, true).bundles()).isTrue();
    }

    @Test
    void theRingOfAGroupHasRoomForAllItsBuffers() {
        int[][] expected = {{1, 1}, {2, 2}, {3, 4}, {4, 4}, {5, 8}, {1000, 1024},
            {32767, 32768}, {32768, 32768}};
        for (int[] pair : expected) {
            assertThat(BufferGroupOptions.incremental(0, pair[0], 1).ring().entries())
                    .isEqualTo(pair[1]);
            assertThat(BufferGroupOptions.classic(0, pair[0], 1).ring().entries())
                    .isEqualTo(pair[1]);
        }
    }

    @Test
    void theSameMemoryInWholeBuffers() {
        BufferGroupOptions classic = BufferGroupOptions.incremental(3, 16, 256 * 1024).asClassic();
        assertThat(classic).isEqualTo(BufferGroupOptions.classic(3, 256, 16 * 1024));
        assertThat(BufferGroupOptions.incremental(3, 4, 100).asClassic())
                .isEqualTo(BufferGroupOptions.classic(3, 4, 100));
        BufferGroupOptions huge =
                BufferGroupOptions.incremental(3, 32768, 1 << 20).asClassic();
        assertThat(huge.buffers()).isEqualTo(32768);
        assertThat(huge.bufferSize()).isEqualTo(16 * 1024);
        BufferGroupOptions odd = BufferGroupOptions.incremental(3, 3, 20_000).asClassic();
        assertThat(odd.byteSize()).isLessThanOrEqualTo(60_000).isGreaterThan(60_000 - 16 * 1024);
        assertThat(odd.ring().entries()).isEqualTo(4);
    }

    @Test
    void queuesHaveAPowerOfTwoOfEntries() {
        RingOptions defaults = RingOptions.defaults();
        for (int entries : new int[] {-1, 0, 3, 65536, Integer.MIN_VALUE}) {
            refused(() -> defaults.withQueues(entries, 65536), "entries=" + entries, "32768");
        }
        for (int entries : new int[] {-1, 0, 3, 131072, Integer.MIN_VALUE}) {
            refused(() -> defaults.withQueues(1, entries), "cqEntries=" + entries, "65536");
        }
        refused(() -> defaults.withQueues(8, 4), "cqEntries=4", "entries=8");
        assertThat(defaults.withQueues(8, 8).cqEntries()).isEqualTo(8);
    }

    @Test
    void aGrowingGroupBeginsWithAMebibyteOrTwoBuffers() {
        assertThat(BufferGroupOptions.incremental(0))
                .returns(64, BufferGroupOptions::buffers)
                .returns(4, BufferGroupOptions::areaBuffers)
                .returns(4, BufferGroupOptions::lentMin);
        assertThat(BufferGroupOptions.incremental(0, 16, 4 << 20).growing().areaBuffers())
                .isEqualTo(2);
        assertThat(BufferGroupOptions.incremental(0, 1, 4 << 20).growing().areaBuffers())
                .isEqualTo(1);
        assertThat(BufferGroupOptions.classic(0, 8, 4096).growing().lentMin()).isEqualTo(8);
        assertThat(BufferGroupOptions.incremental(0).asClassic())
                .isEqualTo(BufferGroupOptions.classic(0, 1024, 16 * 1024).growing());
    }

    @Test
    void areasAndWhatIsLentAreWithinTheGroup() {
        BufferGroupOptions group = BufferGroupOptions.incremental(0, 8, 100);
        refused(() -> group.growing(9, 1), "areaBuffers=9");
        refused(() -> group.growing(0, 1), "areaBuffers=0");
        refused(() -> group.growing(4, 5), "lentMin=5");
        refused(() -> group.growing(4, 0), "lentMin=0");
    }
}
