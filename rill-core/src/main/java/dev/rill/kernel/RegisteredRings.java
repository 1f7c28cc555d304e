package dev.rill.kernel;

import static dev.rill.abi.EnterFlags.IORING_ENTER_REGISTERED_RING;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_RING_FDS;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_USE_REGISTERED_RING;
import static dev.rill.abi.RegisterOp.IORING_UNREGISTER_RING_FDS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.rill.abi.IoUringRsrcUpdate;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Which descriptors stand behind the indexes of registered rings, for decorators. A registered
/// ring is known to its thread only.
final class RegisteredRings {

    private final Map<Long, Integer> descriptors = new ConcurrentHashMap<>();

    /// The descriptor that a call to `enter` is about.
    int entered(int ring, int flags) {
        return (flags & IORING_ENTER_REGISTERED_RING) == 0 ? ring : descriptor(ring);
    }

    /// The descriptor that a registration is about.
    int registering(int ring, int opcode) {
        return (opcode & IORING_REGISTER_USE_REGISTERED_RING) == 0 ? ring : descriptor(ring);
    }

    /// Learns from a registration that has been made.
    void follow(int opcode, MemorySegment argument, int result) {
        int plain = opcode & ~IORING_REGISTER_USE_REGISTERED_RING;
        boolean added = plain == IORING_REGISTER_RING_FDS;
        if (!added && plain != IORING_UNREGISTER_RING_FDS) {
            return;
        }
        for (int i = 0; i < result; i++) {
            long at = (long) i * IoUringRsrcUpdate.SIZE;
            long place = place(argument.get(JAVA_INT, at + IoUringRsrcUpdate.OFFSET));
            if (added) {
                descriptors.put(place, (int) argument.get(JAVA_LONG, at + IoUringRsrcUpdate.DATA));
            } else {
                descriptors.remove(place);
            }
        }
    }

    private int descriptor(int index) {
        return descriptors.getOrDefault(place(index), index);
    }

    private static long place(int index) {
        return Thread.currentThread().threadId() << 32 | index;
    }
}
