package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// How many buffers are lent: few, more when the kernel runs dry, fewer after a quiet while.
class WorkingSetTest {

    private final WorkingSet set = new WorkingSet(4, 50, 256 * 1024);

    @Test
    void itDoublesWhenTheKernelHasNoneLeftAndOthersAreHeld() {
        assertThat(set.wanted()).isEqualTo(4);
        set.left(1, 2);
        assertThat(set.wanted()).isEqualTo(4);
        for (int expected : new int[] {8, 16, 32, 50, 50}) {
            set.left(0, 1);
            assertThat(set.wanted()).isEqualTo(expected);
        }
    }

    @Test
    void aMebibyteIsEnoughForWhoGivesAllBack() {
        set.left(0, 0);
        assertThat(set.wanted()).isEqualTo(4);
        WorkingSet small = new WorkingSet(2, 50, 64 * 1024);
        for (int expected : new int[] {4, 8, 16, 16}) {
            small.left(0, 0);
            assertThat(small.wanted()).isEqualTo(expected);
        }
        small.left(0, 1);
        assertThat(small.wanted()).isEqualTo(32);
    }

    @Test
    void itFallsByAQuarterWhenHalfWasNeverNeeded() {
        set.left(0, 1);
        set.left(0, 1);
        assertThat(set.wanted()).isEqualTo(16);
        assertThat(set.trim()).as("it ran dry since the last look").isFalse();
        set.left(8, 1);
        assertThat(set.trim()).as("half of it was needed").isFalse();
        for (int expected : new int[] {12, 9, 7, 6, 5, 4}) {
            set.left(set.wanted() / 2 + 1, 1);
            assertThat(set.trim()).isTrue();
            assertThat(set.wanted()).isEqualTo(expected);
        }
        assertThat(set.trim()).isFalse();
        assertThat(set.wanted()).isEqualTo(4);
    }

    @Test
    void oneThatIsAlwaysLentAllStaysSo() {
        WorkingSet all = new WorkingSet(3, 3, 1000);
        all.left(0, 1);
        assertThat(all.trim()).isFalse();
        all.left(3, 1);
        assertThat(all.trim()).isFalse();
        assertThat(all.wanted()).isEqualTo(3);
    }
}
