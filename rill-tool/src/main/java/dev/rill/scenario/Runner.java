package dev.rill.scenario;

import dev.rill.scenario.Outcome.Status;
import java.util.List;

/// Plays cases on a kernel.
public final class Runner {

    private Runner() {
    }

    /// Plays all parts of a case, up to the first that fails.
    ///
    /// @param scenario the case
    /// @param target the kernel
    /// @return how it ended; a failure comes with the trace of its part
    public static Outcome run(Scenario scenario, Target target) {
        if (!scenario.elsewhere().isEmpty()) {
            return outcome(scenario, target, Status.ELSEWHERE, scenario.elsewhere(), List.of());
        }
        for (Condition need : scenario.needs()) {
            if (!need.holds(target)) {
                return outcome(scenario, target, Status.SKIPPED, "needs " + need, List.of());
            }
        }
        TraceLog trace = new TraceLog();
        for (Scenario.Part part : scenario.parts()) {
            TraceLog own = new TraceLog();
            String failure = play(part, target, own);
            if (failure != null) {
                String which = part.name().isEmpty() ? "" : "part '" + part.name() + "', ";
                return outcome(scenario, target, Status.FAILED, which + failure, own.lines());
            }
            if (!part.name().isEmpty()) {
                trace.add("part " + part.name());
            }
            own.lines().forEach(trace::add);
        }
        return outcome(scenario, target, Status.PASSED, "", trace.lines());
    }

    /// @return what went wrong, or null
    private static String play(Scenario.Part part, Target target, TraceLog trace) {
        try (Player player = new Player(target, trace, part.statements())) {
            player.play(part.statements());
            player.finish();
            return null;
        } catch (LocatedMismatch e) {
            return e.getMessage();
        } catch (Mismatch e) {
            return "at its end: " + e.getMessage();
        }
    }

    private static Outcome outcome(Scenario scenario, Target target, Status status, String detail,
            List<String> trace) {
        return new Outcome(scenario, target.name(), status, detail, trace);
    }
}
