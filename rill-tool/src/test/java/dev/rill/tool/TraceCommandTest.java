package dev.rill.tool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.abi.IoUringBuf;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.Kernel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `./rill trace` prints is what the kernel does, and what is wrong is not passed over.
class TraceCommandTest {

    @BeforeEach
    void onLinux() {
        Run.needsLinux();
    }

    @Test
    void theWorkedExampleIsPrintedStepByStep() {
        Run run = Run.of("trace");

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out().replaceFirst("\\(linux .*\\)", "(linux)")).isEqualTo("""
                Two buffers of 32 KiB in an incremental buffer ring, filled over unix (linux)

                1: 4 KiB received
                   res 0x1000, flags 0x11 BUFFER|BUF_MORE bid 0
                   data in buffer 0 at 0x0, every byte is right
                   buffer 0 [1111............................]\
                 next receive at 0x1000, 0x7000 bytes left  <- head
                   buffer 1 [................................]\
                 next receive at 0x0, 0x8000 bytes left

                2: 8 KiB received
                   res 0x2000, flags 0x11 BUFFER|BUF_MORE bid 0
                   data in buffer 0 at 0x1000, every byte is right
                   buffer 0 [111122222222....................]\
                 next receive at 0x3000, 0x5000 bytes left  <- head
                   buffer 1 [................................]\
                 next receive at 0x0, 0x8000 bytes left

                3: 20 KiB received
                   res 0x5000, flags 0x1 BUFFER bid 0
                   data in buffer 0 at 0x3000, every byte is right
                   buffer 0 [11112222222233333333333333333333] used up
                   buffer 1 [................................]\
                 next receive at 0x0, 0x8000 bytes left  <- head

                4: 4 KiB received
                   res 0x1000, flags 0x10011 BUFFER|BUF_MORE bid 1
                   data in buffer 1 at 0x0, every byte is right
                   buffer 0 [11112222222233333333333333333333] used up
                   buffer 1 [4444............................]\
                 next receive at 0x1000, 0x7000 bytes left  <- head

                36,864 bytes received, all of them as they were sent.
                The patch prints res 0x2010 for the second receive and flags 0x10001 for the fourth.
                These are slips for 0x2000 and 0x10011: see docs/worked-example.md.
                """);
    }

    @Test
    void theDocumentedOutputIsTheOutput() throws IOException {
        Path page = Path.of("").toAbsolutePath().getParent().resolve("docs/worked-example.md");
        String kernel = "\\(linux .*\\)";

        assertThat(Files.readString(page).replaceFirst(kernel, "(linux)"))
                .contains("```text\n" + Run.of("trace").out().replaceFirst(kernel, "(linux)")
                        + "```\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix", "tcp", "PIPE"})
    void everyTransportDeliversTheSameInJson(String transport) {
        expectTheExample(transport, Run.of("trace", "--json", "--transport", transport,
                "--kernel", "linux"));
    }

    /// What kernels do differently does not show in the example: one receive, one buffer.
    @TestFactory
    Stream<DynamicTest> theEngineDeliversTheSameInEveryProfile() {
        return Kernels.profiles().stream().flatMap(profile -> Stream.of("unix", "tcp", "pipe")
                .map(transport -> DynamicTest.dynamicTest(profile + " " + transport, () -> {
                    Run run = Run.of("trace", "--json", "--transport", transport,
                            "--kernel", "engine", "--profile", profile);
                    expectTheExample(transport, run);
                    assertThat(JsonText.object(run.out()))
                            .containsEntry("kernel", "engine " + profile)
                            .containsEntry("because", null);
                })));
    }

    @Test
    void theEnginePrintsWhatLinuxPrints() {
        String linux = Run.of("trace", "--kernel", "linux").out();
        for (String profile : Kernels.profiles()) {
            Run run = Run.of("trace", "--kernel", "engine", "--profile", profile);
            assertThat(run.err()).isEmpty();
            assertThat(run.out()).startsWith("Two buffers of 32 KiB in an incremental buffer ring,"
                    + " filled over unix (engine, behaving like Linux " + profile + ")\n");
            assertThat(afterTheHead(run.out())).isEqualTo(afterTheHead(linux));
        }
    }

    private static String afterTheHead(String text) {
        return text.substring(text.indexOf('\n'));
    }

    private static void expectTheExample(String transport, Run run) {
        assertThat(run.code()).as(run.err()).isZero();
        Map<String, Object> object = JsonText.object(run.out());
        assertThat(object).containsOnlyKeys("kernel", "because", "transport", "buffers",
                        "bufferSize", "receives", "bytes", "right")
                .containsEntry("transport", transport.toLowerCase())
                .containsEntry("buffers", 2L).containsEntry("bufferSize", 32768L)
                .containsEntry("bytes", 36864L).containsEntry("right", true);
        List<Object> receives = new ArrayList<>();
        for (Object receive : (List<?>) object.get("receives")) {
            Map<?, ?> step = (Map<?, ?>) receive;
            receives.add(List.of(step.get("res"), step.get("flags"), step.get("bid"),
                    step.get("offset"), step.get("head"), step.get("entries").toString()));
        }
        assertThat(receives).isEqualTo(List.of(
                List.of(4096L, 0x11L, 0L, 0L, 0L,
                        "[{offset=4096, left=28672}, {offset=0, left=32768}]"),
                List.of(8192L, 0x11L, 0L, 4096L, 0L,
                        "[{offset=12288, left=20480}, {offset=0, left=32768}]"),
                List.of(20480L, 0x1L, 0L, 12288L, 1L,
                        "[{offset=12288, left=0}, {offset=0, left=32768}]"),
                List.of(4096L, 0x10011L, 1L, 0L, 1L,
                        "[{offset=12288, left=0}, {offset=4096, left=28672}]")));
    }

    @Test
    void callsAreShownBesideTheExample() {
        Run run = Run.of("trace", "--calls");

        assertThat(run.code()).isZero();
        assertThat(run.out().replaceAll("fd \\d+", "fd N").replaceAll("\\((\\d+)", "(N"))
                .contains("  | setup(N, CQSIZE|")
                .contains("  | register(N, PBUF_RING, bgid 0, entries 2, ")
                .containsSubsequence("  |   sqe 0x3: RECV fd N, flags BUFFER_SELECT, buf_group 0\n",
                        "  |   cqe 0x3: res 20480, flags 0x1 BUFFER bid 0\n",
                        "  | register(N, PBUF_STATUS, bgid 0) = 0, head 1\n",
                        "3: 20 KiB received\n");
        Map<String, Object> object = JsonText.object(Run.of("trace", "--calls", "--json").out());
        assertThat((List<?>) object.get("calls")).hasSizeGreaterThan(20)
                .anyMatch(line -> line.equals("  cqe 0x3: res 20480, flags 0x1 BUFFER bid 0"));
    }

    @Test
    void oneWrongByteIsAFailure() {
        Run run = Run.of(command(flippingOneBit()));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).isEqualToIgnoringNewLines(
                "rill: receive 2: 1 of 8,192 bytes are not those that were sent");
        assertThat(run.out()).contains("data in buffer 0 at 0x1000, 1 byte is wrong")
                .contains("36,864 bytes received, 1 of them not as they were sent.");
        Run json = Run.of(command(flippingOneBit()), "--json");
        assertThat(json.code()).isEqualTo(1);
        assertThat(JsonText.object(json.out())).containsEntry("right", false);
    }

    @Test
    void aRingEntryThatSaysSomethingElseIsAFailure() {
        Run run = Run.of(command(forgettingTheReceivePoint()));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("receive 4: 0x1000 bytes at 0x0 of buffer 1, but the shared"
                + " ring says 0x8000 bytes are left at 0x1000");
        assertThat(run.out()).contains("the shared ring contradicts the completion");
    }

    @Test
    void aCompletionThatCannotBeTrueIsAFailure() {
        Run run = Run.of(command(lendingABufferTwice()));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("rill: receive 4: the kernel contradicts itself: "
                + "completion res=4096 flags=0x11: ");
    }

    @Test
    void aKernelWithoutIncrementalBuffersIsNamed() {
        Run run = Run.of(command(kernel((_, method, arguments) ->
                method.equals("register") && arguments[1].equals(22)
                        && ((MemorySegment) arguments[2])
                                .get(JAVA_SHORT, 14) != 0
                        ? Integer.valueOf(-22) : null)));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("the example needs IOU_PBUF_RING_INC, Linux 6.12 or newer");
    }

    @Test
    void wrongCommandLinesAreRefused() {
        Run run = Run.of("trace", "--transport", "udp");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("'--transport'").contains("[UNIX, TCP, PIPE]")
                .contains("Try 'rill trace --help'.");
        assertThat(Run.of("trace", "more").code()).isEqualTo(2);
        assertThat(Run.of("trace", "--help").out()).contains("0x2010").contains("0x10011")
                .contains("./rill trace --transport tcp --calls");
    }

    private static TraceCommand command(Kernel kernel) {
        return new TraceCommand(new KernelOptions(_ -> kernel));
    }

    /// The second piece is changed on its way.
    private static Kernel flippingOneBit() {
        Descriptors real = Kernels.linux().descriptors();
        Descriptors flipping = (Descriptors) Proxy.newProxyInstance(
                Descriptors.class.getClassLoader(), new Class<?>[] {Descriptors.class},
                (_, method, arguments) -> {
                    if (method.getName().equals("write")) {
                        MemorySegment bytes = (MemorySegment) arguments[1];
                        if (bytes.byteSize() == 0x2000) {
                            bytes.set(JAVA_BYTE, 77, (byte) (bytes.get(JAVA_BYTE, 77) ^ 1));
                        }
                    }
                    return method.invoke(real, arguments);
                });
        return kernel((_, method, _) -> method.equals("descriptors") ? flipping : null);
    }

    /// After the fourth receive the second entry has its full length again.
    private static Kernel forgettingTheReceivePoint() {
        List<MemorySegment> entries = new ArrayList<>();
        return kernel((call, method, arguments) -> {
            if (method.equals("memory") && arguments[0].equals(2L * IoUringBuf.SIZE)) {
                entries.add((MemorySegment) call.answer());
                return entries.getLast();
            }
            if (method.equals("enter")) {
                Object result = call.answer();
                if (entries.getFirst().get(JAVA_INT, IoUringBuf.SIZE + IoUringBuf.LEN) == 0x7000) {
                    entries.getFirst().set(JAVA_INT, IoUringBuf.SIZE + IoUringBuf.LEN, 0x8000);
                }
                return result;
            }
            return null;
        });
    }

    /// The second entry names the first buffer, as soon as that is used up.
    private static Kernel lendingABufferTwice() {
        List<MemorySegment> entries = new ArrayList<>();
        return kernel((call, method, arguments) -> {
            if (method.equals("memory") && arguments[0].equals(2L * IoUringBuf.SIZE)) {
                entries.add((MemorySegment) call.answer());
                return entries.getLast();
            }
            if (method.equals("enter")
                    && entries.getFirst().get(JAVA_INT, IoUringBuf.LEN) == 0) {
                entries.getFirst().set(JAVA_SHORT, IoUringBuf.SIZE + IoUringBuf.BID, (short) 0);
            }
            return null;
        });
    }

    private interface Interception {
        /// An answer, or null to let the kernel answer.
        Object answer(Call call, String method, Object[] arguments) throws Throwable;
    }

    private record Call(Kernel kernel, Method method, Object[] arguments) {
        Object answer() throws ReflectiveOperationException {
            return method.invoke(kernel, arguments);
        }
    }

    private static Kernel kernel(Interception interception) {
        Kernel kernel = Kernels.linux();
        InvocationHandler handler = (_, method, arguments) -> {
            Call call = new Call(kernel, method, arguments);
            Object answer = interception.answer(call, method.getName(), arguments);
            return answer != null ? answer : call.answer();
        };
        return (Kernel) Proxy.newProxyInstance(Kernel.class.getClassLoader(),
                new Class<?>[] {Kernel.class}, handler);
    }
}
