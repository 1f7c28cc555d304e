package dev.rill.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// A case that expects something else than what the kernel does fails, and says how it differs.
final class WrongExpectationTest {

    private static final String RECEIVED = """
            case X-1 ten bytes
              unix A
              group INC/4 {100#7, 100#8}
              feed A 10
              recv A as r => r(10, 0x70011)
            """;

    @Test
    void theRightExpectationPasses() {
        assertThat(play(RECEIVED + "  slot 0 {10, 90}#7\n  bytes #7 len 10 = A\n").status())
                .isEqualTo(Outcome.Status.PASSED);
    }

    @Test
    void anotherResultIsShownBesideWhatWasExpected() {
        Outcome outcome = play(RECEIVED.replace("r(10, 0x70011)", "r(11, BUFFER|MORE#7)"));
        assertThat(outcome.status()).isEqualTo(Outcome.Status.FAILED);
        assertThat(outcome.detail())
                .startsWith("my.scenario:5: recv A as r =>")
                .contains("other completions than expected:")
                .containsPattern("! r\\(11, 0x70003 BUFFER\\|MORE bid 7\\) +"
                        + "r\\(10, 0x70011 BUFFER\\|BUF_MORE bid 7\\)");
        assertThat(String.join("\n", outcome.trace()))
                .contains("my.scenario:4: feed A 10", "write(", "sqe 0x", "RECV fd",
                        "cqe 0x", "res 10, flags 0x70011 BUFFER|BUF_MORE bid 7");
    }

    @Test
    void aCompletionOfAnotherRequestIsNoMatch() {
        Outcome outcome = play("""
                case X-1 two requests
                  unix A
                  group INC/4 {100#7}
                  recv A as 1
                  recv A as 2
                  feed A 10 => 1(10, 0x70011)
                """);
        assertThat(outcome.detail()).contains("! 1(10, 0x70011", "2(10, 0x70011");
    }

    @Test
    void aMissingCompletionIsNamed() {
        Outcome outcome = play(RECEIVED.replace("r(10, 0x70011)", "r(10, 0x70011) (1, 0)"));
        assertThat(outcome.detail()).containsPattern("! \\(1, 0\\) +-");
    }

    @Test
    void aCompletionTooManyIsNamed() {
        assertThat(play(RECEIVED.replace("r(10, 0x70011)", "nothing")).detail())
                .contains("nothing was to complete, but:", "r(10, 0x70011 BUFFER|BUF_MORE bid 7)");
        assertThat(play(RECEIVED.replace(" => r(10, 0x70011)", "")).detail())
                .startsWith("at its end: nothing was to complete, but:");
    }

    @Test
    void aWrongReceivePointIsNamed() {
        assertThat(play(RECEIVED + "  slot 0 {11, 89}\n").detail())
                .startsWith("my.scenario:6: ")
                .contains("expected entry 0 {11, 89}, it is {10, 90}");
        assertThat(play(RECEIVED + "  slot 0 {10, 90}#8\n").detail())
                .contains("expected entry 0 {10, 90}#8, it is {10, 90}#7");
        assertThat(play(RECEIVED + "  head 1\n").detail())
                .contains("expected head 1, it is 0");
        assertThat(play(RECEIVED + "  available 1\n").detail())
                .contains("expected available buffers 1, it is 2");
    }

    @Test
    void wrongBytesAreNamed() {
        assertThat(play(RECEIVED + "  bytes #7 len 10 = A@1\n").detail())
                .contains("expected other bytes: the first that differs is number 0, expected ");
        assertThat(play(RECEIVED + "  bytes #7 len 11 = A\n").detail())
                .contains("the first that differs is number 10", "it is 0 (11 compared)");
    }

    @Test
    void aWrongAnswerOfARegistrationIsNamed() {
        assertThat(play("case X-1 entries\n  register entries 3 => 0\n").detail())
                .contains("expected 0 from the registration, it answered -EINVAL");
    }

    @Test
    void thePartThatFailsIsNamed() {
        Outcome outcome = play("""
                case X-1 parts
                  with $kind = CL | INC
                  unix A
                  group $kind/4 {100#7}
                  feed A 10
                  recv A => (10, 0x70001)
                """);
        assertThat(outcome.detail()).startsWith("part 'INC', my.scenario:6: ");
    }

    @Test
    void whatCannotBeDoneIsAFailureNotACrash() {
        assertThat(play("case X-1 a path\n  special S /no/such/file\n").detail())
                .contains("this could not be done: opening /no/such/file: ENOENT");
    }

    @Test
    void aConditionThatDoesNotHoldSkips() {
        Outcome outcome = play("case X-1 later\n  needs kernel >= 99.1\n  unix A\n");
        assertThat(outcome.status()).isEqualTo(Outcome.Status.SKIPPED);
        assertThat(outcome.detail()).isEqualTo("needs kernel >= 99.1");
    }

    @Test
    void aPartWhoseNeedIsNotMetIsLeftOut() {
        Outcome outcome = play("""
                case X-1 parts
                  with $pair $since = unix 99.1 | tcp 5.19
                  needs kernel >= $since
                  $pair A
                  group CL/4 {100#7}
                  feed A 10
                  recv A => (10, 0x70001)
                """);
        assertThat(outcome.status()).isEqualTo(Outcome.Status.PASSED);
        assertThat(outcome.trace()).contains("part tcp 5.19").doesNotContain("part unix 99.1");
    }

    private static Outcome play(String text) {
        return Runner.run(ScenarioParser.parse(Path.of("my.scenario"), text).getFirst(),
                LinuxTarget.get());
    }
}
