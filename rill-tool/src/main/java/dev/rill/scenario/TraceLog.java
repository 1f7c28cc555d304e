package dev.rill.scenario;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// The last lines of a trace: a case may do something ten thousands of times.
final class TraceLog {

    private static final int LINES_MAX = 2000;

    private final Deque<String> lines = new ArrayDeque<>();
    private long dropped;

    void add(String line) {
        if (lines.size() == LINES_MAX) {
            lines.removeFirst();
            dropped++;
        }
        lines.add(line);
    }

    List<String> lines() {
        List<String> all = new ArrayList<>();
        if (dropped > 0) {
            all.add("(" + dropped + " lines before these are left out)");
        }
        all.addAll(lines);
        return List.copyOf(all);
    }
}
