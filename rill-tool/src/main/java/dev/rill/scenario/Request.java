package dev.rill.scenario;

import dev.rill.abi.Opcode;
import java.util.List;

/// A request as it was written: what is not written has the value it has here.
final class Request {

    /// The label of the completion, or null.
    String label;
    int opcode;
    /// The endpoint whose descriptor it works on, or null.
    String endpoint;
    /// The listener whose address it connects to, or null.
    String to;
    /// The descriptor as a number, which some opcodes use for a count; -1 for none.
    int fd = -1;
    boolean select;
    int bgid;
    int sqeFlags;
    int ioprio;
    int opFlags;
    int length;
    long offset;
    /// Null for what the opcode wants by default.
    Address address;
    int optlen;
    int bufIndex = -1;
    /// Lengths of the iovecs, or null for none.
    List<Integer> iovecs;
    int namelen;
    int controllen;
    /// For timeouts: nanoseconds, or -1 for none.
    long nanos = -1;
    /// For ASYNC_CANCEL: the label of its victim, or null.
    String victim;

    /// Whether its result is a descriptor, which is another number each time.
    boolean opensDescriptor() {
        return opcode == Opcode.IORING_OP_ACCEPT || opcode == Opcode.IORING_OP_SOCKET;
    }
}
