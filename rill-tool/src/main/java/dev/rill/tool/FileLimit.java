package dev.rill.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// How many files and sockets this process may have open. Java raises its own soft limit to the
/// hard one at its start, so what is in force is what can be had.
final class FileLimit {

    private static final String ROW = "Max open files";

    private FileLimit() {
    }

    /// The limit in force; nothing when there is none, or when the system does not tell.
    static OptionalLong inForce() {
        try {
            return parse(Files.readString(Path.of("/proc/self/limits")));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /// Reads `/proc/self/limits`: the name, the soft limit, the hard limit, the unit.
    static OptionalLong parse(String limits) {
        return limits.lines().filter(line -> line.startsWith(ROW))
                .map(line -> line.substring(ROW.length()).strip().split("\\s+")[0])
                .filter(soft -> soft.matches("\\d{1,18}"))
                .mapToLong(Long::parseLong).findFirst();
    }
}
