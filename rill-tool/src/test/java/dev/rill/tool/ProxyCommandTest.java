package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the proxy refuses before it has asked for a kernel; the rest is in scripts/wrong-input.
final class ProxyCommandTest {

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "8388609", "2000000000"})
    void aNumberOfClientsThatNoLoopCanServeIsNamed(String count) {
        expectNamed("--connections-max", count, "--listen=127.0.0.1:0", "--connect=127.0.0.1:1",
                "--connections-max=" + count);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-3", "1025"})
    void anImpossibleNumberOfLoopsIsNamed(String count) {
        expectNamed("--loops", count, "--listen=127.0.0.1:0", "--connect=127.0.0.1:1",
                "--loops=" + count);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:0", "[0:0:0:0:0:0:0:1]:0", "unix:"})
    void aServerThatNobodyCanReachIsNamed(String address) {
        expectNamed("--connect", address, "--listen=127.0.0.1:0", "--connect=" + address);
    }

    @ParameterizedTest
    @ValueSource(ints = {108, 5000})
    void aPathThatNoSocketCanHaveIsNamed(int length) {
        String address = "unix:" + "x".repeat(length);
        expectNamed("--connect", address, "--listen=127.0.0.1:0", "--connect=" + address);
        expectNamed("--listen", address, "--listen=" + address, "--connect=127.0.0.1:1");
    }

    private static void expectNamed(String option, String value, String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "proxy";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        Run run = Run.of(all);
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains("'" + option + "'", "'" + value + "'");
    }
}
