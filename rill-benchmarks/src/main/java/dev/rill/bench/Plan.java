package dev.rill.bench;

import java.util.List;

/// What is measured and how thoroughly.
///
/// @param cells the situations
/// @param peers who takes part; the first is the one that the others are compared with
/// @param rounds how many each
/// @param seconds how long a round takes
/// @param windowSeconds how long a window of the warm-up takes
/// @param windowsMax how many windows there are at most
/// @param paced whether latency is measured once more at a fixed rate
record Plan(List<Cell> cells, List<Peer> peers, int rounds, double seconds, double windowSeconds,
        int windowsMax, boolean paced) {

    private static final double STARTING_SECONDS = 3;

    /// Roughly how long it takes.
    double estimatedSeconds() {
        double once = STARTING_SECONDS + windowSeconds * (2 + Math.min(4, windowsMax))
                + seconds * (rounds + (paced ? 1 : 0));
        return once * cells.size() * peers.size();
    }
}
