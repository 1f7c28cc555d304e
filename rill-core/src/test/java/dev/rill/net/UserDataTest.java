package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.testing.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Tag, generation and slot go through 64 bits unharmed.
class UserDataTest {

    @Test
    void everyFieldComesBackAtItsLimits() {
        for (int tag : new int[] {UserData.RECEIVE, UserData.LISTENER_CLOSE, 255}) {
            for (int generation : new int[] {0, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
                for (int slot : new int[] {0, 1, UserData.SLOTS_MAX - 1}) {
                    expectRoundTrip(tag, generation, slot);
                }
            }
        }
    }

    @Test
    void everyFieldComesBackWhateverTheOthersAre() {
        Random random = Seeds.random("UserDataTest");
        for (int i = 0; i < 100_000; i++) {
            expectRoundTrip(random.nextInt(256), random.nextInt(),
                    random.nextInt(UserData.SLOTS_MAX));
        }
    }

    @Test
    void anotherGenerationOfASlotIsAnotherNumber() {
        assertThat(UserData.pack(UserData.RECEIVE, 7, 3))
                .isNotEqualTo(UserData.pack(UserData.RECEIVE, 8, 3));
    }

    private static void expectRoundTrip(int tag, int generation, int slot) {
        long packed = UserData.pack(tag, generation, slot);
        assertThat(UserData.tag(packed)).isEqualTo(tag);
        assertThat(UserData.generation(packed)).isEqualTo(generation);
        assertThat(UserData.slot(packed)).isEqualTo(slot);
    }
}
