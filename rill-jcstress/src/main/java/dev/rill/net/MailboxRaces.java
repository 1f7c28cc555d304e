package dev.rill.net;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIL_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZL_Result;
import org.openjdk.jcstress.infra.results.ZZL_Result;

/// Tasks that other threads put into a mailbox while the loop looks or shuts it: what was taken is
/// run once, what was refused is not, and the loop is told of what it has not seen.
public final class MailboxRaces {

    private MailboxRaces() {
    }

    /// Counts how often the loop runs it; the loop's own.
    private static final class Task implements Runnable {

        int runs;

        @Override
        public void run() {
            runs++;
        }
    }

    /// A mailbox and its loop, which looks as `EventLoop` does.
    private static final class Post {

        final Task first = new Task();
        final Task second = new Task();
        final Mailbox mailbox = new Mailbox(2, this::signal);
        private volatile boolean signalled;
        private volatile boolean descriptorClosed;
        private volatile boolean signalledTooLate;

        private void signal() {
            signalled = true;
            signalledTooLate |= descriptorClosed;
        }

        /// Answers the signal, then looks.
        ///
        /// @return how many tasks were run
        int look() {
            signalled = false;
            mailbox.quiet();
            return runTasks();
        }

        /// Shuts, looks for the last time, and closes what signals need.
        int close() {
            mailbox.shut();
            int count = runTasks();
            descriptorClosed = true;
            return count;
        }

        private int runTasks() {
            int count = 0;
            for (int left = mailbox.size(); left > 0; left--) {
                Runnable task = mailbox.next();
                if (task != null) {
                    task.run();
                    count++;
                }
            }
            return count;
        }

        /// What is wrong when all threads have ended and the loop goes on.
        String verdict() {
            boolean told = signalled;
            boolean unseen = runTasks() > 0;
            if (first.runs != 1 || second.runs != 1) {
                return "run " + first.runs + " and " + second.runs + " times";
            }
            return told || !unseen ? "right" : "not told";
        }

        /// What is wrong when the loop has ended.
        String lastVerdict(boolean firstTaken, boolean secondTaken) {
            if (mailbox.size() > 0) {
                return "left behind";
            }
            if (signalledTooLate) {
                return "signal without a descriptor";
            }
            return first.runs == (firstTaken ? 1 : 0) && second.runs == (secondTaken ? 1 : 0)
                    ? "right" : "run " + first.runs + " and " + second.runs + " times";
        }
    }

    /// The first one signals, the other relies on that.
    @JCStressTest
    @Outcome(id = "right", expect = ACCEPTABLE, desc = "Each once, and the loop is told.")
    @Outcome(expect = FORBIDDEN, desc = "One is lost, doubled, or the loop does not know.")
    @State
    public static class TwoThreads {

        private final Post post = new Post();

        @Actor
        public void one() {
            post.mailbox.put(post.first);
        }

        @Actor
        public void another() {
            post.mailbox.put(post.second);
        }

        @Arbiter
        public void end(L_Result r) {
            r.r1 = post.verdict();
        }
    }

    /// A thread puts two in while the loop looks twice.
    @JCStressTest
    @Outcome(id = "\\d, \\d, right", expect = ACCEPTABLE, desc = "Each once, and the loop is told.")
    @Outcome(expect = FORBIDDEN, desc = "One is lost, doubled, or the loop does not know.")
    @State
    public static class TwoTasksAndTheLoop {

        private final Post post = new Post();

        @Actor
        public void worker() {
            post.mailbox.put(post.first);
            post.mailbox.put(post.second);
        }

        @Actor
        public void loop(IIL_Result r) {
            r.r1 = post.look();
            r.r2 = post.look();
        }

        @Arbiter
        public void end(IIL_Result r) {
            r.r3 = post.verdict();
        }
    }

    /// A task comes while the loop ends.
    @JCStressTest
    @Outcome(id = {"true, 1 right", "false, 0 right"}, expect = ACCEPTABLE,
            desc = "Taken and run, or refused.")
    @Outcome(expect = FORBIDDEN, desc = "Taken and not run, run and refused, or left behind.")
    @State
    public static class PutAndShut {

        private final Post post = new Post();

        @Actor
        public void worker(ZL_Result r) {
            r.r1 = post.mailbox.put(post.first);
        }

        @Actor
        public void loop(ZL_Result r) {
            r.r2 = post.close();
        }

        @Arbiter
        public void end(ZL_Result r) {
            r.r2 = r.r2 + " " + post.lastVerdict(r.r1, false);
        }
    }

    /// A thread puts two in while the loop ends: when the first is refused, so is the second.
    @JCStressTest
    @Outcome(id = {"true, true, right", "true, false, right", "false, false, right"},
            expect = ACCEPTABLE, desc = "Run as far as taken.")
    @Outcome(expect = FORBIDDEN, desc = "Taken and not run, run and refused, or left behind.")
    @State
    public static class TwoTasksAndShut {

        private final Post post = new Post();

        @Actor
        public void worker(ZZL_Result r) {
            r.r1 = post.mailbox.put(post.first);
            r.r2 = post.mailbox.put(post.second);
        }

        @Actor
        public void loop() {
            post.close();
        }

        @Arbiter
        public void end(ZZL_Result r) {
            r.r3 = post.lastVerdict(r.r1, r.r2);
        }
    }
}
