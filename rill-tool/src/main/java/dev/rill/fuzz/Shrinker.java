package dev.rill.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts a scenario down while it still shows its difference: first lines, then words, then numbers
/// (delta debugging).
final class Shrinker {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int DIGITS_MAX = 9;
    private static final Pattern NUMBER = Pattern.compile("(?<![\\w.])\\d+(?![\\w.])");

    private final Predicate<List<String>> stillDiffers;
    private final long deadline = System.nanoTime() + PATIENCE_NANOS;
    private List<String> lines;

    private Shrinker(List<String> lines, Predicate<List<String>> stillDiffers) {
        this.lines = lines;
        this.stillDiffers = stillDiffers;
    }

    /// @param stillDiffers whether some lines mean something and show the same difference
    static List<String> shrink(List<String> lines, Predicate<List<String>> stillDiffers) {
        Shrinker shrinker = new Shrinker(lines, stillDiffers);
        List<String> before;
        do {
            before = shrinker.lines;
            shrinker.dropLines();
            shrinker.dropWords();
            shrinker.lowerNumbers();
        } while (!before.equals(shrinker.lines) && System.nanoTime() < shrinker.deadline);
        return shrinker.lines;
    }

    /// Halves, quarters, and so on down to single lines.
    private void dropLines() {
        for (int size = Math.max(1, lines.size() / 2); size >= 1; size /= 2) {
            for (int from = lines.size() - size; from >= 0; from -= size) {
                List<String> fewer = new ArrayList<>(lines);
                fewer.subList(from, Math.min(from + size, fewer.size())).clear();
                accept(fewer);
            }
        }
    }

    /// One word, or a word and its value, at a time; and single flags and buffers.
    private void dropWords() {
        for (int i = 0; i < lines.size(); i++) {
            for (int size = 2; size >= 1; size--) {
                String[] words = lines.get(i).split(" ");
                for (int from = words.length - size; from >= 1; from--) {
                    List<String> left = new ArrayList<>(List.of(words));
                    left.subList(from, from + size).clear();
                    if (replace(i, String.join(" ", left))) {
                        words = lines.get(i).split(" ");
                        from = Math.min(from, words.length - size + 1);
                    }
                }
            }
            dropPieces(i, Pattern.compile("\\|[A-Z_]+|[A-Z_]+\\||, [^,}]+(?=[,}])"
                    + "|(?<=\\{)[^,}]+, |,\\d+"));
        }
    }

    private void dropPieces(int line, Pattern piece) {
        Matcher matcher = piece.matcher(lines.get(line));
        int from = 0;
        while (matcher.find(from)) {
            String text = lines.get(line);
            if (replace(line, text.substring(0, matcher.start())
                    + text.substring(matcher.end()))) {
                matcher = piece.matcher(lines.get(line));
                from = 0;
            } else {
                from = matcher.start() + 1;
            }
        }
    }

    private void lowerNumbers() {
        for (int i = 0; i < lines.size(); i++) {
            int from = 0;
            Matcher matcher = NUMBER.matcher(lines.get(i));
            while (matcher.find(from)) {
                lower(i, matcher.start(), matcher.group());
                matcher = NUMBER.matcher(lines.get(i));
                if (!matcher.find(from)) {
                    break;
                }
                from = matcher.end();
                if (from >= lines.get(i).length()) {
                    break;
                }
            }
        }
    }

    private void lower(int line, int start, String digits) {
        if (digits.length() > DIGITS_MAX) {
            return; // a time, and less of it would be a race
        }
        long value;
        try {
            value = Long.parseLong(digits);
        } catch (NumberFormatException _) {
            return;
        }
        for (long smaller : new long[] {0, 1, 2, 4, 10, 16, 100, value / 2, value - 1}) {
            String text = lines.get(line);
            if (smaller >= 0 && smaller < value && replace(line, text.substring(0, start) + smaller
                    + text.substring(start + digits.length()))) {
                return;
            }
        }
    }

    private boolean replace(int line, String text) {
        List<String> other = new ArrayList<>(lines);
        other.set(line, text);
        return accept(other);
    }

    private boolean accept(List<String> other) {
        if (other.isEmpty() || System.nanoTime() > deadline || !stillDiffers.test(other)) {
            return false;
        }
        lines = List.copyOf(other);
        return true;
    }
}
