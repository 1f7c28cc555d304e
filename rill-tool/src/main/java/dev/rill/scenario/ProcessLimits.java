package dev.rill.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What this process may do, as `/proc` says it.
final class ProcessLimits {

    private static final int CAP_IPC_LOCK = 14;

    private ProcessLimits() {
    }

    /// Whether at most so much memory may be locked, and the limit counts for this process.
    static boolean lockedMemoryIs(long bytes) {
        String limit = field("/proc/self/limits", "Max locked memory").strip().split("\\s+")[0];
        String capabilities = field("/proc/self/status", "CapEff:").strip();
        return limit.equals(Long.toString(bytes)) && !capabilities.isEmpty()
                && (Long.parseUnsignedLong(capabilities, 16) >>> CAP_IPC_LOCK & 1) == 0;
    }

    private static String field(String file, String name) {
        try {
            List<String> lines = Files.readAllLines(Path.of(file));
            return lines.stream().filter(line -> line.startsWith(name)).findFirst()
                    .map(line -> line.substring(name.length())).orElse("");
        } catch (IOException _) {
            return ""; // no such file on this system: no such limit either
        }
    }
}
