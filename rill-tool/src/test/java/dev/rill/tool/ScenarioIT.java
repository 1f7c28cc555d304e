package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The case that needs a process with a limit: C-025, locked memory.
final class ScenarioIT {

    private static final String PRLIMIT = "/usr/bin/prlimit";
    private static final String SETPRIV = "/usr/bin/setpriv";

    /// Without the capability even root is held to the limit.
    @Test
    void theLimitOnLockedMemoryIsKept() throws Exception {
        assumeTrue(Stream.of(PRLIMIT, SETPRIV).allMatch(tool -> Files.isExecutable(Path.of(tool))),
                "prlimit and setpriv of util-linux are needed");
        List<String> words = new ArrayList<>(List.of(PRLIMIT, "--memlock=262144:262144"));
        if (ProcessHandle.current().info().user().orElse("").equals("root")) {
            words.addAll(List.of(SETPRIV, "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock"));
        }
        Path repository = LauncherSandbox.repository();
        words.addAll(List.of(repository.resolve("rill").toString(), "scenario",
                repository.resolve("conformance").toString(), "--case", "C-025"));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("RILL_NO_BUILD", "1");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        LauncherSandbox.Result result = LauncherSandbox.finish(builder.start());
        assertThat(result.out()).contains("1 passed, 0 failed, 0 skipped");
        assertThat(result.code()).isZero();
    }
}
