package dev.rill.scenario;

import dev.rill.kernel.KernelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Plays a case for what comes rather than against what is expected.
public final class Recorder {

    /// What a kernel is given to bring what another one brought already: its network works beside
    /// the program, its threads do, and one call may leave work for the next. Only a difference
    /// waits so long.
    public static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int TRACE_FRAMES_MAX = 6;

    private Recorder() {
    }

    /// Plays the first part of a case to its end, or to the first line that throws or brings
    /// something else than another kernel.
    ///
    /// @param scenario the case; what it expects is not looked at
    /// @param target the kernel
    /// @param wanted what another kernel brought: where this one brings something else it is given
    ///        a moment to come to the same; empty to be looked at once
    /// @param bytes whether observations also hold what is in the buffers
    /// @param patienceNanos how long that moment is, in nanoseconds
    /// @return one observation for each line that was played, and one more for the end
    public static List<Observation> record(Scenario scenario, Target target,
            List<Observation> wanted, boolean bytes, long patienceNanos) {
        List<Statement> statements = scenario.parts().getFirst().statements();
        List<Observation> seen = new ArrayList<>(statements.size() + 1);
        try (Player player = new Player(target, null, statements)) {
            for (Statement statement : statements) {
                Observation hoped = seen.size() < wanted.size() ? wanted.get(seen.size()) : null;
                Observation now = observe(player, statement, hoped, bytes,
                        patienceNanos);
                seen.add(now);
                if (hoped != null && !now.equals(hoped)) {
                    break;
                }
            }
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            seen.add(Observation.thrown(describe(e)));
        }
        return seen;
    }

    private static Observation observe(Player player, Statement statement, Observation hoped,
            boolean bytes, long patienceNanos) {
        String trouble = null;
        Observation.Answer answer = null;
        try {
            if (Player.answers(statement.step())) {
                Groups.Answer given = player.answer(statement.step());
                answer = new Observation.Answer(given.result(), given.head());
            } else {
                player.perform(statement.step());
            }
        } catch (Mismatch | KernelException e) {
            trouble = e.getMessage();
        }
        boolean shared = player.hasWorkers();
        List<Observation.Completion> completions = new ArrayList<>();
        player.take(completions, hoped != null);
        Observation now = player.observation(trouble, answer, completions, shared, bytes);
        long deadline = 0;
        while (hoped != null && !now.equals(hoped)) {
            if (deadline == 0) {
                deadline = System.nanoTime() + patienceNanos;
            } else if (System.nanoTime() > deadline) {
                break;
            }
            player.glance();
            player.take(completions, true);
            now = player.observation(trouble, answer, completions, shared, bytes);
        }
        return now;
    }

    /// The kind of failure and where it came from, without what differs from run to run.
    private static String describe(Throwable thrown) {
        StringBuilder text = new StringBuilder(thrown.toString());
        Arrays.stream(thrown.getStackTrace()).limit(TRACE_FRAMES_MAX)
                .forEach(frame -> text.append("\n    at ").append(frame));
        return text.toString();
    }
}
