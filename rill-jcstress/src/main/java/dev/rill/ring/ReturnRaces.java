package dev.rill.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIL_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.IL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/// Holds that other threads close while the owner looks: each is let go of exactly once, and the
/// owner is told of what it has not seen.
public final class ReturnRaces {

    private ReturnRaces() {
    }

    /// Two holds, and the owner as `EventLoop` has it: it answers the wake-up, then it looks.
    private static final class Returns {

        private final ReturnStack stack = new ReturnStack();
        final HeldBytes first = Slots.take();
        final HeldBytes second = Slots.take();
        private volatile boolean wakeUp;
        // What the owner has seen of each; its own.
        private int firsts;
        private int seconds;

        void giveBack(HeldBytes bytes) {
            if (stack.push(bytes)) {
                wakeUp = true;
            }
        }

        /// @return how many came back
        int look() {
            wakeUp = false;
            return collect();
        }

        private int collect() {
            int count = 0;
            for (HeldBytes bytes = stack.takeAll(); bytes != null; bytes = bytes.nextReturned) {
                firsts += bytes == first ? 1 : 0;
                seconds += bytes == second ? 1 : 0;
                count++;
            }
            return count;
        }

        /// What is wrong when all threads have ended.
        String verdict() {
            boolean told = wakeUp;
            boolean unseen = collect() > 0;
            if (firsts != 1 || seconds != 1) {
                return "let go of " + firsts + " and " + seconds + " times";
            }
            return told || !unseen ? "right" : "not told";
        }
    }

    /// Both find the stack empty, or one finds the other's.
    @JCStressTest
    @Outcome(id = "right", expect = ACCEPTABLE, desc = "Each once, and the owner is told.")
    @Outcome(expect = FORBIDDEN, desc = "One is lost, doubled, or the owner does not know.")
    @State
    public static class TwoThreads {

        private final Returns returns = new Returns();

        @Actor
        public void one() {
            returns.giveBack(returns.first);
        }

        @Actor
        public void another() {
            returns.giveBack(returns.second);
        }

        @Arbiter
        public void end(L_Result r) {
            r.r1 = returns.verdict();
        }
    }

    /// A thread gives two back while the owner looks twice.
    @JCStressTest
    @Outcome(id = "\\d, \\d, right", expect = ACCEPTABLE, desc = "Each once, the owner is told.")
    @Outcome(expect = FORBIDDEN, desc = "One is lost, doubled, or the owner does not know.")
    @State
    public static class TwoReturnsAndTheOwner {

        private final Returns returns = new Returns();

        @Actor
        public void worker() {
            returns.giveBack(returns.first);
            returns.giveBack(returns.second);
        }

        @Actor
        public void owner(IIL_Result r) {
            r.r1 = returns.look();
            r.r2 = returns.look();
        }

        @Arbiter
        public void end(IIL_Result r) {
            r.r3 = returns.verdict();
        }
    }

    /// The stack a look has left empty is found empty by one of two threads.
    @JCStressTest
    @Outcome(id = "\\d, right", expect = ACCEPTABLE, desc = "Each once, and the owner is told.")
    @Outcome(expect = FORBIDDEN, desc = "One is lost, doubled, or the owner does not know.")
    @State
    public static class LookAndTwoThreads {

        private final Returns returns = new Returns();

        @Actor
        public void one() {
            returns.giveBack(returns.first);
        }

        @Actor
        public void another(IL_Result r) {
            r.r1 = returns.look();
            returns.giveBack(returns.second);
        }

        @Arbiter
        public void end(IL_Result r) {
            r.r2 = returns.verdict();
        }
    }

    /// Closing is for one thread; the other hears of it.
    @JCStressTest
    @Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "One closes, one is refused.")
    @Outcome(expect = FORBIDDEN, desc = "Both take the claim away, or nobody does.")
    @State
    public static class CloseTwice {

        private final HeldBytes bytes = Slots.take();

        @Actor
        public void one(II_Result r) {
            r.r1 = close();
        }

        @Actor
        public void another(II_Result r) {
            r.r2 = close();
        }

        @Arbiter
        public void end(II_Result r) {
            Slots.forgetReturned();
        }

        private int close() {
            try {
                bytes.close();
                return 1;
            } catch (IllegalStateException e) {
                return 0;
            }
        }
    }
}
