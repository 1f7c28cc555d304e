package dev.rill.bench;

import java.util.ArrayList;
import java.util.List;

/// What must not become worse: the reference is compared with another build of itself.
///
/// @param margin how much more server CPU is allowed, as a share; 0.05 for 5 %
/// @param allocationMax bytes per message that are taken for none: threads of the JVM allocate, too
record Gate(double margin, double allocationMax) {

    /// What is worse beyond the margin, one line each.
    List<String> complaints(BenchResult result) {
        List<String> complaints = new ArrayList<>();
        for (CellResult cell : result.cells()) {
            PeerResult ours = cell.peer(result.reference()).orElse(null);
            if (ours == null) {
                complaints.add(cell.cell().name() + ": was not measured");
                continue;
            }
            for (PeerResult other : cell.peers()) {
                Verdict verdict = cell.verdict(ours, other);
                if (other != ours && verdict.word() == Verdict.Word.WORSE
                        && 1 / verdict.ratio() > 1 + margin) {
                    complaints.add(cell.cell().name() + ": " + Units.percent(
                            1 / verdict.ratio() - 1) + " more server CPU than " + other.peer());
                }
            }
            double allocated = ours.median(Round::allocatedBytesPerMessage);
            if (allocated > allocationMax) {
                complaints.add(cell.cell().name() + ": " + Units.number(allocated)
                        + " bytes allocated per message");
            }
        }
        return complaints;
    }
}
