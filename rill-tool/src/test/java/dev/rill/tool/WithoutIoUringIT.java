package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.Errno;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The real `./rill` where a seccomp filter takes io_uring away, and where the JVM denies native
/// access to everyone.
@EnabledOnOs(OS.LINUX)
final class WithoutIoUringIT {

    private static final String INSTEAD =
            ". Running on the engine, behaving like Linux 6.18.44, instead";

    @ParameterizedTest
    @ValueSource(ints = {Errno.EPERM, Errno.ENOSYS})
    void theEngineRunsInsteadAndOneLineSaysWhy(int errno) throws Exception {
        LauncherSandbox.Result result = forbidden(errno, "", "trace");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err().lines()).singleElement().asString()
                .startsWith("rill: io_uring cannot be used here (linux ")
                .contains("seccomp filter", ". In a container: allow io_uring_setup, ")
                .endsWith(INSTEAD);
        assertThat(result.out()).contains("(engine, behaving like Linux 6.18.44)",
                "36,864 bytes received, all of them as they were sent.");
    }

    @Test
    void theDemoVerifiesEveryByteOnTheEngine() throws Exception {
        LauncherSandbox.Result result = forbidden(Errno.EPERM, "", "demo", "--seconds", "1",
                "--clients", "4");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).containsPattern("Kernel\n  engine, behaving like Linux 6.18.44:"
                + " io_uring cannot be used here .*seccomp filter")
                .containsPattern("All [0-9,]+ bytes of [0-9,]+ connections arrived");
    }

    /// Both directions at once, a half-close, and an orderly end.
    @Test
    void theProxyCarriesWithoutNativeAccess() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        byte[] question = new byte[100_000];
        new Random(1).nextBytes(question);
        try (ServerSocket server = new ServerSocket(0, 1, loopback)) {
            Process proxy = builder(withoutNativeAccess("proxy", "--kernel", "engine",
                    "--listen", "127.0.0.1:0", "--connect",
                    "127.0.0.1:" + server.getLocalPort(), "--json")).start();
            try {
                BufferedReader out = proxy.inputReader();
                Map<String, Object> event = JsonText.object(out.readLine());
                assertThat(event).containsEntry("kernel", "engine 6.18.44")
                        .containsEntry("because", null);
                String address = (String) event.get("address");
                int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
                try (Socket client = new Socket(loopback, port);
                        Socket origin = server.accept()) {
                    client.getOutputStream().write(question);
                    client.shutdownOutput();
                    byte[] arrived = origin.getInputStream().readAllBytes();
                    assertThat(arrived).isEqualTo(question);
                    origin.getOutputStream().write(arrived, 0, 50_000);
                    origin.shutdownOutput();
                    assertThat(client.getInputStream().readAllBytes())
                            .isEqualTo(Arrays.copyOf(question, 50_000));
                }
                proxy.toHandle().destroy(); // unlike Process.destroy it leaves the output open
                assertThat(JsonText.object(out.readLine())).containsEntry("served", 1L)
                        .containsEntry("broken", 0L).containsEntry("bytesToServer", 100_000L)
                        .containsEntry("bytesToClient", 50_000L);
                assertThat(proxy.waitFor()).isZero();
            } finally {
                proxy.destroyForcibly();
            }
        }
    }

    @Test
    void whoAsksForLinuxHearsThatItIsNotThere() throws Exception {
        LauncherSandbox.Result result = forbidden(Errno.EPERM, "", "trace", "--kernel", "linux");
        assertThat(result.code()).isOne();
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).singleElement().asString()
                .startsWith("rill: io_uring cannot be used here (linux ")
                .contains("seccomp filter").doesNotContain("engine");
    }

    @Test
    void whoRequiresLinuxHearsThatItIsNotThere() throws Exception {
        LauncherSandbox.Result result = forbidden(Errno.EPERM, "linux", "trace");
        assertThat(result.code()).isOne();
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("rill: io_uring cannot be used here (linux ")
                .contains("seccomp filter", "RILL_REQUIRE=linux forbids");
    }

    @Test
    void theProbeSaysNoAndWhatRunsInstead() throws Exception {
        LauncherSandbox.Result result = forbidden(Errno.EPERM, "", "probe");
        assertThat(result.code()).isOne();
        assertThat(result.err().lines()).singleElement().asString().endsWith(INSTEAD);
        assertThat(result.out()).startsWith("engine, behaving like Linux 6.18.44, ");
    }

    /// With nothing enabled: `--kernel engine` calls nothing that is restricted.
    @Test
    void theEngineNeedsNoNativeAccess() throws Exception {
        LauncherSandbox.Result result = LauncherSandbox.finish(builder(withoutNativeAccess(
                "trace", "--kernel", "engine", "--profile", "6.12.0")).start());
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("all of them as they were sent.");
    }

    @Test
    void whereNativeAccessIsDeniedTheEngineRunsInstead() throws Exception {
        LauncherSandbox.Result result = LauncherSandbox.finish(
                builder(withoutNativeAccess("trace")).start());
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err().lines()).singleElement().asString()
                .contains("The JVM denies native access", "--enable-native-access=dev.rill")
                .endsWith(INSTEAD);
    }

    private static LauncherSandbox.Result forbidden(int errno, String required,
            String... arguments) throws Exception {
        ProcessBuilder builder = builder(Stream.concat(
                Stream.of(LauncherSandbox.repository().resolve("rill").toString()),
                Stream.of(arguments)).toList());
        builder.environment().put("RILL_REQUIRE", required);
        return LauncherSandbox.finish(ForbiddenProcess.start(builder, errno));
    }

    /// Not by `./rill`, which grants it.
    private static List<String> withoutNativeAccess(String... arguments) {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea",
                "--illegal-native-access=deny", "--module-path",
                LauncherSandbox.repository().resolve("rill-tool/target/app").toString(),
                "--module", "dev.rill.tool/dev.rill.tool.Main"));
        words.addAll(List.of(arguments));
        return words;
    }

    private static ProcessBuilder builder(List<String> words) {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("RILL_NO_BUILD", "1");
        builder.environment().remove("RILL_REQUIRE");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder;
    }
}
