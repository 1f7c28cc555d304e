package dev.rill.engine;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.IoUringBuf;
import dev.rill.abi.IoUringBufRing;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// A buffer ring: entries and tail in memory shared with the program, the head in here.
///
/// With incremental consumption a buffer stays current until it is full, and the entry itself
/// keeps the receive point: the kernel moves its address and shortens its length.
final class ProvidedRing implements BufferLists.Group {

    private static final System.Logger LOGGER = System.getLogger(ProvidedRing.class.getName());
    private static final VarHandle TAIL = JAVA_SHORT.varHandle();

    /// The program's memory; null when the kernel has allocated it.
    private final MemorySegment own;
    /// What the kernel has allocated; null for the program's memory.
    private final SharedPages pages;
    private final int mask;
    private final boolean incremental;
    /// A buffer with no more than this left is finished (`min_left - 1`).
    private final long keep;
    private final boolean singleSlot;
    private final boolean endFinishes;
    private boolean warned;
    private int head;

    ProvidedRing(MemorySegment own, SharedPages pages, int entries, boolean incremental,
            int minLeft, Profile profile) {
        this.own = own;
        this.pages = pages;
        this.mask = entries - 1;
        this.incremental = incremental;
        this.keep = minLeft == 0 ? 0 : Integer.toUnsignedLong(minLeft) - 1;
        singleSlot = profile.has(Quirk.SINGLE_SLOT_COMMIT);
        endFinishes = profile.has(Quirk.EOF_FINISHES);
    }

    boolean incremental() {
        return incremental;
    }

    /// What a program may map.
    ///
    /// @return null when the ring is in the program's own memory
    SharedPages pages() {
        return pages;
    }

    int head() {
        return head;
    }

    /// What the program has published, read so that the entries before it are seen too.
    int tail() {
        MemorySegment memory = memory();
        if (!memory.scope().isAlive()) {
            return head; // the real kernel has pinned the pages; nothing new is published either
        }
        return Short.toUnsignedInt((short) TAIL.getAcquire(memory, (long) IoUringBufRing.TAIL));
    }

    long address(int index) {
        return memory().get(JAVA_LONG, at(index) + IoUringBuf.ADDR);
    }

    long length(int index) {
        return Integer.toUnsignedLong(memory().get(JAVA_INT, at(index) + IoUringBuf.LEN));
    }

    void length(int index, long length) {
        memory().set(JAVA_INT, at(index) + IoUringBuf.LEN, (int) length);
    }

    int bid(int index) {
        return Short.toUnsignedInt(memory().get(JAVA_SHORT, at(index) + IoUringBuf.BID));
    }

    /// Consumes what a request used: bytes of an incremental ring, entries of a classic one
    /// (`io_kbuf_commit`).
    ///
    /// @param bytes how many, as the signed number that the kernel takes them for
    /// @param entries how many entries were used
    /// @return whether the buffer that was used last is finished
    boolean commit(int bytes, int entries) {
        if (bytes < 0) {
            return true;
        }
        if (!incremental) {
            head = head + entries & 0xffff;
            return true;
        }
        return singleSlot ? commitOneSlot(bytes, entries) : commitSlots(bytes);
    }

    /// `io_kbuf_inc_commit` since 6.15: a commit may finish several buffers, and its answer is
    /// about the last one.
    private boolean commitSlots(int bytes) {
        if (bytes == 0) {
            return endFinishes;
        }
        long left = bytes;
        while (left > 0) {
            long length = length(head);
            long used = Math.min(left, length);
            long rest = length - used;
            if (rest > keep || used == 0) {
                memory().set(JAVA_LONG, at(head) + IoUringBuf.ADDR, address(head) + used);
                length(head, rest);
                return false;
            }
            length(head, 0);
            head = head + 1 & 0xffff;
            left -= used;
        }
        return true;
    }

    /// The patch as it was merged: one entry is considered, more is clamped with a warning.
    private boolean commitOneSlot(int bytes, int entries) {
        long length = length(head);
        long used = bytes;
        if (used > length) {
            if (!warned) {
                LOGGER.log(System.Logger.Level.WARNING, "commit of {0} bytes to a buffer with {1}"
                        + " left: clamped, as Linux 6.12.0 does", bytes, length);
                warned = true;
            }
            used = length;
        }
        length(head, length - used);
        if (length > used) {
            memory().set(JAVA_LONG, at(head) + IoUringBuf.ADDR, address(head) + used);
            return false;
        }
        head = head + Math.max(1, entries) & 0xffff;
        return true;
    }

    private MemorySegment memory() {
        return own != null ? own : pages.memory();
    }

    private long at(int index) {
        return (long) (index & mask) * IoUringBuf.SIZE;
    }
}
