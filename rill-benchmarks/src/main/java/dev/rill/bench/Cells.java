package dev.rill.bench;

import dev.rill.bench.load.Workload;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The situations that there are.
final class Cells {

    private static final int SMALL = 64;
    private static final int PIECE = 64 * 1024;
    private static final int DEPTH = 16;
    private static final int CROWD = 10_000;

    private static final Set<String> QUICK = Set.of("pingpong/50x1024", "flood/8x65536");
    private static final Set<String> LEFT_TO_FULL = Set.of("pingpong/1x1024", "pingpong/1x16384",
            "pingpong/1000x64", "pingpong/1000x16384", "pingpong/1000x65536");

    private Cells() {
    }

    /// All of them.
    ///
    /// @param descriptors how many files a process may have open, which limits crowds
    static List<Cell> all(long descriptors) {
        List<Cell> cells = new ArrayList<>();
        for (int connections : new int[] {1, 50, 1000}) {
            for (int size : new int[] {SMALL, 1024, 16 * 1024, PIECE}) {
                cells.add(new Cell(Workload.PINGPONG, connections, size, 1, false));
            }
        }
        for (int connections : new int[] {1, 50}) {
            cells.add(new Cell(Workload.PIPELINED, connections, SMALL, DEPTH, false));
        }
        for (int connections : new int[] {1, 8, 50}) {
            cells.add(new Cell(Workload.FLOOD, connections, PIECE, 1, false));
        }
        for (int connections : new int[] {1, 8}) {
            cells.add(new Cell(Workload.STREAM, connections, PIECE, 1, false));
        }
        cells.add(new Cell(Workload.PINGPONG, 50, 1024, 1, true));
        for (int connections : new int[] {1, 8}) {
            cells.add(new Cell(Workload.STREAM, connections, PIECE, 1, true));
        }
        cells.add(new Cell(Workload.CHURN, 20, SMALL, 1, false));
        int crowd = (int) Math.clamp(descriptors - 500, 100, CROWD);
        cells.add(new Cell(Workload.IDLE, crowd, SMALL, 1, false));
        cells.add(new Cell(Workload.UDP, 8, 512, 1, false));
        return cells;
    }

    static List<Cell> of(Level level, List<Cell> all) {
        return all.stream().filter(cell -> switch (level) {
            case QUICK -> QUICK.contains(cell.name());
            case NORMAL -> !LEFT_TO_FULL.contains(cell.name());
            case FULL -> true;
        }).toList();
    }

    /// Those whose names, or the first parts of them, match one of some patterns: `pingpong`,
    /// `proxy-*`, `*/50x*`.
    static List<Cell> matching(List<String> patterns, List<Cell> all) {
        List<Cell> chosen = new ArrayList<>();
        for (String pattern : patterns) {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
            List<Cell> some = all.stream().filter(cell -> matcher.matches(Path.of(cell.name()))
                    || matcher.matches(Path.of(cell.name()).getName(0))).toList();
            if (some.isEmpty()) {
                throw new BenchFailed("no cell matches " + pattern + ": --list names them all");
            }
            some.stream().filter(cell -> !chosen.contains(cell)).forEach(chosen::add);
        }
        return chosen;
    }
}
