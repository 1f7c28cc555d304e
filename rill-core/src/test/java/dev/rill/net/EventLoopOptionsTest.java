package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.RingOptions;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Options say what is wrong with them: the name, the value, what is needed.
class EventLoopOptionsTest {

    private static final EventLoopOptions DEFAULTS = EventLoopOptions.defaults();

    @Test
    void theLimitOnConnectionsIsOneOrMore() {
        expectRefused(() -> DEFAULTS.withConnectionsMax(0), "connectionsMax=0");
        expectRefused(() -> DEFAULTS.withConnectionsMax(-5), "connectionsMax=-5");
        expectRefused(() -> DEFAULTS.withConnectionsMax(UserData.SLOTS_MAX + 1),
                "connectionsMax=" + (UserData.SLOTS_MAX + 1));
        assertThat(DEFAULTS.withConnectionsMax(UserData.SLOTS_MAX).connectionsMax())
                .isEqualTo(UserData.SLOTS_MAX);
    }

    @Test
    void theLowWaterMarkIsNotAboveTheHighOne() {
        expectRefused(() -> DEFAULTS.withUnsent(2, 1), "unsentLow=2, unsentHigh=1");
        expectRefused(() -> DEFAULTS.withUnsent(-1, 1), "unsentLow=-1");
        assertThat(DEFAULTS.withUnsent(0, 0).unsentHigh()).isZero();
    }

    @Test
    void aBudgetIsAQuarterUnlessSomethingElseIsSaid() {
        expectRefused(() -> DEFAULTS.withHeldMax(-1), "heldMax=-1");
        assertThat(DEFAULTS.budget()).isEqualTo(4 << 20);
        assertThat(DEFAULTS.withHeldMax(5).budget()).isEqualTo(5);
        assertThat(DEFAULTS.withBuffers(BufferGroupOptions.incremental(0, 2, 100)).budget())
                .as("a buffer at least").isEqualTo(100);
    }

    @Test
    void timesAreNotNegative() {
        Duration good = Duration.ofSeconds(1);
        Duration bad = Duration.ofMillis(-1);
        expectRefused(() -> DEFAULTS.withTimeouts(bad, good, good), "idleTimeout=PT-0.001S");
        expectRefused(() -> DEFAULTS.withTimeouts(good, bad, good), "connectTimeout=PT-0.001S");
        expectRefused(() -> DEFAULTS.withTimeouts(good, good, bad), "lingerTimeout=PT-0.001S");
    }

    @Test
    void nothingMayBeNull() {
        assertThatThrownBy(() -> DEFAULTS.withRing(null)).hasMessageContaining("ring");
        assertThatThrownBy(() -> DEFAULTS.withBuffers(null)).hasMessageContaining("buffers");
        assertThatThrownBy(() -> DEFAULTS.withTimeouts(null, Duration.ZERO, Duration.ZERO))
                .hasMessageContaining("idleTimeout");
    }

    @Test
    void eachChangeChangesWhatItSaysAndNothingElse() {
        RingOptions ring = RingOptions.defaults().withQueues(8, 16);
        BufferGroupOptions buffers = BufferGroupOptions.classic(3, 4, 4096);
        BufferLayout layout = BufferLayout.sizeClasses(BufferGroupOptions.classic(0, 4, 64));
        Duration idle = Duration.ofSeconds(1);
        Duration connect = Duration.ofSeconds(2);
        Duration linger = Duration.ofSeconds(3);
        EventLoopOptions all = DEFAULTS.withRing(ring).withBuffers(buffers).withLayout(layout)
                .withConnectionsMax(7)
                .withUnsent(10, 20).withHeldMax(30).withTimeouts(idle, connect, linger);
        assertThat(all).isEqualTo(
                new EventLoopOptions(ring, buffers, layout, 7, 20, 10, 30, idle, connect,
                        linger));
    }

    private static void expectRefused(ThrowingCallable call, String words) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }
}
