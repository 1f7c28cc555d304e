package dev.rill.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What one core has done since the machine's start (`/proc/stat`), in ticks.
///
/// @param busy running something
/// @param idle nothing to do
/// @param stolen taken away by the host of a virtual machine
record CoreTimes(long busy, long idle, long stolen) {

    /// Reads the counters of a core.
    static CoreTimes of(int core) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
                if (line.startsWith("cpu" + core + " ")) {
                    return parse(line);
                }
            }
        } catch (IOException e) {
            // no /proc/stat: nothing is known
        }
        return new CoreTimes(0, 0, 0);
    }

    /// Fields: name user nice system idle iowait irq softirq steal guest guest_nice.
    static CoreTimes parse(String line) {
        String[] fields = line.split(" +");
        long busy = 0;
        for (int field : new int[] {1, 2, 3, 6, 7}) {
            busy += Long.parseLong(fields[field]);
        }
        long idle = Long.parseLong(fields[4]) + Long.parseLong(fields[5]);
        return new CoreTimes(busy, idle, Long.parseLong(fields[8]));
    }

    CoreTimes minus(CoreTimes earlier) {
        return new CoreTimes(busy - earlier.busy, idle - earlier.idle, stolen - earlier.stolen);
    }

    /// Of the time that the machine had the core, the share in which it ran something.
    double busyShare() {
        return (double) busy / Math.max(1, busy + idle);
    }

    double stolenShare() {
        return (double) stolen / Math.max(1, busy + idle + stolen);
    }
}
