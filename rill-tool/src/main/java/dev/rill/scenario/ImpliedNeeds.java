package dev.rill.scenario;

import dev.rill.abi.BufferRingFlags;
import dev.rill.abi.Opcode;
import dev.rill.abi.SocketOpFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a part needs because of the words in it: the release of Linux that brought each. Nobody has
/// to write it down, and an older kernel plays what is left.
final class ImpliedNeeds {

    private static final String INCREMENTAL = "6.12";
    private static final String MAPPED = "6.4";
    /// With them came sends from provided buffers.
    private static final String BUNDLES = "6.10";
    private static final Map<Integer, String> OPCODES = Map.of(
            Opcode.IORING_OP_READ_MULTISHOT, "6.7",
            Opcode.IORING_OP_BIND, "6.11",
            Opcode.IORING_OP_LISTEN, "6.11");
    /// The kernel says what it has consumed.
    private static final Condition STATUS = since("6.8");

    private ImpliedNeeds() {
    }

    /// What a line needs that can as well be left out, or null.
    static Condition ofLine(String verb) {
        return switch (verb) {
            case "head", "available", "status" -> STATUS;
            default -> null;
        };
    }

    static List<Condition> of(List<Statement> statements) {
        List<Condition> needs = new ArrayList<>();
        for (Statement statement : statements) {
            if (statement.condition() == null) {
                switch (statement.step()) {
                    case Step.OpenGroup group -> add(needs, group.registration());
                    case Step.Register register -> add(needs, register.registration());
                    case Step.Map _ -> needs.add(since(MAPPED));
                    case Step.Submit submit -> add(needs, submit.request());
                    case Step.Repeat repeat -> needs.addAll(of(repeat.statements()));
                    default -> {
                    }
                }
            }
        }
        return needs;
    }

    private static void add(List<Condition> needs, Registration registration) {
        if ((registration.flags & BufferRingFlags.IOU_PBUF_RING_INC) != 0) {
            needs.add(since(INCREMENTAL));
        }
        if ((registration.flags & BufferRingFlags.IOU_PBUF_RING_MMAP) != 0) {
            needs.add(since(MAPPED));
        }
    }

    private static void add(List<Condition> needs, Request request) {
        boolean sends = request.opcode == Opcode.IORING_OP_SEND;
        boolean bundles = (sends || request.opcode == Opcode.IORING_OP_RECV)
                && (request.ioprio & SocketOpFlags.IORING_RECVSEND_BUNDLE) != 0;
        if (bundles || sends && request.select) {
            needs.add(since(BUNDLES));
        }
        String opcode = OPCODES.get(request.opcode);
        if (opcode != null) {
            needs.add(since(opcode));
        }
    }

    private static Condition since(String release) {
        return new Condition("kernel", ">=", release);
    }
}
