package dev.rill.bench;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;

/// What the kernel has written down about a process, all its threads and its children.
///
/// The total comes from `schedstat`, which counts nanoseconds; user and system apart come from
/// `stat`, which counts ticks and is only good enough to divide the total.
final class ProcessAccount {

    private final long pid;
    /// What each thread had used when it was seen last: a thread that has ended keeps its share.
    private final Map<Path, Long> seen = new HashMap<>();

    ProcessAccount(long pid) {
        this.pid = pid;
    }

    long pid() {
        return pid;
    }

    /// Processor time until now.
    CpuTime cpu() {
        CpuTime ticks = CpuTime.NONE;
        for (long member : members()) {
            readThreads(member);
            ticks = ticks.plus(ticks(member));
        }
        long nanos = seen.values().stream().mapToLong(Long::longValue).sum();
        return new CpuTime(nanos, ticks.userTicks(), ticks.systemTicks());
    }

    /// Memory in RAM, of all members, in bytes; -1 when it cannot be read.
    long residentBytes() {
        long all = 0;
        for (long member : members()) {
            try {
                for (String line : Files.readAllLines(folder(member).resolve("status"))) {
                    if (line.startsWith("VmRSS:")) {
                        all += 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
                    }
                }
            } catch (IOException e) {
                return -1;
            }
        }
        return all;
    }

    private long[] members() {
        return ProcessHandle.of(pid).map(process -> LongStream.concat(
                LongStream.of(pid),
                process.descendants().mapToLong(ProcessHandle::pid)).toArray())
                .orElse(new long[0]);
    }

    private void readThreads(long member) {
        try (DirectoryStream<Path> threads
                = Files.newDirectoryStream(folder(member).resolve("task"))) {
            for (Path thread : threads) {
                seen.put(thread, firstNumber(thread.resolve("schedstat")));
            }
        } catch (IOException | DirectoryIteratorException e) {
            // a thread or the process has just ended; what was seen of it stays
        }
    }

    private static long firstNumber(Path file) throws IOException {
        String text = Files.readString(file);
        return Long.parseLong(text.substring(0, text.indexOf(' ')));
    }

    private static CpuTime ticks(long member) {
        try {
            String text = Files.readString(folder(member).resolve("stat"));
            // Behind the name, which may have blanks and brackets: state is the first field.
            String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
            return new CpuTime(0, Long.parseLong(fields[11]), Long.parseLong(fields[12]));
        } catch (IOException e) {
            return CpuTime.NONE;
        }
    }

    private static Path folder(long pid) {
        return Path.of("/proc", Long.toString(pid));
    }
}
