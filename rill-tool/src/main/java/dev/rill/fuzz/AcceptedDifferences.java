package dev.rill.fuzz;

import dev.rill.abi.CqeFlags;
import dev.rill.abi.Errno;
import dev.rill.scenario.Observation;
import java.util.List;
import java.util.function.BiPredicate;

/// The differences that are known and will stay, each with its reason: the only ones that the
/// fuzzer passes over.
final class AcceptedDifferences {

    /// One of them.
    ///
    /// @param name how the summary calls it
    /// @param reason why the two kernels may differ here
    /// @param covers whether a difference, shown by these lines, is this one
    record Accepted(String name, String reason, BiPredicate<List<String>, Difference> covers) {
    }

    /// A stream that has ended says again and again that it is ready, without room to send: after
    /// 128 tries each waiting send is a worker's, and two workers race for who is first. That they
    /// are at work is not to be seen before, so the order is compared.
    private static final Accepted SENDS_TAKEN_OVER = new Accepted(
            "two sends that workers take over",
            "after many tries in vain each send is a worker's, and two workers race",
            AcceptedDifferences::areSendsTakenOver);

    static final List<Accepted> ALL = List.of(SENDS_TAKEN_OVER);

    private AcceptedDifferences() {
    }

    private static boolean areSendsTakenOver(List<String> lines, Difference difference) {
        if (difference.kind() != Difference.Kind.COMPLETIONS || difference.at() >= lines.size()
                || !lines.get(difference.at()).startsWith("end ")) {
            return false;
        }
        String send = "send " + lines.get(difference.at()).substring("end ".length()) + " ";
        long sends = lines.subList(0, difference.at()).stream()
                .filter(line -> line.startsWith(send)).count();
        // A worker may not wait for a bundle: it ends it, and the buffer it was given.
        boolean takenOver = difference.linux().completions().stream().anyMatch(
                one -> one.res() == -Errno.ECANCELED
                        && (one.flags() & CqeFlags.IORING_CQE_F_BUFFER) != 0);
        return sends > 1 && takenOver && sorted(difference.linux()).equals(
                sorted(difference.engine()));
    }

    private static List<Observation.Completion> sorted(Observation observation) {
        return observation.completions().stream().sorted().toList();
    }

    /// @return the one that covers a difference, or null
    static Accepted covering(List<String> lines, Difference difference) {
        return ALL.stream().filter(one -> one.covers.test(lines, difference)).findFirst()
                .orElse(null);
    }
}
