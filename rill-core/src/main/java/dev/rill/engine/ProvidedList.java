package dev.rill.engine;

import java.util.ArrayDeque;

/// A classic group: buffers handed over one by one with IORING_OP_PROVIDE_BUFFERS, each used up by
/// the request that takes it. Used from the front, added at the back, given back to the front.
final class ProvidedList implements BufferLists.Group {

    /// One buffer of a list.
    record Buffer(long address, long length, int bid) {
    }

    private final ArrayDeque<Buffer> buffers = new ArrayDeque<>();

    int size() {
        return buffers.size();
    }

    boolean isEmpty() {
        return buffers.isEmpty();
    }

    Buffer take() {
        return buffers.pollFirst();
    }

    void giveBack(Buffer buffer) {
        buffers.addFirst(buffer);
    }

    void add(Buffer buffer) {
        buffers.addLast(buffer);
    }

    int remove(int count) {
        int removed = 0;
        while (removed < count && buffers.pollFirst() != null) {
            removed++;
        }
        return removed;
    }
}
