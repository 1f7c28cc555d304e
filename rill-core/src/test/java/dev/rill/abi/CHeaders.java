package dev.rill.abi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Asks the C headers of this machine: writes a program that prints one value per line, compiles
/// and runs it. Expressions the headers do not know are taken out, one round of compiling after
/// another, until the rest compiles.
final class CHeaders {

    /// What the headers said; a version is 1000 * major + minor, 0 where it has none.
    record Answer(int linux, int glibc, Map<String, Long> values, Set<String> unknown) {
    }

    private static final int ROUNDS_MAX = 10;

    // linux/io_uring.h first: a missing header must not hide behind another error.
    private static final String PREAMBLE = """
        #define _GNU_SOURCE
        #include <linux/io_uring.h>
        #include <linux/time_types.h>
        #include <linux/version.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <limits.h>
        #include <netinet/in.h>
        #include <netinet/tcp.h>
        #include <netinet/udp.h>
        #include <poll.h>
        #include <stddef.h>
        #include <stdio.h>
        #include <sys/eventfd.h>
        #include <sys/mman.h>
        #include <linux/mman.h>
        #include <sys/resource.h>
        #include <sys/socket.h>
        #include <sys/syscall.h>
        #include <sys/uio.h>
        #include <sys/un.h>
        #include <unistd.h>
        #ifndef __GLIBC__
        #define __GLIBC__ 0
        #define __GLIBC_MINOR__ 0
        #endif
        #define VALUE(name, value) printf("%s %lld\\n", name, (long long)(value))
        int main(void) {
            VALUE("linux", (LINUX_VERSION_CODE >> 16) * 1000 + (LINUX_VERSION_CODE >> 8 & 255));
            VALUE("glibc", __GLIBC__ * 1000 + __GLIBC_MINOR__);
        """;

    private final String compiler;
    private final Path source;
    private final Path program;

    private CHeaders(String compiler, Path folder) {
        this.compiler = compiler;
        this.source = folder.resolve("abi.c");
        this.program = folder.resolve("abi");
    }

    /// Empty where there is no compiler or no io_uring header at all.
    static Optional<CHeaders> find(Path folder) throws IOException, InterruptedException {
        for (String compiler : List.of("cc", "gcc", "clang")) {
            CHeaders headers = new CHeaders(compiler, folder);
            headers.write(Map.of(), Set.of());
            try {
                if (headers.compile().exitCode() == 0) {
                    return Optional.of(headers);
                }
            } catch (IOException noSuchCommand) {
                continue;
            }
        }
        return Optional.empty();
    }

    Answer ask(Map<String, String> expressions) throws IOException, InterruptedException {
        Set<String> unknown = new HashSet<>();
        for (int round = 0; round < ROUNDS_MAX; round++) {
            List<String> nameByLine = write(expressions, unknown);
            Outcome outcome = compile();
            if (outcome.exitCode() == 0) {
                return read(run(List.of(program.toString())).output(), unknown);
            }
            Set<String> refused = refused(outcome.output(), nameByLine);
            if (refused.isEmpty()) {
                throw new IllegalStateException(compiler + " fails:\n" + outcome.output());
            }
            unknown.addAll(refused);
        }
        throw new IllegalStateException("still refused after " + ROUNDS_MAX + " rounds");
    }

    /// Writes the program; answers which name stands on which line, index = line number.
    private List<String> write(Map<String, String> expressions, Set<String> without)
            throws IOException {
        StringBuilder text = new StringBuilder(PREAMBLE);
        List<String> nameByLine = new ArrayList<>();
        PREAMBLE.lines().forEach(line -> nameByLine.add(""));
        nameByLine.add("");
        expressions.forEach((name, expression) -> {
            if (!without.contains(name)) {
                text.append("    VALUE(\"%s\", %s);\n".formatted(name, expression));
                nameByLine.add(name);
            }
        });
        text.append("    return 0;\n}\n");
        Files.writeString(source, text);
        return nameByLine;
    }

    private Set<String> refused(String messages, List<String> nameByLine) {
        Set<String> refused = new HashSet<>();
        Matcher error = Pattern.compile("abi\\.c:(\\d+):\\d+: error:").matcher(messages);
        while (error.find()) {
            int line = Integer.parseInt(error.group(1));
            if (line < nameByLine.size() && !nameByLine.get(line).isEmpty()) {
                refused.add(nameByLine.get(line));
            }
        }
        return refused;
    }

    private Answer read(String output, Set<String> unknown) {
        Map<String, Long> values = new LinkedHashMap<>();
        output.lines().forEach(line -> {
            String[] parts = line.split(" ");
            values.put(parts[0], Long.parseLong(parts[1]));
        });
        int linux = values.remove("linux").intValue();
        int glibc = values.remove("glibc").intValue();
        return new Answer(linux, glibc, values, unknown);
    }

    private Outcome compile() throws IOException, InterruptedException {
        return run(List.of(compiler, "-std=gnu11", "-fmax-errors=0", "-o", program.toString(),
            source.toString()));
    }

    private record Outcome(int exitCode, String output) {
    }

    private static Outcome run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes());
        return new Outcome(process.waitFor(), output);
    }
}
