package dev.rill.tool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.rill.abi.Errno;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.BufferRing;
import dev.rill.ring.CompletionQueue;
import dev.rill.ring.Hold;
import dev.rill.ring.Received;
import dev.rill.ring.Ring;
import dev.rill.ring.RingOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The example of the patch that brought incremental buffers, run on a kernel: two buffers of 32
/// KiB, into which 4, 8, 20 and 4 KiB are received.
///
/// Three parties say where bytes are: the completion, Rill's own receive point, and the entry in
/// the shared ring, which the kernel rewrites. Every byte is compared with what was sent, and the
/// three with each other.
///
/// Source: "io_uring/kbuf: add support for incremental buffer consumption", Linux 6.12.
final class WorkedExample {

    static final int BUFFERS = 2;
    static final int BUFFER_SIZE = 32 * 1024;
    /// What is sent, one after the other, each after the one before has been received.
    static final List<Integer> LENGTHS = List.of(0x1000, 0x2000, 0x5000, 0x1000);

    private static final int BGID = 0;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /// One completion and what the shared ring says after it.
    ///
    /// @param number 1 for the first
    /// @param sent how many bytes were sent before it
    /// @param res the completion's result
    /// @param flags the completion's flags
    /// @param bid the buffer the bytes are in
    /// @param offset where in that buffer they start
    /// @param entries the shared ring's entries, by buffer
    /// @param head how many buffers the kernel has used up, -1 where it cannot be asked
    /// @param wrongBytes how many received bytes are not those that were sent
    /// @param agreed whether the entry says what the completion means
    record Step(int number, int sent, int res, int flags, int bid, int offset,
            List<Entry> entries, int head, int wrongBytes, boolean agreed) {
    }

    /// An entry of the shared ring, as the kernel left it.
    ///
    /// @param offset its address, from the start of its buffer: where the next receive will land
    /// @param left its length: bytes left, 0 when the buffer is used up
    record Entry(int offset, int left) {
    }

    private final Ring ring;
    private final BufferGroup group;
    private final ExampleLink link;
    private final Kernel kernel;
    private final List<Hold> holds = new ArrayList<>();
    private int steps;
    /// Position in the stream of the next byte to be received.
    private int position;

    private WorkedExample(Ring ring, BufferGroup group, ExampleLink link) {
        this.ring = ring;
        this.group = group;
        this.link = link;
        kernel = ring.kernel();
    }

    /// Runs the example.
    ///
    /// @param kernel where
    /// @param transport over what the bytes come
    /// @param steps is told of each completion
    /// @return how many bytes were received
    /// @throws CommandFailed when this kernel has no incremental buffers
    static int run(Kernel kernel, ExampleLink.Transport transport, Consumer<Step> steps) {
        RingOptions options = RingOptions.defaults().withQueues(8, 16);
        try (Ring ring = Ring.open(kernel, options);
                BufferGroup group = BufferGroup.open(ring,
                        BufferGroupOptions.incremental(BGID, BUFFERS, BUFFER_SIZE));
                ExampleLink link = ExampleLink.open(ring, transport)) {
            group.stepDowns().forEach(missing -> {
                throw new CommandFailed("this kernel (" + kernel + ") has no incremental buffer"
                        + " rings: the example needs " + missing.what() + ", Linux "
                        + missing.since() + " or newer");
            });
            WorkedExample example = new WorkedExample(ring, group, link);
            for (int length : LENGTHS) {
                example.receive(length, steps);
            }
            // The example gives no buffer back, so they were kept until here.
            example.holds.forEach(Hold::close);
            return example.position;
        }
    }

    /// Sends so many bytes, then receives until they are there: once, unless TCP delivers them in
    /// pieces.
    private void receive(int length, Consumer<Step> listener) {
        send(length);
        int end = position + length;
        while (position < end) {
            group.select(link.prepareReceive(ring.sqe())).userData(steps + 1L);
            CompletionQueue completions = awaitCompletion(ring);
            int res = completions.res();
            int flags = completions.flags();
            KernelException.check("receive", res);
            if (res == 0) {
                throw new KernelException("receive", Errno.ECONNRESET, "The other side is gone");
            }
            try {
                group.received(res, flags);
            } catch (IllegalStateException e) {
                throw new CommandFailed("receive " + (steps + 1)
                        + ": the kernel contradicts itself: " + e.getMessage(), e);
            }
            listener.accept(step(length, res, flags));
            completions.advance();
        }
    }

    private Step step(int sent, int res, int flags) {
        if (!group.next()) {
            throw new IllegalStateException("res=" + res + ": no bytes in the completion");
        }
        Received part = group.part();
        holds.add(part.hold());
        int wrong = 0;
        for (int i = 0; i < part.length(); i++) {
            if (part.get(i) != pattern(position + i)) {
                wrong++;
            }
        }
        position += part.length();
        List<Entry> entries = new ArrayList<>();
        BufferRing shared = group.bufferRing();
        long memory = part.address() - part.offset() - (long) part.bid() * BUFFER_SIZE;
        for (int i = 0; i < BUFFERS; i++) {
            entries.add(new Entry(
                    (int) (shared.entryAddress(i) - memory - (long) i * BUFFER_SIZE),
                    shared.entryLength(i)));
        }
        boolean agreed = part.length() == res
                && entries.get(part.bid()).equals(expected(part.offset(), part.length()));
        Step step = new Step(++steps, sent, res, flags, part.bid(), part.offset(), entries,
                head(shared), wrong, agreed);
        if (group.next()) {
            throw new IllegalStateException("res=" + res + ": bytes in more than one buffer");
        }
        return step;
    }

    /// What the kernel makes of an entry: it goes on behind the bytes, or, when they were the last
    /// that fit, keeps its address and has nothing left.
    private static Entry expected(int offset, int length) {
        int next = offset + length;
        return next == BUFFER_SIZE ? new Entry(offset, 0) : new Entry(next, BUFFER_SIZE - next);
    }

    private static int head(BufferRing shared) {
        try {
            return shared.head();
        } catch (KernelException e) {
            return -1; // before Linux 6.8
        }
    }

    private void send(int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = kernel.memory(length, arena).asSlice(0, length);
            for (int i = 0; i < length; i++) {
                bytes.set(JAVA_BYTE, i, pattern(position + i));
            }
            link.send(bytes);
        }
    }

    /// The byte at a position of the stream: neighbours differ, and so do positions a buffer or a
    /// step apart.
    private static byte pattern(int position) {
        return (byte) (position * 0x9e3779b1 >>> 24);
    }

    /// Steps to the next completion; submits what is filled in when there is none.
    static CompletionQueue awaitCompletion(Ring ring) {
        CompletionQueue completions = ring.completions();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!completions.next()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                // Its memory is freed soon, so the request must not stay behind.
                ring.sqe().prepCancelAny();
                ring.submitAndWait(2, PATIENCE_NANOS);
                throw new CommandFailed("the kernel did not complete a request within "
                        + Units.duration(PATIENCE_NANOS));
            }
            ring.submitAndWait(1, left);
        }
        return completions;
    }
}
