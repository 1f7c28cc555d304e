package dev.rill.scenario;

/// What must be true of the kernel under test, or of this process.
///
/// @param subject `kernel`, `profile`, `linux`, `engine` or `memlock`
/// @param operator `<`, `<=`, `>=`, `>`, `=`; empty where the subject says it all
/// @param value a version, several of them with strokes between, or a number
record Condition(String subject, String operator, String value) {

    /// Whether it holds.
    boolean holds(Target target) {
        return holds(target.version(), target.isEngine());
    }

    boolean holds(String version, boolean engine) {
        return switch (subject) {
            case "linux" -> !engine;
            case "engine" -> engine;
            case "profile" -> engine && version.equals(value);
            case "memlock" -> ProcessLimits.lockedMemoryIs(Long.parseLong(value));
            default -> compares(compareToRelease(version));
        };
    }

    /// A correction reaches the newest series first and older ones at releases of their own. So of
    /// several versions the one of the kernel's series counts, and where there is none the last,
    /// which is the first release of all that followed.
    int compareToRelease(String version) {
        String[] releases = value.split("/");
        for (String release : releases) {
            if (series(release).equals(series(version))) {
                return compare(version, release);
            }
        }
        return compare(version, releases[releases.length - 1]);
    }

    private static String series(String version) {
        String[] parts = version.split("\\.");
        return number(parts, 0) + "." + number(parts, 1);
    }

    private boolean compares(int order) {
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            case ">=" -> order >= 0;
            default -> order == 0;
        };
    }

    /// Compares versions number by number; what is missing counts as zero.
    static int compare(String left, String right) {
        String[] mine = left.split("\\.");
        String[] other = right.split("\\.");
        for (int i = 0; i < Math.max(mine.length, other.length); i++) {
            int order = Integer.compare(number(mine, i), number(other, i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int number(String[] parts, int index) {
        String digits = index < parts.length ? parts[index].replaceFirst("\\D.*", "") : "";
        return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }

    @Override
    public String toString() {
        return switch (subject) {
            case "memlock" -> "an unprivileged process that may lock " + value + " bytes";
            case "linux", "engine" -> "kernel " + subject;
            default -> (subject + " " + operator + " " + value).replace("  ", " ");
        };
    }
}
