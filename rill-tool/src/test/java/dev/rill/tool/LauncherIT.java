package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real `./rill` with the real app, once Maven has laid it out.
final class LauncherIT {

    @TempDir
    private Path elsewhere;

    @Test
    void runsFromAnotherFolder() throws Exception {
        LauncherSandbox.Result result = rill("--version");
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).startsWith("rill ");
        assertThat(result.code()).isZero();
    }

    @Test
    void aUsageErrorEndsWithTwo() throws Exception {
        LauncherSandbox.Result result = rill("no such command");
        assertThat(result.err()).contains("there is no command 'no such command'");
        assertThat(result.code()).isEqualTo(2);
    }

    /// Never builds: this test is part of a build already.
    private LauncherSandbox.Result rill(String... arguments) throws Exception {
        List<String> words = new ArrayList<>();
        words.add(LauncherSandbox.repository().resolve("rill").toString());
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words).directory(elsewhere.toFile());
        builder.environment().put("RILL_NO_BUILD", "1");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return LauncherSandbox.finish(builder.start());
    }
}
