package dev.rill.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// All cells and peers on one screen: how many times the reference's server CPU each peer needs.
final class RatioTable {

    private RatioTable() {
    }

    static String of(BenchResult result) {
        List<String> others = result.peers().stream()
                .filter(peer -> !peer.equals(result.reference())).toList();
        List<List<String>> rows = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("cell", result.reference()));
        header.addAll(others);
        header.add("");
        rows.add(header);
        for (CellResult cell : result.cells()) {
            rows.add(row(cell, result.reference(), others));
        }
        return "Server CPU of each peer, as a multiple of that of " + result.reference()
                + ": above 1 " + result.reference() + " is better\n" + TextTable.of(rows, 1)
                + " ~ cannot tell: the spread is larger than the difference"
                + "   ! the generator was the limit   - not measured\n"
                + Noise.of(result).text() + "\n";
    }

    private static List<String> row(CellResult cell, String reference, List<String> others) {
        PeerResult ours = cell.peer(reference).orElse(null);
        List<String> row = new ArrayList<>();
        row.add(cell.cell().name());
        row.add(ours == null ? "-" : Units.number(ours.median(cell.cost())) + " "
                + cell.costUnit() + (ours.generatorWasTheLimit() ? "!" : " "));
        for (String other : others) {
            row.add(cell.peer(other).map(peer -> entry(cell, ours, peer)).orElse("- "));
        }
        row.add("");
        return row;
    }

    private static String entry(CellResult cell, PeerResult ours, PeerResult peer) {
        String limit = peer.generatorWasTheLimit() ? "!" : "";
        if (ours == null) {
            return Units.number(peer.median(cell.cost())) + limit;
        }
        Verdict verdict = cell.verdict(ours, peer);
        return (verdict.word() == Verdict.Word.CANNOT_TELL ? "~" : "")
                + String.format(Locale.ROOT, "%.2f", verdict.ratio())
                + (limit.isEmpty() ? " " : limit);
    }
}
