package dev.rill.scenario;

import java.util.List;

/// How a case ended on one kernel.
///
/// @param scenario the case
/// @param target the name of the kernel
/// @param status how
/// @param detail why it was skipped, or what differs and where; empty when it passed
/// @param trace what was asked of the kernel and what it answered, of the part that failed, or of
///        all parts when the trace was asked for
public record Outcome(Scenario scenario, String target, Status status, String detail,
        List<String> trace) {

    /// How a case may end.
    public enum Status {
        /// Everything came as expected.
        PASSED,
        /// Something else came.
        FAILED,
        /// A condition does not hold here.
        SKIPPED,
        /// It is shown by something else than a scenario.
        ELSEWHERE,
    }
}
