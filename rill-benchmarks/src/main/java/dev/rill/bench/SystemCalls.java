package dev.rill.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Counts the system calls of a process with `perf`, where this user may do that.
///
/// Counting slows every call down, so it is done in a round of its own that measures nothing else.
final class SystemCalls {

    private static final String EVENT = "raw_syscalls:sys_enter";
    private static final long PATIENCE_SECONDS = 10;
    /// A program that `perf` starts once it is attached: it says so, and ends when told.
    private static final String SIGNAL = "echo ready; read line";

    private static Boolean usable;

    private SystemCalls() {
    }

    /// Counts what a process does during an action.
    ///
    /// @param folder where perf may write
    /// @return system calls, or -1 where perf cannot be used
    static long during(long pid, Path folder, Runnable action) {
        if (!usable(folder)) {
            action.run();
            return -1;
        }
        Path output = folder.resolve("perf.txt");
        try {
            Process perf = perf(output, List.of("-p", Long.toString(pid), "--", "sh", "-c",
                    SIGNAL));
            try (BufferedReader signals = perf.inputReader()) {
                boolean attached = signals.readLine() != null;
                action.run();
                perf.getOutputStream().close();
                return attached && ended(perf) ? count(Files.readString(output)) : -1;
            }
        } catch (IOException e) {
            return -1;
        }
    }

    /// Whether it works here: tried once with a program that makes system calls for certain.
    private static boolean usable(Path folder) {
        if (usable == null) {
            usable = false;
            Path output = folder.resolve("perf-trial.txt");
            try {
                usable = Programs.find("perf").isPresent()
                        && ended(perf(output, List.of("--", "ls", "/")))
                        && count(Files.readString(output)) > 0;
            } catch (IOException e) {
                // it stays unusable
            }
        }
        return usable;
    }

    private static Process perf(Path output, List<String> rest) throws IOException {
        List<String> command = new ArrayList<>(List.of("perf", "stat", "-x", ",",
                "-e", EVENT, "-o", output.toString()));
        command.addAll(rest);
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static boolean ended(Process perf) {
        try {
            return perf.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            perf.destroyForcibly();
        }
    }

    /// Reads `145,,raw_syscalls:sys_enter,...`; `<not counted>` stands for none.
    static long count(String output) {
        for (String line : output.lines().toList()) {
            if (line.contains(EVENT)) {
                String number = line.substring(0, line.indexOf(','));
                return number.matches("[0-9]+") ? Long.parseLong(number) : -1;
            }
        }
        return -1;
    }
}
