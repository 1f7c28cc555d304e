package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.abi.Errno;
import dev.rill.abi.IoUringBufReg;
import dev.rill.abi.RegisterOp;
import dev.rill.kernel.Availability;
import dev.rill.kernel.Kernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What `./rill probe` says of this machine, and of others.
class ProbeCommandTest {

    private static final Availability FORBIDDEN = Availability.no("linux 6.6",
            "io_uring is switched off for everybody", "As root: sysctl \"x\"=0");

    @Test
    void everyFeatureIsInOneSection() {
        Run.needsLinux();
        Run run = Run.of("probe");

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("linux ").contains(": io_uring works here, ")
                .containsSubsequence("\nRill uses\n", "\nRill does without\n",
                        "\nThere as well, not used by default\n", "\nOperations\n")
                .containsOnlyOnce("\n  IORING_REGISTER_PBUF_RING    5.19  one store in shared ")
                .containsOnlyOnce("\n  IOU_PBUF_RING_INC            6.12  ")
                .containsOnlyOnce("\n  io_uring_buf_reg.min_left    7.1*  ")
                .contains("\n* io_uring_buf_reg.min_left came to older series too, from 7.0.7, ");
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void jsonSaysTheSame() {
        Run.needsLinux();
        Run run = Run.of("probe", "--json");

        assertThat(run.code()).isZero();
        Map<String, Object> object = JsonText.object(run.out());
        assertThat(object).containsOnlyKeys("available", "kernel", "reason", "remedy", "features",
                "featureBits", "operations", "missingOperations", "quirks", "profile",
                "profileQuirks")
                .containsEntry("profile", null).containsEntry("profileQuirks", List.of())
                .containsEntry("available", true).containsEntry("reason", "");
        assertThat(list(object.get("features"))).hasSizeGreaterThan(20)
                .allSatisfy(feature -> assertThat(map(feature)).containsOnlyKeys("name", "area",
                        "since", "present", "used", "purpose", "without"))
                .anySatisfy(feature -> assertThat(map(feature))
                        .containsEntry("name", "IORING_REGISTER_PBUF_RING")
                        .containsEntry("area", "buffers").containsEntry("present", true)
                        .containsEntry("used", true).containsEntry("since", List.of("5.19")));
        assertThat(list(object.get("operations"))).contains("NOP", "RECV", "ASYNC_CANCEL");
        assertThat(list(object.get("featureBits"))).contains("EXT_ARG", "NODROP");
    }

    @Test
    void whatAnOlderKernelLacksIsDoneWithout() {
        Run.needsLinux();
        Run run = Run.of(new ProbeCommand(() -> Availability.yes("linux 6.1"),
                new KernelOptions(_ -> withoutFlagsOfBufferRings(Kernels.linux()))));

        assertThat(run.code()).isZero();
        assertThat(run.out()).containsSubsequence("\nRill does without\n",
                "  IOU_PBUF_RING_INC            6.12  each receive takes a whole buffer, of 16 KiB",
                "  IOU_PBUF_RING_MMAP           6.4   buffer rings are always in the program's",
                "  io_uring_buf_reg.min_left    7.1*  datagrams need RECVMSG or whole buffers",
                "\nThere as well");
    }

    @Test
    void whereThereIsNoneTheReasonAndTheRemedyAreSaid() {
        Run run = Run.of(forbidden(), "--kernel", "linux");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).containsExactly(
                "rill: io_uring cannot be used here (linux 6.6)",
                "  why     io_uring is switched off for everybody",
                "  remedy  As root: sysctl \"x\"=0");
    }

    @Test
    void whereThereIsNoneJsonHasTheSameShape() {
        Run run = Run.of(forbidden(), "--kernel", "linux", "--json");

        assertThat(run.code()).isEqualTo(1);
        Map<String, Object> object = JsonText.object(run.out());
        assertThat(object.remove("profile")).isNull();
        assertThat(object).isEqualTo(Map.of("available", false,
                "kernel", "linux 6.6", "reason", FORBIDDEN.reason(), "remedy", FORBIDDEN.remedy(),
                "features", List.of(), "featureBits", List.of(), "operations", List.of(),
                "missingOperations", List.of(), "quirks", List.of(),
                "profileQuirks", List.of()));
    }

    @Test
    void whereThereIsNoneTheEngineIsProbedAndTheAnswerIsStillNo() {
        Run run = Run.of(forbidden());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).startsWith("engine, behaving like Linux 6.18.44, ")
                .doesNotContain("io_uring works here");
        assertThat(run.err().lines()).containsExactly("rill: " + FORBIDDEN.message()
                + ". Running on the engine, behaving like Linux 6.18.44, instead");
        assertThat(JsonText.object(Run.of(forbidden(), "--json").out()))
                .containsEntry("available", false).containsEntry("kernel", "engine 6.18.44")
                .containsEntry("reason", FORBIDDEN.reason())
                .containsEntry("profile", "6.18.44");
    }

    @Test
    void theEngineSaysWhichLinuxItIsAndWhatThatMeans() {
        Run run = Run.of("probe", "--kernel", "engine", "--profile", "6.12.0");

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("engine, behaving like Linux 6.12.0, ")
                .containsSubsequence("\nRill does without\n", "  io_uring_sqe.optlen ",
                        "\nThere as well", "\nOperations\n", "\nIn what kernels differ, as Linux"
                        + " 6.12.0 has it (profiles: 6.12.0, 6.12.107, 6.18.44, 7.2.8)\n",
                        "  NO_MULTISHOT_LIMIT  before 6.17\n    a multishot receive cannot be");
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void everyQuirkIsFoundOrNotAndSomethingIsDoneAboutIt() {
        Run run = Run.of("probe", "--kernel", "engine", "--profile", "6.12.0");

        assertThat(run.out()).containsSubsequence("\nOperations\n",
                "\nQuirks, found by trying: 11 of 19\n",
                "  Q2   found      a file's data lands behind its place\n",
                "                  always: reads at a file offset are refused on incremental",
                "  Q21  found      a multishot receive takes no limit\n",
                "                  where found: connections that ask for bytes are armed receive",
                "  Q1   not found  there are no incremental buffer rings\n",
                "                  where found: groups use the same memory in whole buffers\n",
                "  Q8   not found  of what MSG_WAITALL gets only the first part is counted\n",
                "\n  16 more are not looked for: docs/quirks.md\n",
                "\nIn what kernels differ");
        assertThat(run.out().lines().filter(line -> line.matches("  Q\\d+ .*"))).hasSize(19);
    }

    @Test
    void whatCouldNotBeToldSaysWhy() {
        Run.needsLinux();
        Run run = Run.of(new ProbeCommand(() -> Availability.yes("linux 6.1"),
                new KernelOptions(_ -> withoutFlagsOfBufferRings(Kernels.linux()))));

        assertThat(run.out()).containsSubsequence("\n  Q1   found      there are no incremental",
                "\n  Q8   unknown    of what MSG_WAITALL gets only the first part is counted\n",
                "                  because IORING_REGISTER_PBUF_RING: EINVAL",
                "                  always: MSG_WAITALL is refused on incremental groups and in");
    }

    @Test
    void jsonHasAllQuirks() {
        Map<String, Object> object = JsonText.object(Run.of("probe", "--json", "--kernel",
                "engine", "--profile", "7.2.8").out());
        assertThat(list(object.get("quirks"))).hasSize(35)
                .allSatisfy(quirk -> assertThat(map(quirk)).containsOnlyKeys("id", "name", "test",
                        "finding", "why", "breaks", "kernels", "guarded", "remedy")
                        .containsEntry("why", ""))
                .anySatisfy(quirk -> assertThat(map(quirk)).containsEntry("id", "Q8")
                        .containsEntry("name", "WAITALL_FIRST_PART_ONLY")
                        .containsEntry("test", "D4").containsEntry("finding", "found")
                        .containsEntry("guarded", "always"))
                .anySatisfy(quirk -> assertThat(map(quirk)).containsEntry("id", "Q14")
                        .containsEntry("finding", "not found"))
                .anySatisfy(quirk -> assertThat(map(quirk)).containsEntry("id", "Q17")
                        .containsEntry("test", "").containsEntry("finding", "not looked for")
                        .containsEntry("guarded", "left to the program"));
    }

    @Test
    void everyProfileSaysInJsonWhatSetsItApart() {
        for (String profile : Kernels.profiles()) {
            Map<String, Object> object = JsonText.object(Run.of("probe", "--json",
                    "--kernel", "engine", "--profile", profile).out());
            assertThat(object).containsEntry("available", true)
                    .containsEntry("kernel", "engine " + profile)
                    .containsEntry("profile", profile);
            assertThat(list(object.get("profileQuirks"))).hasSameSizeAs(Kernels.quirks(profile))
                    .allSatisfy(quirk -> assertThat(map(quirk))
                            .containsOnlyKeys("name", "kernels", "summary"));
            boolean limit = list(object.get("features")).stream().anyMatch(feature ->
                    map(feature).get("name").equals("io_uring_sqe.optlen")
                            && map(feature).get("present").equals(true));
            assertThat(limit).as(profile).isEqualTo(!profile.startsWith("6.12."));
        }
    }

    @Test
    void wrongCommandLinesAreRefused() {
        Run run = Run.of("probe", "--jsno");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--jsno").contains("Try 'rill probe --help'.");
        assertThat(Run.of("probe", "twice").code()).isEqualTo(2);
        assertThat(Run.of("probe", "--help").out()).contains("./rill probe --json | jq");
    }

    /// On a machine where io_uring is switched off.
    private static ProbeCommand forbidden() {
        return new ProbeCommand(() -> FORBIDDEN,
                new KernelOptions(otherwise -> otherwise.apply(FORBIDDEN)));
    }

    private static Kernel withoutFlagsOfBufferRings(Kernel kernel) {
        return (Kernel) Proxy.newProxyInstance(Kernel.class.getClassLoader(),
                new Class<?>[] {Kernel.class}, (_, method, arguments) -> {
                    boolean refused = method.getName().equals("register")
                            && (int) arguments[1] == RegisterOp.IORING_REGISTER_PBUF_RING
                            && ((MemorySegment) arguments[2])
                                    .get(ValueLayout.JAVA_SHORT, IoUringBufReg.FLAGS) != 0;
                    return refused ? -Errno.EINVAL : method.invoke(kernel, arguments);
                });
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object value) {
        return (List<Object>) value;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
