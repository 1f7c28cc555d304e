package dev.rill.ring;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/// The kernel's half of a buffer ring, as short as it can be said: which entry is chosen, what is
/// written where, how the entry changes, and what the completion says. From the specification's
/// sections 3.3, 3.4, 4.1, 4.2 and 4.3, and from nothing of [Consumption].
///
/// Instead of data every byte received has a number, so that a test can see where it went.
final class ModelKernel {

    private static final int F_BUFFER = 0x1;
    private static final int F_BUF_MORE = 0x10;

    /// A shared entry; `address` is an offset into its buffer.
    private static final class Slot {
        int bid;
        int address;
        int length;
    }

    /// A completion and the numbers of the bytes it is about.
    record Completion(int res, int flags, int firstByte) {
    }

    /// A request that has taken its entry and waits for its data.
    record Pinned(int bid, int address, int length) {
    }

    private final boolean incremental;
    /// A remainder of so many bytes or fewer is given up.
    private final int keep;
    private final Slot[] slots;
    private int head;
    private int tail;
    private int bytes;

    final int[][] memory;
    final Deque<Completion> completions = new ArrayDeque<>();
    final List<Pinned> pinned = new ArrayList<>();

    ModelKernel(BufferRingOptions options, int[] sizes) {
        incremental = options.incremental();
        keep = Math.max(0, options.minLeft() - 1);
        slots = new Slot[options.entries()];
        Arrays.setAll(slots, _ -> new Slot());
        memory = new int[sizes.length][];
        Arrays.setAll(memory, bid -> new int[sizes[bid]]);
    }

    private Slot slot(int position) {
        return slots[position & slots.length - 1];
    }

    void publish(int bid) {
        Slot slot = slot(tail++);
        slot.bid = bid;
        slot.address = 0;
        slot.length = memory[bid].length;
    }

    int published() {
        return tail - head;
    }

    boolean isFull() {
        return published() == slots.length;
    }

    /// Whether a completion about the buffer may still come.
    boolean owns(int bid) {
        for (int at = head; at != tail; at++) {
            if (slot(at).bid == bid) {
                return true;
            }
        }
        return pinned.stream().anyMatch(one -> one.bid == bid);
    }

    int currentBid() {
        return head == tail ? -1 : slot(head).bid;
    }

    int currentLength() {
        return slot(head).length;
    }

    int currentAddress() {
        return slot(head).address;
    }

    /// What a receive could take: of one buffer, or of all that are published.
    int room(boolean bundle) {
        int room = 0;
        for (int at = head; at != tail && (bundle || at == head); at++) {
            room += slot(at).length;
        }
        return room;
    }

    /// A receive gets `count` bytes; they fit into the current buffer, or it is a bundle.
    void receive(int count) {
        int bid = slot(head).bid;
        int first = bytes;
        int at = head;
        int left = count;
        int touched = 0;
        while (left > 0) {
            Slot slot = slot(at++);
            int part = Math.min(left, slot.length);
            write(slot.bid, slot.address, part);
            left -= part;
            touched++;
        }
        boolean more = incremental ? commitIncremental(count) : commitClassic(touched);
        completions.add(new Completion(count, flags(bid, more), first));
    }

    /// A read finds the end of its file. Kernels from 6.15 to 6.18.19 forget a flag.
    void end(boolean forgetful) {
        int bid = slot(head).bid;
        boolean more = incremental ? !forgetful : commitClassic(1);
        completions.add(new Completion(0, flags(bid, more), bytes));
    }

    /// A receive takes its entry before it has data: it waits for all of it (classic rings).
    void pin() {
        Slot slot = slot(head++);
        pinned.add(new Pinned(slot.bid, slot.address, slot.length));
    }

    /// A waiting receive ends with `count` bytes, or with an error.
    void unpin(int index, int count) {
        Pinned one = pinned.remove(index);
        int first = bytes;
        write(one.bid, one.address, Math.max(count, 0));
        completions.add(new Completion(count, flags(one.bid, false), first));
    }

    private void write(int bid, int address, int count) {
        for (int i = 0; i < count; i++) {
            memory[bid][address + i] = bytes++;
        }
    }

    /// Section 4.1.
    private boolean commitIncremental(int count) {
        int left = count;
        if (left == 0) {
            return true;
        }
        while (true) {
            Slot slot = slot(head);
            int used = Math.min(left, slot.length);
            int rest = slot.length - used;
            if (rest > keep || used == 0) {
                slot.address += used;
                slot.length = rest;
                return true;
            }
            slot.length = 0;
            head++;
            left -= used;
            if (left == 0) {
                return false;
            }
        }
    }

    /// Section 4.2.
    private boolean commitClassic(int count) {
        head += count;
        return false;
    }

    private static int flags(int bid, boolean more) {
        return bid << 16 | F_BUFFER | (more ? F_BUF_MORE : 0);
    }
}
