package dev.rill.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Random scenarios are scenarios: the language's own parser reads them, and all of it is used.
final class GeneratorTest {

    private static final int SCENARIOS = 2000;

    @Test
    void theSameSeedMakesTheSameLines() {
        assertThat(Generator.lines(42)).isEqualTo(Generator.lines(42))
                .isNotEqualTo(Generator.lines(43));
    }

    @Test
    void everyScenarioIsInTheLanguage() {
        for (int i = 0; i < SCENARIOS; i++) {
            List<String> lines = Generator.lines(Fuzzer.scenarioSeed(1, i));
            assertThat(Duel.parse(lines).parts().getFirst().statements()).hasSameSizeAs(lines);
        }
    }

    @Test
    void everyOperationAndFlagIsMet() {
        Set<String> met = new HashSet<>();
        for (int i = 0; i < SCENARIOS; i++) {
            for (String line : Generator.lines(Fuzzer.scenarioSeed(2, i))) {
                met.addAll(List.of(line.split("[ |/]")));
            }
        }
        assertThat(met).contains("recv", "recvmsg", "read", "readv", "read_multishot", "send",
                "sendmsg", "send_zc", "write", "writev", "nop", "poll_add", "poll_remove", "cancel",
                "provide", "remove", "fsync", "offer", "take", "end", "hangup", "shutdown", "close",
                "publish", "stage", "return", "tail", "entry", "register", "unregister", "status",
                "mmap", "hold", "submit", "timeout", "link_timeout", "timeout_remove",
                "unix", "unix_dgram", "unix_seqpacket", "tcp", "udp", "pipe", "file", "eventfd",
                "special", "listener", "socket", "dial", "accept", "connect", "bind", "listen",
                "pktinfo", "INC", "CL", "min_left", "shares",
                "MULTISHOT", "BUNDLE", "POLL_FIRST", "WAITALL", "PEEK", "TRUNC", "DONTWAIT",
                "IO_LINK", "IO_HARDLINK", "IO_DRAIN", "ASYNC", "FIXED_FILE", "CQE_SKIP_SUCCESS",
                "optlen", "DEFER_TASKRUN", "COOP_TASKRUN", "NO_SQARRAY", "SUBMIT_ALL");
    }

    @Test
    void entriesClaimNoMoreThanTheMemoryBehindThemHas() {
        List<Long> claims = new ArrayList<>();
        for (int i = 0; i < SCENARIOS; i++) {
            for (String line : Generator.lines(Fuzzer.scenarioSeed(3, i))) {
                java.util.regex.Matcher claim = java.util.regex.Pattern
                        .compile("(\\d+)#\\d+ at slab").matcher(line);
                while (claim.find()) {
                    claims.add(Long.parseLong(claim.group(1)));
                }
            }
        }
        assertThat(claims).isNotEmpty().allMatch(size -> size <= Generator.CLAIM_MAX);
    }
}
