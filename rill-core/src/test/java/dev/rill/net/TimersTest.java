package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The timing wheel: never early, late by at most one bucket, whatever is set and cancelled when.
/// Time is a number here; nothing waits.
class TimersTest {

    private static final long BUCKET = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long ROTATION = 1024 * BUCKET;

    /// The clock starts anywhere, also below zero, as `System.nanoTime` may.
    private long now = -5 * ROTATION / 3;
    private Timers timers = new Timers(() -> now);
    private final List<Long> fired = new ArrayList<>();

    private Timers.Timer timer() {
        return new Timers.Timer(() -> fired.add(now));
    }

    private void advanceTo(long time) {
        now = time;
        timers.advance(now);
    }

    @Test
    void aTimerFiresOnceAndAtItsTime() {
        Timers.Timer timer = timer();
        long begin = now;
        timers.set(timer, begin + 3 * BUCKET);
        advanceTo(begin + 3 * BUCKET - 1);
        assertThat(fired).as("early").isEmpty();
        assertThat(timer.isSet()).isTrue();
        advanceTo(begin + 4 * BUCKET);
        assertThat(fired).hasSize(1);
        assertThat(timer.isSet()).isFalse();
        advanceTo(begin + 3 * ROTATION);
        assertThat(fired).hasSize(1);
    }

    @Test
    void aDeadlineBeyondARotationWaitsForItsOwnRound() {
        long begin = now;
        timers.set(timer(), begin + 2 * ROTATION + 7 * BUCKET);
        for (int bucket = 1; bucket <= 2 * 1024 + 6; bucket++) {
            advanceTo(begin + bucket * BUCKET);
            assertThat(fired).as("bucket %d", bucket).isEmpty();
        }
        advanceTo(begin + 2 * ROTATION + 7 * BUCKET);
        assertThat(fired).hasSize(1);
    }

    @Test
    void aTimerOfThePastFiresWithTheNextBucket() {
        long begin = now;
        timers.set(timer(), begin - ROTATION);
        advanceTo(begin + BUCKET);
        assertThat(fired).hasSize(1);
    }

    @Test
    void aLongPauseFiresEverythingThatWasDueMeanwhile() {
        long begin = now;
        for (int i = 0; i < 100; i++) {
            timers.set(timer(), begin + i * ROTATION / 10);
        }
        advanceTo(begin + 20 * ROTATION);
        assertThat(fired).hasSize(100);
    }

    @Test
    void aCancelledTimerDoesNotFireAndMayBeCancelledAgain() {
        Timers.Timer timer = timer();
        timers.set(timer, now + BUCKET);
        timers.cancel(timer);
        timers.cancel(timer);
        assertThat(timer.isSet()).isFalse();
        assertThat(timers.delayNanos(now)).isEqualTo(-1);
        advanceTo(now + ROTATION);
        assertThat(fired).isEmpty();
    }

    @Test
    void anActionMayCancelOneThatIsDueWithIt() {
        List<Timers.Timer> pair = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            pair.add(new Timers.Timer(() -> {
                fired.add(now);
                timers.cancel(pair.get(other));
            }));
            timers.set(pair.get(i), now + BUCKET);
        }
        advanceTo(now + 2 * BUCKET);
        assertThat(fired).as("whichever came first stopped the other").hasSize(1);
    }

    @Test
    void anActionMaySetItsOwnTimerAndOneThatIsDueWithIt() {
        List<Timers.Timer> pair = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            pair.add(new Timers.Timer(() -> {
                fired.add(now);
                pair.forEach(each -> timers.set(each, now + ROTATION));
            }));
            timers.set(pair.get(i), now + BUCKET);
        }
        advanceTo(now + BUCKET);
        assertThat(fired).as("the other was set anew before its turn").hasSize(1);
        advanceTo(now + ROTATION - 1);
        assertThat(fired).hasSize(1);
        advanceTo(now + BUCKET);
        assertThat(fired).hasSize(2);
    }

    @Test
    void aTimerSetByAnActionWaitsForTheNextLook() {
        timers.set(new Timers.Timer(() -> timers.set(timer(), now - ROTATION)), now + BUCKET);
        advanceTo(now + 10 * ROTATION);
        assertThat(fired).as("the loop shall get on").isEmpty();
        advanceTo(now + BUCKET);
        assertThat(fired).hasSize(1);
    }

    /// What the loop does: sleep as long as it is told to, look, sleep again.
    @Test
    void sleepingAsLongAsToldReachesEveryDeadlineInFewSteps() {
        for (long delay = BUCKET; delay < 5 * ROTATION; delay += 37 * BUCKET + 1) {
            fired.clear();
            long deadline = now + delay;
            timers.set(timer(), deadline);
            int steps = 0;
            while (fired.isEmpty()) {
                long sleep = timers.delayNanos(now);
                assertThat(sleep).isNotNegative();
                assertThat(++steps).as("looks for a delay of %d ns", delay).isLessThan(16);
                advanceTo(now + sleep);
            }
            assertThat(fired.getFirst()).isBetween(deadline, deadline + BUCKET);
        }
    }

    @Test
    void withNothingSetTheLoopMaySleepForEver() {
        assertThat(timers.delayNanos(now)).isEqualTo(-1);
        timers.set(timer(), now + BUCKET);
        advanceTo(now + BUCKET);
        assertThat(timers.delayNanos(now)).isEqualTo(-1);
    }

    /// One timer of the random test with what the model knows about it.
    private final class Modelled {
        private final int id;
        private final Random random;
        private final List<Modelled> all;
        private final Timers.Timer timer = new Timers.Timer(this::fire);
        private boolean set;
        private long deadline;
        /// It must have fired when this is over.
        private long latest;

        Modelled(int id, Random random, List<Modelled> all) {
            this.id = id;
            this.random = random;
            this.all = all;
        }

        void set(long newDeadline) {
            timers.set(timer, newDeadline);
            set = true;
            deadline = newDeadline;
            latest = Math.max(newDeadline, now) + BUCKET;
        }

        void cancel() {
            timers.cancel(timer);
            set = false;
        }

        void fire() {
            assertThat(set).as("timer %d fires without being set", id).isTrue();
            assertThat(now).as("timer %d is early", id).isGreaterThanOrEqualTo(deadline);
            set = false;
            fired.add(now);
            for (int i = random.nextInt(3); i > 0; i--) {
                disturb(random, all);
            }
        }
    }

    private void disturb(Random random, List<Modelled> all) {
        Modelled victim = all.get(random.nextInt(all.size()));
        switch (random.nextInt(4)) {
            case 0 -> victim.cancel();
            case 1 -> victim.set(now + random.nextLong(3 * ROTATION));
            case 2 -> victim.set(now + random.nextLong(5 * BUCKET));
            default -> victim.set(now - random.nextLong(BUCKET));
        }
    }

    @Test
    void anyOrderOfSettingAndCancellingKeepsToTheModel() {
        Random random = Seeds.random("TimersTest");
        for (int round = 0; round < 50; round++) {
            timers = new Timers(() -> now);
            List<Modelled> all = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                all.add(new Modelled(i, random, all));
            }
            for (int step = 0; step < 400; step++) {
                for (int i = random.nextInt(4); i > 0; i--) {
                    disturb(random, all);
                }
                long delay = timers.delayNanos(now);
                assertThat(delay < 0).isEqualTo(all.stream().noneMatch(each -> each.set));
                advanceTo(now + switch (random.nextInt(10)) {
                    case 0 -> random.nextLong(2 * ROTATION);
                    case 1, 2, 3 -> Math.max(0, delay);
                    default -> random.nextLong(3 * BUCKET);
                });
                for (Modelled each : all) {
                    assertThat(each.timer.isSet()).isEqualTo(each.set);
                    assertThat(each.set && each.latest <= now)
                            .as("timer %d is late", each.id).isFalse();
                }
            }
        }
        assertThat(fired).isNotEmpty();
    }
}
