package dev.rill.scenario;

import dev.rill.abi.CqeFlags;
import dev.rill.abi.Errno;
import java.util.List;

/// What must follow a step.
sealed interface Expected {

    /// Completions, in this order unless `anyOrder`; none at all for an empty list.
    record Completions(List<Cqe> cqes, boolean anyOrder) implements Expected {
    }

    /// What a registration or a mapping answers.
    ///
    /// @param result a value or `-errno`
    /// @param head the group's head, or -1 when nothing is said about it
    record Answer(int result, int head) implements Expected {
    }

    /// One completion.
    ///
    /// @param request whose it is, or null when nothing is said about it
    /// @param resMin the smallest result
    /// @param resMax the largest
    /// @param flags all of them
    /// @param anyFlags whether nothing is said about the flags
    record Cqe(String request, int resMin, int resMax, int flags, boolean anyFlags) {

        boolean matches(String who, int res, int cqeFlags) {
            return (request == null || request.equals(who)) && res >= resMin && res <= resMax
                    && (anyFlags || cqeFlags == flags);
        }

        @Override
        public String toString() {
            String res = resMin == resMax ? result(resMin)
                    : resMin == Integer.MIN_VALUE ? "*" : resMin + ".." + resMax;
            return (request == null ? "" : request) + "(" + res + ", "
                    + (anyFlags ? "*" : Expected.flags(flags)) + ")";
        }
    }

    /// Stands for any descriptor, which is another number each time.
    int DESCRIPTOR = Integer.MAX_VALUE;

    /// A result as people read it.
    static String result(int res) {
        return res == DESCRIPTOR ? "fd" : res < 0 ? "-" + Errno.name(res) : Integer.toString(res);
    }

    /// Flags as number and names.
    static String flags(int flags) {
        return flags == 0 ? "0" : "0x" + Integer.toHexString(flags) + " "
                + CqeFlags.decode(flags);
    }
}
