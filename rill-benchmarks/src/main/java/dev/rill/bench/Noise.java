package dev.rill.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How far the machine can be trusted.
///
/// @param spread the middle one of all spreads of server CPU
/// @param stolen the largest share that the host of a virtual machine took in any round
/// @param undecided comparisons of which nothing can be said
/// @param comparisons all of them
/// @param pinned whether server and generator were held to cores of their own
record Noise(double spread, double stolen, int undecided, int comparisons, boolean pinned) {

    private static final double SPREAD_MAX = 0.1;
    private static final double STOLEN_MAX = 0.05;

    static Noise of(BenchResult result) {
        List<Double> spreads = new ArrayList<>();
        double stolen = 0;
        int undecided = 0;
        int comparisons = 0;
        for (CellResult cell : result.cells()) {
            PeerResult ours = cell.peer(result.reference()).orElse(null);
            for (PeerResult peer : cell.peers()) {
                spreads.add(peer.statistics(cell.cost()).spread());
                stolen = Math.max(stolen, peer.median(Round::stolen));
                if (ours != null && peer != ours) {
                    comparisons++;
                    if (cell.verdict(ours, peer).word() == Verdict.Word.CANNOT_TELL) {
                        undecided++;
                    }
                }
            }
        }
        double spread = Statistics.of(spreads, Double::doubleValue).median();
        return new Noise(spread, stolen, undecided, comparisons,
                Boolean.TRUE.equals(result.machine().get("pinned")));
    }

    /// Whether conclusions from this run deserve a warning.
    boolean tooMuch() {
        return !pinned || spread > SPREAD_MAX || stolen > STOLEN_MAX;
    }

    /// What to think of the figures, in a sentence or some.
    String text() {
        String text = "Server CPU differs by " + Units.percent(spread)
                + " from round to round (median); of " + comparisons + " comparisons " + undecided
                + " could not be decided.";
        if (!pinned) {
            text += " Server and generator were not held to cores of their own: install taskset"
                    + " (util-linux).";
        }
        if (stolen > STOLEN_MAX) {
            text += " The host of this virtual machine took " + Units.percent(stolen)
                    + " of a core in some cell.";
        }
        return tooMuch() ? "TOO NOISY to rely on: " + text : text;
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("tooMuch", tooMuch());
        json.put("spread", spread);
        json.put("stolen", stolen);
        json.put("undecided", undecided);
        json.put("comparisons", comparisons);
        return json;
    }
}
