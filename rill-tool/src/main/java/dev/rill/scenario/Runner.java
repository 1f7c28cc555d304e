package dev.rill.scenario;

import dev.rill.scenario.Outcome.Status;
import java.util.List;

/// Plays cases on a kernel.
public final class Runner {

    private Runner() {
    }

    /// Plays all parts of a case whose needs are met, up to the first that fails.
    ///
    /// @param scenario the case
    /// @param target the kernel
    /// @return how it ended; a failure comes with the trace of its part
    public static Outcome run(Scenario scenario, Target target) {
        if (!scenario.elsewhere().isEmpty()) {
            return outcome(scenario, target, Status.ELSEWHERE, scenario.elsewhere(), List.of());
        }
        TraceLog trace = new TraceLog();
        Condition missing = null;
        int played = 0;
        for (Scenario.Part part : scenario.parts()) {
            Condition unmet = part.needs().stream().filter(need -> !need.holds(target))
                    .findFirst().orElse(null);
            if (unmet != null) {
                missing = unmet;
                continue;
            }
            played++;
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
        if (played == 0 && missing != null) {
            return outcome(scenario, target, Status.SKIPPED, "needs " + missing, List.of());
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
