package dev.rill.kernel;

/// A program has broken a rule of the memory it shares with a kernel: an error in whoever fills in
/// the ring, found by [CheckingKernel] before the kernel sees it.
///
/// The message says which rule, of which ring, with which values and after which calls.
public final class RuleBrokenException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    private final CheckRule rule;
    private final int ring;

    RuleBrokenException(CheckRule rule, int ring, String values, String calls) {
        super((ring < 0 ? "" : "ring " + ring + ": ") + rule + ": " + values + "; the rule is that "
                + rule.summary() + (calls.isEmpty() ? "" : ". Last calls: " + calls));
        this.rule = rule;
        this.ring = ring;
    }

    /// Which rule it was.
    ///
    /// @return the rule
    public CheckRule rule() {
        return rule;
    }

    /// Where it was.
    ///
    /// @return the ring's descriptor, or -1 when it was no matter of a ring
    public int ring() {
        return ring;
    }
}
