package dev.rill.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// What the figures were measured on.
final class Machine {

    private static final long DESCRIPTORS_UNKNOWN = 1024;

    private Machine() {
    }

    static Map<String, Object> describe(Cores cores) {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("processor", field("/proc/cpuinfo", "model name"));
        machine.put("cores", Runtime.getRuntime().availableProcessors());
        machine.put("memory", Units.bytes(1024.0 * number(field("/proc/meminfo", "MemTotal"))));
        machine.put("kernel", System.getProperty("os.name") + " "
                + System.getProperty("os.version"));
        machine.put("java", Runtime.version().toString());
        machine.put("serverCore", cores.server());
        machine.put("generatorCore", cores.generator());
        machine.put("pinned", cores.pinned());
        return machine;
    }

    /// How many files a process of ours may have open: a JVM raises its limit to the hard one.
    static long descriptorsMax() {
        String limits = field("/proc/self/limits", "Max open files ");
        String[] numbers = limits.strip().split(" +");
        return numbers.length > 1 && numbers[1].matches("[0-9]+") ? Long.parseLong(numbers[1])
                : DESCRIPTORS_UNKNOWN;
    }

    private static long number(String text) {
        String digits = text.replaceAll("[^0-9]", "");
        return digits.isEmpty() ? 0 : Long.parseLong(digits);
    }

    private static String field(String file, String name) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> line.startsWith(name)).findFirst()
                    .map(line -> line.substring(name.length()).replaceFirst("^\\s*:\\s*", ""))
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
