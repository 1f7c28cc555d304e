package dev.rill.kernel;

import dev.rill.abi.EnterFlags;
import dev.rill.abi.RegisterOp;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// Tells what is wrong with one ring, each thing once, and after which calls.
///
/// Calls are kept as numbers: words are made of them only when there is something to tell.
final class Findings {

    /// For what is no matter of a ring.
    static final int NO_RING = -1;

    private static final int CALLS = 8;
    private static final int ENTER = -1;
    private static final int MAP = -2;
    private static final int TOLD_MAX = 100;

    /// `operation` is one of the above, or the opcode of a registration.
    private record Call(int operation, long first, long second, int flags, int result) {
    }

    private final int ring;
    private final Consumer<RuleBrokenException> report;
    private final Set<String> told = new HashSet<>();
    private final Call[] last = new Call[CALLS];
    private int calls;

    Findings(int ring, Consumer<RuleBrokenException> report) {
        this.ring = ring;
        this.report = report;
    }

    void entered(int toSubmit, int minComplete, int enterFlags, int result) {
        called(new Call(ENTER, toSubmit, minComplete, enterFlags, result));
    }

    void registered(int opcode, int count, int result) {
        called(new Call(opcode, count, 0, 0, result));
    }

    void mapped(long offset, long byteSize) {
        called(new Call(MAP, offset, byteSize, 0, 0));
    }

    /// Whoever goes on after it does so at his own risk: the same is not told again.
    void broken(CheckRule rule, String values) {
        RuleBrokenException found = new RuleBrokenException(rule, ring, values, lastCalls());
        if (told.size() < TOLD_MAX && told.add(rule + values)) {
            report.accept(found);
        }
    }

    private void called(Call call) {
        last[calls++ % CALLS] = call;
    }

    private String lastCalls() {
        List<String> text = new ArrayList<>();
        for (int i = Math.max(0, calls - CALLS); i < calls; i++) {
            Call call = last[i % CALLS];
            text.add(switch (call.operation) {
                case ENTER -> "enter(submit " + call.first + ", wait " + call.second + ", "
                        + EnterFlags.decode(call.flags) + ")" + TraceText.answer(call.result);
                case MAP -> TraceText.map(ring, call.first, call.second);
                default -> "register(" + RegisterOp.name(call.operation) + ", " + call.first + ")"
                        + TraceText.answer(call.result);
            });
        }
        return String.join("; ", text);
    }
}
