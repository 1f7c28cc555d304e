package dev.rill.scenario;

import dev.rill.abi.Opcode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a part will need, found by reading it through before anything is done.
final class Plan {

    private static final long SLAB_MAX = 1L << 30;

    private final Map<Integer, Long> slabs = new HashMap<>();
    /// By group: those that are opened over its memory.
    private final Map<Integer, Set<Integer>> sharers = new HashMap<>();
    private boolean sends;
    private boolean otherThreads;

    Plan(List<Statement> statements) {
        read(statements);
    }

    /// Bytes that the buffers of a group take, and of those that share its memory: where there is
    /// less, a kernel writes into what lies behind it.
    long slabSize(int bgid) {
        Set<Integer> all = new HashSet<>();
        collect(bgid, all);
        long size = all.stream().mapToLong(each -> slabs.getOrDefault(each, 0L)).sum();
        if (size > SLAB_MAX) {
            throw new Mismatch("the buffers of group " + bgid + " take " + size
                    + " bytes, more than a scenario may use");
        }
        return size;
    }

    private void collect(int bgid, Set<Integer> all) {
        if (all.add(bgid)) {
            sharers.getOrDefault(bgid, Set.of()).forEach(each -> collect(each, all));
        }
    }

    /// Whether buffers are sent from, so that they should hold something.
    boolean sends() {
        return sends;
    }

    /// Whether threads of its own do something with the part's memory.
    boolean otherThreads() {
        return otherThreads;
    }

    private void read(List<Statement> statements) {
        for (Statement statement : statements) {
            switch (statement.step()) {
                case Step.OpenGroup group -> {
                    add(group.registration().bgid, group.buffers());
                    if (group.shared() >= 0) {
                        sharers.computeIfAbsent(group.shared(), _ -> new HashSet<>())
                                .add(group.registration().bgid);
                    }
                }
                case Step.Publish publish -> add(publish.bgid(), publish.buffers());
                case Step.Entry entry when entry.buffer() != null ->
                    add(entry.bgid(), List.of(entry.buffer()));
                case Step.Register register ->
                    otherThreads |= register.registration().otherThread;
                case Step.Submit submit -> read(submit.request());
                case Step.Repeat repeat -> read(repeat.statements());
                default -> {
                }
            }
        }
    }

    private void read(Request request) {
        if (request.opcode == Opcode.IORING_OP_SEND && request.select) {
            sends = true;
        }
        if (request.opcode == Opcode.IORING_OP_PROVIDE_BUFFERS) {
            long size = Integer.toUnsignedLong(request.length) * Math.max(request.fd, 0);
            slabs.merge(request.bgid, Math.min(size, 1 << 20), Long::sum);
        }
    }

    private void add(int bgid, List<BufferSpec> buffers) {
        for (BufferSpec spec : buffers) {
            slabs.merge(bgid, spec.slabSpace(), Long::sum);
        }
    }
}
