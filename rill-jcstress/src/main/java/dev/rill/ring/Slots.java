package dev.rill.ring;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.rill.Kernels;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/// Received bytes for every state of a test: eight each, in one buffer of one group, which nobody
/// receives into. The group is opened by a thread that has ended, so no actor is its owner.
final class Slots {

    static final int SIZE = Long.BYTES;

    /// Far more than jcstress keeps states at a time, so none is used by two of them.
    private static final int SLOTS = 1 << 17;
    /// Whatever a byte was, it is another then.
    private static final long OVERWRITTEN = -1L;
    private static final int BID = 0;

    private static final BufferGroup GROUP = open();
    private static final MemorySegment BUFFER = GROUP.buffer(BID);
    private static final AtomicInteger NEXT = new AtomicInteger();

    private Slots() {
    }

    /// Bytes nobody else has, with contents that differ from slot to slot.
    static HeldBytes take() {
        int offset = NEXT.getAndIncrement() % SLOTS * SIZE;
        BUFFER.set(JAVA_LONG_UNALIGNED, offset, contents(offset));
        return new HeldBytes(GROUP, BID, offset, SIZE, offset);
    }

    /// What the kernel may do to a buffer that was given back.
    static void overwrite(HeldBytes bytes) {
        int offset = offset(bytes);
        BUFFER.set(JAVA_LONG_UNALIGNED, offset, contents(offset) ^ OVERWRITTEN);
    }

    static boolean isRight(HeldBytes bytes, MemorySegment seen) {
        return seen.get(JAVA_LONG_UNALIGNED, 0) == contents(offset(bytes));
    }

    static boolean isRight(HeldBytes bytes, byte[] seen) {
        return isRight(bytes, MemorySegment.ofArray(seen));
    }

    /// Forgets what [HeldBytes#close] gave back, which no owner collects.
    static void forgetReturned() {
        GROUP.holds().returned().takeAll();
    }

    private static int offset(HeldBytes bytes) {
        return (Integer) bytes.source();
    }

    private static long contents(int offset) {
        return (offset + 1) * 0x9E37_79B9_7F4A_7C15L;
    }

    private static BufferGroup open() {
        Opening opening = new Opening(new CompletableFuture<>());
        Thread.ofPlatform().start(opening);
        return opening.group.join();
    }

    /// A class of its own: whoever runs a method of [Slots] waits until there is a group.
    private record Opening(CompletableFuture<BufferGroup> group) implements Runnable {

        @Override
        public void run() {
            try {
                Ring ring = Ring.open(Kernels.inMemory(), RingOptions.defaults());
                group.complete(BufferGroup.open(ring,
                        BufferGroupOptions.incremental(0, 1, SLOTS * SIZE)));
            } catch (RuntimeException | Error e) {
                group.completeExceptionally(e);
            }
        }
    }
}
