package dev.rill.net;

import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.Quirk;
import dev.rill.ring.Quirks;
import dev.rill.ring.StepDown;
import java.util.ArrayList;
import java.util.List;

/// How the receives of a loop are done on its kernel.
///
/// **Limits.** That no more is received than was asked for is done as the newest kernels do it,
/// until this one refuses:
///
/// - The number goes along with a multishot receive (`sqe->optlen`, Linux 6.17: io_uring/net.c,
///   io_recv_finish).
/// - Older kernels get single receives that are no longer than that.
/// - Where completions of single receives can be overtaken by those of multishots from the same
///   incremental buffer ([Quirk#COMPLETIONS_OUT_OF_ORDER]), it is a multishot that is cancelled
///   when enough has come.
///
/// The newest kernels also take what is left of a connection's budget along; on older ones it takes
/// effect after what they have delivered.
///
/// **Ends.** Where a multishot receive may miss an end that comes together with data
/// ([Quirk#LOST_END]), a poll for each connection waits for it. That does not miss it, but costs
/// memory in the kernel and a look at each wake-up, so it is done nowhere else.
final class ReceiveRules {

    private static final StepDown POLLED = new StepDown("a multishot receive that sees every end",
            "7.0", "the end of each connection is polled for");
    private static final String WHAT = "io_uring_sqe.optlen";
    private static final String SINCE = "6.17";
    private static final StepDown SINGLE = new StepDown(WHAT, SINCE,
            "receives of connections that ask for a number of bytes are armed one by one");
    private static final StepDown CANCELLED = new StepDown(WHAT, SINCE,
            "receives of connections that ask for a number of bytes are cancelled when those have"
            + " come, and what came too much counts for the next");

    private final Kernel kernel;
    private final BufferGroup group;
    private final boolean polledForEnd;
    private boolean refused;
    /// Found out when it is needed.
    private StepDown stepDown;

    ReceiveRules(Kernel kernel, BufferGroup group) {
        this.kernel = kernel;
        this.group = group;
        polledForEnd = Quirks.of(kernel).mayHave(Quirk.LOST_END);
    }

    /// Whether the end of a connection has to be looked for beside its receive.
    boolean isPolledForEnd() {
        return polledForEnd;
    }

    /// Whether a multishot receive takes the number along.
    boolean goAlong() {
        return !refused;
    }

    /// Whether single receives are used instead.
    boolean areSingles() {
        return refused && instead() == SINGLE;
    }

    /// The kernel takes no number along.
    void refused() {
        refused = true;
    }

    List<StepDown> stepDowns() {
        List<StepDown> all = new ArrayList<>();
        if (polledForEnd) {
            all.add(POLLED);
        }
        if (refused) {
            all.add(instead());
        }
        return all;
    }

    private StepDown instead() {
        if (stepDown == null) {
            boolean mixes = !group.options().ring().incremental()
                    || !Quirks.of(kernel).mayHave(Quirk.COMPLETIONS_OUT_OF_ORDER);
            stepDown = mixes ? SINGLE : CANCELLED;
        }
        return stepDown;
    }
}
