package dev.rill.scenario;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.IoUringBuf;
import dev.rill.abi.IoUringBufRing;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// The shared structure of a ring group, written without any of the library's care.
final class GroupMemory {

    private static final VarHandle SHORT = JAVA_SHORT.varHandle();

    private final MemorySegment entries;
    private final int mask;
    /// The address of the buffer that was last put into each entry.
    private final long[] bases;
    private int tail;

    GroupMemory(MemorySegment entries, int count) {
        this.entries = entries;
        mask = count - 1;
        bases = new long[count];
        tail = Short.toUnsignedInt(entries.get(JAVA_SHORT, IoUringBufRing.TAIL));
    }

    /// Writes the next entry; the kernel sees it after [#publish].
    void add(Slab.Buffer buffer, int bid) {
        write(tail & mask, buffer, bid);
        tail++;
    }

    void write(int index, Slab.Buffer buffer, int bid) {
        long entry = (long) (index & mask) * IoUringBuf.SIZE;
        bases[index & mask] = buffer.address();
        entries.set(JAVA_LONG, entry + IoUringBuf.ADDR, buffer.address());
        entries.set(JAVA_INT, entry + IoUringBuf.LEN, buffer.length());
        entries.set(JAVA_SHORT, entry + IoUringBuf.BID, (short) bid);
    }

    void reserved(int index, int value) {
        entries.set(JAVA_SHORT, (long) (index & mask) * IoUringBuf.SIZE + IoUringBuf.RESV,
                (short) value);
    }

    void publish() {
        SHORT.setRelease(entries, (long) IoUringBufRing.TAIL, (short) tail);
    }

    /// Stores a tail of the scenario's choice.
    void tail(int value) {
        tail = value;
        publish();
    }

    int tail() {
        return Short.toUnsignedInt((short) SHORT.getAcquire(entries,
                (long) IoUringBufRing.TAIL));
    }

    /// How far the kernel has moved an entry's address.
    long offset(int index) {
        return entries.get(JAVA_LONG, (long) (index & mask) * IoUringBuf.SIZE + IoUringBuf.ADDR)
                - bases[index & mask];
    }

    int length(int index) {
        return entries.get(JAVA_INT, (long) (index & mask) * IoUringBuf.SIZE + IoUringBuf.LEN);
    }

    int bid(int index) {
        return Short.toUnsignedInt(entries.get(JAVA_SHORT,
                (long) (index & mask) * IoUringBuf.SIZE + IoUringBuf.BID));
    }

    int count() {
        return mask + 1;
    }

    /// What programs see of an entry.
    Observation.Entry entry(int index) {
        long reserved = (long) index * IoUringBuf.SIZE + IoUringBuf.RESV;
        return new Observation.Entry(offset(index), length(index), bid(index),
                Short.toUnsignedInt(entries.get(JAVA_SHORT, reserved)));
    }

    long address() {
        return entries.address();
    }

    /// Whether another mapping shows the same bytes.
    boolean isSeenIn(MemorySegment other) {
        long marker = 0x5eed_0000_0000_0000L | System.nanoTime() & 0xffff_ffffL;
        long before = entries.get(JAVA_LONG, IoUringBuf.ADDR);
        entries.set(JAVA_LONG, IoUringBuf.ADDR, marker);
        boolean seen = other.get(JAVA_LONG, IoUringBuf.ADDR) == marker;
        entries.set(JAVA_LONG, IoUringBuf.ADDR, before);
        return seen;
    }
}
