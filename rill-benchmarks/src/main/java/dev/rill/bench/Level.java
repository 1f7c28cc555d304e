package dev.rill.bench;

/// How thorough a run is.
enum Level {
    /// To see something within two minutes: few cells, few peers, short rounds.
    QUICK(5, 0.5, 0.5, 6),
    /// To know.
    NORMAL(5, 1.5, 0.5, 10),
    /// To publish: every cell, rounds of five seconds.
    FULL(5, 5, 1, 10);

    private final int rounds;
    private final double seconds;
    private final double windowSeconds;
    private final int windowsMax;

    Level(int rounds, double seconds, double windowSeconds, int windowsMax) {
        this.rounds = rounds;
        this.seconds = seconds;
        this.windowSeconds = windowSeconds;
        this.windowsMax = windowsMax;
    }

    int rounds() {
        return rounds;
    }

    double seconds() {
        return seconds;
    }

    double windowSeconds() {
        return windowSeconds;
    }

    int windowsMax() {
        return windowsMax;
    }
}
