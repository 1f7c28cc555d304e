package dev.rill.kernel;

import static dev.rill.abi.BufferRingFlags.IOU_PBUF_RING_MMAP;
import static dev.rill.abi.MapOffset.IORING_OFF_MMAP_MASK;
import static dev.rill.abi.MapOffset.IORING_OFF_PBUF_RING;
import static dev.rill.abi.MapOffset.IORING_OFF_PBUF_SHIFT;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_PBUF_RING;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_PBUF_STATUS;
import static dev.rill.abi.RegisterOp.IORING_UNREGISTER_PBUF_RING;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SQPOLL;
import static dev.rill.kernel.CheckRule.ADDRESS;
import static dev.rill.kernel.CheckRule.CQ_HEAD;
import static dev.rill.kernel.CheckRule.DESCRIPTOR;
import static dev.rill.kernel.CheckRule.SQE_FIELDS;
import static dev.rill.kernel.CheckRule.SQE_OPCODE;
import static dev.rill.kernel.CheckRule.SQ_INDEX;
import static dev.rill.kernel.CheckRule.SQ_TAIL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.rill.abi.FileFlags;
import dev.rill.abi.IoUringBuf;
import dev.rill.abi.IoUringBufReg;
import dev.rill.abi.IoUringBufStatus;
import dev.rill.abi.IoUringSqe;
import dev.rill.abi.Opcode;
import dev.rill.abi.SqeFlags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/// One ring as [CheckingKernel] knows it: how far either side was at the last call.
///
/// Under its own lock, which is not held while the kernel works: another thread may enter the ring
/// while one waits.
final class CheckedRing {

    private final Kernel kernel;
    private final int fd;
    private final SharedRing ring;
    private final KnownMemory known;
    private final ClosedDescriptors closed;
    private final Findings findings;
    private final CheckedRequests requests;
    private final Map<Integer, CheckedGroup> groups = new HashMap<>();
    private final MemorySegment status = Arena.ofAuto().allocate(IoUringBufStatus.SIZE, 8);
    private final SqeMemory addresses;

    private int sqTail;
    /// Up to where requests are known to be in flight.
    private int sqSeen;
    private int cqHead;
    /// Up to where completions have been looked at.
    private int cqSeen;
    /// The entry being looked at, for messages.
    private long entry;

    CheckedRing(Kernel kernel, int fd, SharedRing ring, KnownMemory known,
            ClosedDescriptors closed, Findings findings) {
        this.kernel = kernel;
        this.fd = fd;
        this.ring = ring;
        this.known = known;
        this.closed = closed;
        this.findings = findings;
        requests = new CheckedRequests(known, closed, findings);
        addresses = new SqeMemory(known, (name, address, length, memory) -> {
            if (memory == null) {
                findings.broken(ADDRESS, name + " 0x" + Long.toHexString(address) + " with "
                        + length + " bytes in " + TraceText.sqe(ring.sqes(), entry));
            }
        });
    }

    /// A call is about to be made: everything of ours is as the kernel will find it.
    synchronized void before() {
        if (ring.showsCompletions()) {
            seeCompletions();
            checkCompletionHead();
        }
        requests.check();
        if (ring.showsSubmissions()) {
            checkSubmissions();
        }
        for (CheckedGroup group : groups.values()) {
            group.check();
        }
    }

    synchronized void entered(int toSubmit, int minComplete, int flags, int result) {
        findings.entered(toSubmit, minComplete, flags, result);
        after();
    }

    synchronized void registering(int opcode, MemorySegment argument) {
        before();
        if (opcode != IORING_REGISTER_PBUF_RING || argument.byteSize() < IoUringBufReg.SIZE) {
            return;
        }
        long address = argument.get(JAVA_LONG_UNALIGNED, IoUringBufReg.RING_ADDR);
        if (!isMapped(argument) && known.find(address, ringSize(argument)) == null) {
            findings.broken(ADDRESS, "ring_addr 0x" + Long.toHexString(address) + " with "
                    + ringSize(argument) + " bytes in PBUF_RING");
        }
    }

    synchronized void registered(int opcode, MemorySegment argument, int count, int result) {
        findings.registered(opcode, count, result);
        if (result >= 0 && opcode == IORING_REGISTER_PBUF_RING && !isMapped(argument)) {
            long address = argument.get(JAVA_LONG_UNALIGNED, IoUringBufReg.RING_ADDR);
            MemorySegment memory = known.find(address, ringSize(argument));
            if (memory != null) {
                add(bgid(argument),
                        memory.asSlice(address - memory.address(), ringSize(argument)));
            }
        } else if (result >= 0 && opcode == IORING_UNREGISTER_PBUF_RING) {
            groups.remove(bgid(argument));
        }
        after();
    }

    synchronized void mapped(long offset, MemorySegment memory) {
        findings.mapped(offset, memory.byteSize());
        long kind = offset & IORING_OFF_MMAP_MASK;
        if (kind == IORING_OFF_PBUF_RING) {
            add((int) ((offset & ~kind) >>> IORING_OFF_PBUF_SHIFT), memory);
        } else {
            ring.mapped(offset, memory);
        }
    }

    /// A call has been made: what did the kernel take and complete?
    private void after() {
        if (ring.showsSubmissions()) {
            int head = ring.sqHead();
            if (ring.isSetUpWith(IORING_SETUP_SQPOLL)
                    || head - sqSeen > ring.sqEntries() || head - sqSeen < 0) {
                requests.forget(); // entries were taken, and used again, unseen
                sqSeen = head;
            }
            for (; sqSeen != head; sqSeen++) {
                int index = ring.sqIndex(sqSeen);
                if (ring.isSqe(index)) {
                    requests.submitted(ring.sqes(), ring.sqe(index));
                }
            }
        } else {
            requests.forget();
        }
        if (ring.showsCompletions()) {
            seeCompletions();
        }
    }

    private void add(int bgid, MemorySegment memory) {
        groups.put(bgid, new CheckedGroup(bgid, memory, known, findings, this::head));
    }

    private int head(int bgid) {
        status.fill((byte) 0);
        status.set(JAVA_INT, IoUringBufStatus.BUF_GROUP, bgid);
        int result = kernel.register(fd, IORING_REGISTER_PBUF_STATUS, status, 1);
        return result < 0 ? result : status.get(JAVA_INT, IoUringBufStatus.HEAD);
    }

    private void checkCompletionHead() {
        int before = cqHead;
        int head = ring.cqHead();
        cqHead = head;
        if (head - before < 0 || ring.cqTail() - head < 0) {
            findings.broken(CQ_HEAD, "the head went from " + Integer.toUnsignedString(before)
                    + " to " + Integer.toUnsignedString(head) + ", the tail is "
                    + Integer.toUnsignedString(ring.cqTail()));
        }
    }

    private void seeCompletions() {
        int tail = ring.cqTail();
        if (tail - cqSeen > ring.cqEntries() || tail - cqSeen < 0) {
            requests.forget(); // without DEFER_TASKRUN they come and go between two calls
            cqSeen = tail;
        }
        for (; cqSeen != tail; cqSeen++) {
            requests.completed(ring.cqRing(), ring.cqe(cqSeen));
        }
    }

    private void checkSubmissions() {
        boolean polled = ring.isSetUpWith(IORING_SETUP_SQPOLL);
        int before = sqTail;
        int head = ring.sqHead();
        int tail = ring.sqTail();
        sqTail = tail;
        int waiting = tail - head;
        // Without a polling thread the kernel looks at the tail in calls only: it may step back
        // over entries that have not been taken.
        if (waiting < 0 || waiting > ring.sqEntries() || polled && tail - before < 0) {
            findings.broken(SQ_TAIL, "the tail went from " + Integer.toUnsignedString(before)
                    + " to " + Integer.toUnsignedString(tail) + ", the head is "
                    + Integer.toUnsignedString(head) + " in a queue of " + ring.sqEntries());
            return;
        }
        for (int position = head; position != tail; position++) {
            int index = ring.sqIndex(position);
            if (ring.isSqe(index)) {
                entry = ring.sqe(index);
                checkEntry(ring.sqes(), entry);
            } else {
                findings.broken(SQ_INDEX, "number " + Integer.toUnsignedString(position)
                        + " of the queue is entry " + index + " of " + ring.sqEntries());
            }
        }
    }

    private void checkEntry(MemorySegment sqes, long at) {
        int opcode = Byte.toUnsignedInt(sqes.get(JAVA_BYTE, at + IoUringSqe.OPCODE));
        if (!SqeFields.isKnown(opcode)) {
            findings.broken(SQE_OPCODE, "opcode " + opcode + " in " + TraceText.sqe(sqes, at));
            return;
        }
        String leftOver = SqeFields.leftOver(sqes, at);
        if (leftOver != null) {
            findings.broken(SQE_FIELDS, leftOver + " in " + TraceText.sqe(sqes, at));
        }
        int file = sqes.get(JAVA_INT, at + IoUringSqe.FD);
        boolean fixed = (sqes.get(JAVA_BYTE, at + IoUringSqe.FLAGS)
                & SqeFlags.IOSQE_FIXED_FILE) != 0;
        if (SqeFields.namesDescriptor(opcode) && !fixed
                && (closed.isClosed(file) || file < 0 && file != FileFlags.AT_FDCWD)) {
            findings.broken(DESCRIPTOR, "descriptor " + file
                    + (file < 0 ? " is none" : " has been closed") + ", and used in "
                    + TraceText.sqe(sqes, at));
        }
        addresses.visit(sqes, at);
        requests.submitting(sqes, at);
    }

    private static boolean isMapped(MemorySegment argument) {
        return (argument.get(JAVA_SHORT_UNALIGNED, IoUringBufReg.FLAGS) & IOU_PBUF_RING_MMAP) != 0;
    }

    private static int bgid(MemorySegment argument) {
        return Short.toUnsignedInt(argument.get(JAVA_SHORT_UNALIGNED, IoUringBufReg.BGID));
    }

    private static long ringSize(MemorySegment argument) {
        return Integer.toUnsignedLong(argument.get(JAVA_INT_UNALIGNED,
                IoUringBufReg.RING_ENTRIES)) * IoUringBuf.SIZE;
    }
}
