package dev.rill.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.rill.abi.CqeFlags;
import dev.rill.abi.IoUringCqe;
import dev.rill.abi.IoUringSqe;
import dev.rill.abi.Opcode;
import dev.rill.abi.SqeFlags;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The requests of one ring that are in flight, and the memory they name, for [CheckingKernel].
///
/// Requests are known by their `user_data`. Where several share one, it is not known which of them
/// has completed: freed memory is then told of when more of them name some than have completed.
final class CheckedRequests {

    private final KnownMemory known;
    private final ClosedDescriptors closed;
    private final Findings findings;
    private final Map<Long, Requests> byUserData = new HashMap<>();
    /// Those of the above that name memory.
    private final Map<Long, Requests> naming = new HashMap<>();

    /// All requests with one `user_data`, since none was in flight.
    private static final class Requests {
        private final int opcode;
        private int submitted;
        private int completed;
        private boolean opens;
        /// Opens two descriptors, which stand in memory.
        private boolean pipes;
        private int closes = Findings.NO_RING;
        /// One for each request that names memory.
        private final List<List<MemorySegment>> memories = new ArrayList<>();

        Requests(int opcode) {
            this.opcode = opcode;
        }

        boolean namesFreedMemory() {
            int freed = 0;
            for (List<MemorySegment> each : memories) {
                freed += isAlive(each) ? 0 : 1;
            }
            return freed > completed;
        }

        private static boolean isAlive(List<MemorySegment> memories) {
            for (MemorySegment memory : memories) {
                if (!memory.scope().isAlive()) {
                    return false;
                }
            }
            return true;
        }
    }

    CheckedRequests(KnownMemory known, ClosedDescriptors closed, Findings findings) {
        this.known = known;
        this.closed = closed;
        this.findings = findings;
    }

    /// A request is about to be taken by the kernel.
    void submitting(MemorySegment sqes, long at) {
        if (closesPlainly(sqes, at)) {
            closed.closing(sqes.get(JAVA_INT, at + IoUringSqe.FD));
        }
    }

    /// The kernel has taken a request.
    void submitted(MemorySegment sqes, long at) {
        int flags = sqes.get(JAVA_BYTE, at + IoUringSqe.FLAGS);
        int opcode = Byte.toUnsignedInt(sqes.get(JAVA_BYTE, at + IoUringSqe.OPCODE));
        if ((flags & SqeFlags.IOSQE_CQE_SKIP_SUCCESS) != 0) {
            if (opens(opcode) || opcode == Opcode.IORING_OP_CLOSE) {
                closed.forget();
            }
            return; // it may end without a word
        }
        Long userData = sqes.get(JAVA_LONG, at + IoUringSqe.USER_DATA);
        Requests requests = byUserData.computeIfAbsent(userData, _ -> new Requests(opcode));
        requests.submitted++;
        requests.opens |= opens(opcode);
        requests.pipes |= opcode == Opcode.IORING_OP_PIPE;
        if (closesPlainly(sqes, at)) {
            requests.closes = sqes.get(JAVA_INT, at + IoUringSqe.FD);
        }
        List<MemorySegment> memories = new ArrayList<>(2);
        new SqeMemory(known, (_, _, _, memory) -> {
            if (memory != null && !memories.contains(memory)) {
                memories.add(memory);
            }
        }).visit(sqes, at);
        if (!memories.isEmpty()) {
            requests.memories.add(memories);
            naming.put(userData, requests);
        }
    }

    /// The kernel has completed something.
    void completed(MemorySegment cqes, long at) {
        Long userData = cqes.get(JAVA_LONG, at + IoUringCqe.USER_DATA);
        int res = cqes.get(JAVA_INT, at + IoUringCqe.RES);
        int flags = cqes.get(JAVA_INT, at + IoUringCqe.FLAGS);
        Requests requests = byUserData.get(userData);
        if (requests == null) {
            return;
        }
        if (requests.opens && res >= 0) {
            if (requests.pipes) {
                closed.forget();
            }
            closed.opened(res);
        }
        if (requests.closes >= 0 && requests.submitted == 1 && res == 0) {
            closed.closed(requests.closes);
        }
        if ((flags & CqeFlags.IORING_CQE_F_MORE) == 0
                && ++requests.completed >= requests.submitted) {
            byUserData.remove(userData);
            naming.remove(userData);
        }
    }

    /// Looks whether memory has been freed too early.
    void check() {
        if (naming.isEmpty()) {
            return;
        }
        Map.Entry<Long, Requests> found = null;
        for (Map.Entry<Long, Requests> entry : naming.entrySet()) {
            if (entry.getValue().namesFreedMemory()) {
                found = entry;
                break;
            }
        }
        if (found != null) {
            naming.remove(found.getKey());
            findings.broken(CheckRule.FREED, "memory was freed while "
                    + Opcode.name(found.getValue().opcode) + " of user_data 0x"
                    + Long.toHexString(found.getKey()) + " is in flight and names it");
        }
    }

    /// Completions have gone by unseen: nothing is known any more.
    void forget() {
        byUserData.clear();
        naming.clear();
        closed.forget();
    }

    private static boolean closesPlainly(MemorySegment sqes, long at) {
        return sqes.get(JAVA_BYTE, at + IoUringSqe.OPCODE) == Opcode.IORING_OP_CLOSE
                && sqes.get(JAVA_INT, at + IoUringSqe.FILE_INDEX) == 0;
    }

    private static boolean opens(int opcode) {
        return switch (opcode) {
            case Opcode.IORING_OP_ACCEPT, Opcode.IORING_OP_SOCKET, Opcode.IORING_OP_OPENAT,
                    Opcode.IORING_OP_OPENAT2, Opcode.IORING_OP_FIXED_FD_INSTALL,
                    Opcode.IORING_OP_PIPE -> true;
            default -> false;
        };
    }
}
