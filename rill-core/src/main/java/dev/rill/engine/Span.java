package dev.rill.engine;

import java.util.Arrays;
import java.util.List;

/// The releases of Linux that something is true of. A change reaches each series at a release of
/// its own, so both ends are lists of releases: that of a kernel's own series counts, and where
/// there is none the last, which is the first release of all that followed.
record Span(List<String> from, List<String> until) {

    /// @param until with strokes between, the first releases it is not true of any more
    static Span before(String until) {
        return new Span(List.of(), split(until));
    }

    /// @param from with strokes between, the first releases it is true of
    static Span since(String from) {
        return new Span(split(from), List.of());
    }

    static Span of(String from, String until) {
        return new Span(split(from), split(until));
    }

    boolean contains(String release) {
        return (from.isEmpty() || reaches(release, from))
                && (until.isEmpty() || !reaches(release, until));
    }

    private static boolean reaches(String release, List<String> changes) {
        int[] numbers = numbers(release);
        for (String change : changes) {
            int[] at = numbers(change);
            if (at[0] == numbers[0] && at[1] == numbers[1]) {
                return numbers[2] >= at[2];
            }
        }
        return Arrays.compare(numbers, numbers(changes.getLast())) >= 0;
    }

    private static int[] numbers(String release) {
        return Arrays.copyOf(Arrays.stream(release.split("\\.")).mapToInt(Integer::parseInt)
                .toArray(), 3);
    }

    private static List<String> split(String releases) {
        return List.of(releases.split("/"));
    }

    @Override
    public String toString() {
        String since = from.isEmpty() ? "" : "since " + listed(from);
        String before = until.isEmpty() ? "" : "before " + listed(until);
        return since.isEmpty() || before.isEmpty() ? since + before : since + ", " + before;
    }

    private static String listed(List<String> releases) {
        int last = releases.size() - 1;
        return last == 0 ? releases.getFirst()
                : String.join(", ", releases.subList(0, last)) + " and " + releases.get(last);
    }
}
