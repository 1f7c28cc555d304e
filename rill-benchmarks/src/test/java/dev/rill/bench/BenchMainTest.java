package dev.rill.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How the command answers before anything is measured.
final class BenchMainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void wrongCommandLinesSayWhatIsWrong() {
        expectUsage("there is no peer 'rll'; there are rill", "--peers", "rill,rll");
        expectUsage("there is no peer 'nio:4x64K'", "--peers", "nio:4x64K");
        expectUsage("geometry=4y64K: must be", "--peers", "rill:4y64K");
        expectUsage("geometry=3x64K: the number", "--peers", "rill,c:3x64K");
        expectUsage("connections=0", "--workload", "pingpong", "--connections", "0");
        expectUsage("depth*size", "--workload", "pipelined", "--size", "1048576");
        expectUsage("rounds=0", "--rounds", "0");
        expectUsage("--workload", "--workload", "pingpang");
        expectUsage("mutually exclusive", "--quick", "--full");
    }

    @Test
    void aCellThatDoesNotExistIsAnError() {
        assertThat(run("--cells", "pingpong/7x*")).isEqualTo(1);
        assertThat(err.toString()).contains("no cell matches pingpong/7x*", "--list");
    }

    @Test
    void filesThatCannotBeWrittenAreRefusedBeforehand(@TempDir Path folder) {
        assertThat(run("--html", folder.resolve("missing/report.html").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("cannot be written", "missing");
        assertThat(run("--json", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("it is a folder");
    }

    @Test
    void theListNamesCellsAndPeers() {
        assertThat(run("--list")).isZero();
        assertThat(out.toString()).contains("q pingpong/50x1024", "f pingpong/1000x65536",
            "    rill ", "    nio ");
    }

    @Test
    void theHelpTeaches() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("--quick", "Exit status:", "Examples:",
            "docs/performance.md");
    }

    @Test
    void patternsChooseByNameOrByKind() {
        List<Cell> all = Cells.all(20_000);
        assertThat(names(Cells.matching(List.of("proxy-*", "*/1x64"), all))).containsExactly(
            "proxy-pingpong/50x1024", "proxy-stream/1x65536", "proxy-stream/8x65536",
            "pingpong/1x64", "pipelined/1x64");
        assertThat(names(all)).doesNotHaveDuplicates();
    }

    @Test
    void theCrowdIsAsLargeAsDescriptorsAllow() {
        assertThat(names(Cells.all(1024))).contains("idle/524x64");
        assertThat(names(Cells.all(1 << 20))).contains("idle/10000x64");
    }

    @Test
    void listsOfCoresAreReadAsTheKernelWritesThem() {
        assertThat(Cores.parse("0-2,5\n")).containsExactly(0, 1, 2, 5);
    }

    @Test
    void figuresHaveThreeDigits() {
        assertThat(List.of(Units.number(4.857), Units.number(12.34), Units.number(1234.5),
            Units.number(0.0213), Units.count(134_961), Units.bytes(92.3 * 1024 * 1024),
            Units.time(26_100), Units.number(Double.NaN))).containsExactly("4.86", "12.3", "1235",
            "0.021", "135 k", "92.3 MiB", "26.1 us", "-");
    }

    @Test
    void theOutputOfPerfIsRead() {
        assertThat(SystemCalls.count("# x\n\n2068,,raw_syscalls:sys_enter,1,100.00,,\n"))
            .isEqualTo(2068);
        assertThat(SystemCalls.count("<not counted>,,raw_syscalls:sys_enter,0,100.00,,\n"))
            .isEqualTo(-1);
    }

    private void expectUsage(String complaint, String... args) {
        err.getBuffer().setLength(0);
        assertThat(run(args)).isEqualTo(2);
        assertThat(err.toString()).contains(complaint, "Try './rill bench --help'.");
    }

    private static List<String> names(List<Cell> cells) {
        return cells.stream().map(Cell::name).toList();
    }

    private int run(String... args) {
        return BenchMain.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }
}
