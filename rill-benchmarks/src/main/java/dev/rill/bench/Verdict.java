package dev.rill.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/// What can be said about one peer beside another, from rounds that took turns.
///
/// The rounds are compared in pairs: what slows the machine for a while slows neighbours alike, and
/// drops out of their ratio.
///
/// @param ratio the median of the pairs' ratios; above 1 when ours is better
/// @param spread how far the ratios lie apart, relative
/// @param word the judgement
record Verdict(double ratio, double spread, Word word) {

    /// Judgements.
    enum Word {
        BETTER("better"),
        WORSE("worse"),
        /// The spread is larger than the difference.
        CANNOT_TELL("cannot tell");

        private final String text;

        Word(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// Compares costs, of which less is better.
    ///
    /// @param ours the rounds of the one
    /// @param theirs the rounds of the other, in the same order
    /// @param cost what a round has cost
    static Verdict ofCosts(List<Round> ours, List<Round> theirs, ToDoubleFunction<Round> cost) {
        int pairs = Math.min(ours.size(), theirs.size());
        double[] ratios = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            ratios[i] = cost.applyAsDouble(theirs.get(i)) / cost.applyAsDouble(ours.get(i));
        }
        return of(Statistics.of(ratios));
    }

    static Verdict of(Statistics ratios) {
        double ratio = ratios.median();
        double spread = ratios.spread();
        double difference = Math.abs(ratio - 1);
        if (!(difference > spread * ratio)) {
            return new Verdict(ratio, spread, Word.CANNOT_TELL);
        }
        return new Verdict(ratio, spread, ratio > 1 ? Word.BETTER : Word.WORSE);
    }
}
