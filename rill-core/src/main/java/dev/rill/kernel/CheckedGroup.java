package dev.rill.kernel;

import static dev.rill.kernel.CheckRule.BUFFER_ENTRY;
import static dev.rill.kernel.CheckRule.BUFFER_TAIL;
import static dev.rill.kernel.CheckRule.BUFFER_TWICE;
import static dev.rill.kernel.CheckRule.FREED;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.IoUringBuf;
import dev.rill.abi.IoUringBufRing;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/// One buffer ring as [CheckingKernel] knows it: what has been published, and where each buffer
/// was published last.
///
/// How far the kernel has taken buffers is asked of the kernel itself
/// (`IORING_REGISTER_PBUF_STATUS`), once for each batch of new ones; before Linux 6.8 it cannot be
/// asked, and then nobody sees that a ring is overfilled by less than a whole round or that a
/// buffer is published twice.
final class CheckedGroup {

    private static final VarHandle SHORT = JAVA_SHORT.varHandle();
    private static final int BIDS = 1 << 16;
    private static final int U16 = 0xffff;

    private final int bgid;
    private final int entries;
    private final KnownMemory known;
    private final Findings findings;
    /// What the kernel answers for a group: its head, or `-errno`.
    private final IntUnaryOperator heads;
    private final MemorySegment ring;
    /// Where each bid was published last, free-running; -1 for never.
    private final long[] positions = new long[BIDS];
    /// What lent entries point into.
    private final MemorySegment[] lent;
    private final Set<MemorySegment> memories =
            Collections.newSetFromMap(new IdentityHashMap<>());
    private long tail;

    /// @param ring the shared structure, of `entries` entries
    CheckedGroup(int bgid, MemorySegment ring, KnownMemory known, Findings findings,
            IntUnaryOperator heads) {
        this.bgid = bgid;
        this.ring = ring;
        this.known = known;
        this.findings = findings;
        this.heads = heads;
        entries = (int) (ring.byteSize() / IoUringBuf.SIZE);
        lent = new MemorySegment[entries];
        Arrays.fill(positions, -1);
    }

    void check() {
        if (!SharedRing.isReadable(ring)) {
            if (!ring.scope().isAlive()) {
                findings.broken(FREED, "the ring of buffer group " + bgid
                        + " was freed while it is registered");
            }
            return;
        }
        long from = tail;
        int step = (Short.toUnsignedInt((short) SHORT.getAcquire(ring, IoUringBufRing.TAIL))
                - (int) from) & U16;
        if (step > 0) {
            tail = from + step;
            published(from, step);
        }
        for (MemorySegment memory : memories) {
            if (!memory.scope().isAlive()) {
                freed();
                break;
            }
        }
    }

    private void published(long from, int step) {
        if (step > entries) {
            memories.clear();
            Arrays.fill(positions, -1);
            findings.broken(BUFFER_TAIL, "the tail of buffer group " + bgid + " went from "
                    + (from & U16) + " to " + (tail & U16) + " in a ring of " + entries);
            return;
        }
        long head = head();
        for (long at = from; at < tail; at++) {
            entry(at, head);
        }
        if (head >= 0 && tail - head > entries) {
            findings.broken(BUFFER_TAIL, "buffer group " + bgid + " has " + (tail - head)
                    + " buffers published in a ring of " + entries);
        }
    }

    private void entry(long position, long head) {
        int slot = (int) position & entries - 1;
        long at = (long) slot * IoUringBuf.SIZE;
        long address = ring.get(JAVA_LONG, at + IoUringBuf.ADDR);
        long length = Integer.toUnsignedLong(ring.get(JAVA_INT, at + IoUringBuf.LEN));
        int bid = Short.toUnsignedInt(ring.get(JAVA_SHORT, at + IoUringBuf.BID));
        MemorySegment memory = known.find(address, length);
        lent[slot] = memory;
        if (memory != null) {
            memories.add(memory);
        }
        long before = positions[bid];
        positions[bid] = position;
        if (length == 0 || memory == null) {
            findings.broken(BUFFER_ENTRY, "buffer " + bid + " of group " + bgid + " is "
                    + length + " bytes at 0x" + Long.toHexString(address));
        }
        if (head >= 0 && before >= head) {
            findings.broken(BUFFER_TWICE, "buffer " + bid + " of group " + bgid
                    + " was published as number " + before + " and again as number " + position
                    + ", and the kernel is at number " + head);
        }
    }

    /// Some memory is gone: was it lent at this moment?
    private void freed() {
        long head = head();
        for (long at = head; head >= 0 && at < tail; at++) {
            MemorySegment memory = lent[(int) at & entries - 1];
            if (memory != null && !memory.scope().isAlive()) {
                memories.removeIf(one -> !one.scope().isAlive());
                findings.broken(FREED, "buffer " + Short.toUnsignedInt(ring.get(JAVA_SHORT,
                        (at & entries - 1) * IoUringBuf.SIZE + IoUringBuf.BID)) + " of group "
                        + bgid + " was freed while the kernel has it");
                return;
            }
        }
        memories.removeIf(one -> !one.scope().isAlive());
    }

    /// @return the number of the next buffer that the kernel takes, or -1 when it does not say
    private long head() {
        int low = heads.applyAsInt(bgid);
        if (low < 0) {
            return -1;
        }
        // The kernel is never ahead of the tail: the distance is what 16 bits show of it.
        return Math.max(0, tail - (((int) tail - low) & U16));
    }
}
