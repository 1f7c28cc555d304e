package dev.rill.engine;

import static dev.rill.abi.BufferRingFlags.IOU_PBUF_RING_INC;
import static dev.rill.abi.BufferRingFlags.IOU_PBUF_RING_MMAP;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.rill.abi.Errno;
import dev.rill.abi.IoUringBuf;
import dev.rill.abi.IoUringBufReg;
import dev.rill.abi.IoUringBufStatus;
import dev.rill.abi.IoUringProbe;
import dev.rill.abi.IoUringProbeOp;
import dev.rill.abi.IoUringRsrcRegister;
import dev.rill.abi.IoUringRsrcUpdate;
import dev.rill.abi.IoUringSyncCancelReg;
import dev.rill.abi.RegisterOp;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// What can be registered with a ring, with the kernel's checks in the kernel's order
/// (io_uring/register.c, and io_register_pbuf_ring and its neighbours in io_uring/kbuf.c).
final class Registrations {

    private static final int RING_ENTRIES_MAX = 1 << 16;
    private static final int REGISTERED_RINGS_MAX = 16;

    private final InProcessKernel kernel;
    private final RingContext ring;

    private Registrations(InProcessKernel kernel, RingContext ring) {
        this.kernel = kernel;
        this.ring = ring;
    }

    static int register(InProcessKernel kernel, RingContext ring, int opcode,
            MemorySegment argument, int count) {
        Registrations call = new Registrations(kernel, ring);
        return switch (opcode) {
            case RegisterOp.IORING_REGISTER_PBUF_RING -> call.bufferRing(argument, count);
            case RegisterOp.IORING_UNREGISTER_PBUF_RING ->
                    call.unregisterBufferRing(argument, count);
            case RegisterOp.IORING_REGISTER_PBUF_STATUS -> call.status(argument, count);
            case RegisterOp.IORING_REGISTER_PROBE -> call.probe(argument, count);
            case RegisterOp.IORING_REGISTER_ENABLE_RINGS ->
                    argument.address() != 0 || count != 0 ? -Errno.EINVAL : ring.enable();
            case RegisterOp.IORING_REGISTER_RING_FDS -> call.ringFds(argument, count);
            case RegisterOp.IORING_UNREGISTER_RING_FDS ->
                    call.unregisterRingFds(argument, count);
            case RegisterOp.IORING_REGISTER_FILES -> call.registerFiles(argument, count);
            case RegisterOp.IORING_REGISTER_FILES2 -> call.registerFiles2(argument, count);
            case RegisterOp.IORING_UNREGISTER_FILES -> call.unregisterFiles();
            case RegisterOp.IORING_REGISTER_FILES_UPDATE -> call.updateFiles(argument, count);
            case RegisterOp.IORING_REGISTER_EVENTFD,
                 RegisterOp.IORING_REGISTER_EVENTFD_ASYNC -> call.eventfd(argument, count);
            case RegisterOp.IORING_UNREGISTER_EVENTFD -> call.unregisterEventfd();
            case RegisterOp.IORING_REGISTER_SYNC_CANCEL -> call.cancel(argument, count);
            case RegisterOp.IORING_REGISTER_IOWQ_AFF, RegisterOp.IORING_UNREGISTER_IOWQ_AFF,
                 RegisterOp.IORING_REGISTER_IOWQ_MAX_WORKERS -> 0;
            default -> -Errno.EINVAL;
        };
    }

    /// The structure an argument points to; a segment without a size is only an address.
    private MemorySegment argument(MemorySegment given, long size) {
        return given.byteSize() >= size ? given : kernel.memory().slice(given.address(), size);
    }

    private static boolean missing(MemorySegment argument, int count) {
        return argument.address() == 0 && argument.byteSize() == 0 || count != 1;
    }

    private static boolean zero(MemorySegment memory, long from, long to) {
        return memory.asSlice(from, to - from)
                .mismatch(MemorySegment.ofArray(new byte[(int) (to - from)])) == -1;
    }

    // ---- buffer rings ---------------------------------------------------------------------

    private int bufferRing(MemorySegment given, int count) {
        if (missing(given, count)) {
            return -Errno.EINVAL;
        }
        MemorySegment reg = argument(given, IoUringBufReg.SIZE);
        if (reg == null) {
            return -Errno.EFAULT;
        }
        Profile profile = kernel.profile();
        if (!reservedIsZero(reg)) {
            return -Errno.EINVAL;
        }
        int flags = Short.toUnsignedInt(reg.get(JAVA_SHORT_UNALIGNED, IoUringBufReg.FLAGS));
        if ((flags & ~(IOU_PBUF_RING_MMAP | IOU_PBUF_RING_INC)) != 0) {
            return -Errno.EINVAL;
        }
        boolean mapped = (flags & IOU_PBUF_RING_MMAP) != 0;
        boolean incremental = (flags & IOU_PBUF_RING_INC) != 0;
        long address = reg.get(JAVA_LONG_UNALIGNED, IoUringBufReg.RING_ADDR);
        if (profile.has(Quirk.STRICT_RING_ADDRESS)) {
            int result = mapped ? (address != 0 ? -Errno.EINVAL : 0) : checkAddress(address);
            if (result != 0) {
                return result;
            }
        }
        int entries = reg.get(JAVA_INT_UNALIGNED, IoUringBufReg.RING_ENTRIES);
        int minLeft = reg.get(JAVA_INT_UNALIGNED, IoUringBufReg.MIN_LEFT);
        if (Integer.bitCount(entries) != 1
                || Integer.compareUnsigned(entries, RING_ENTRIES_MAX) >= 0
                || minLeft != 0 && !incremental) {
            return -Errno.EINVAL;
        }
        int bgid = Short.toUnsignedInt(reg.get(JAVA_SHORT_UNALIGNED, IoUringBufReg.BGID));
        BufferLists.Group existing = ring.buffers().group(bgid);
        if (existing instanceof ProvidedRing
                || existing instanceof ProvidedList list && list.size() > 0) {
            return -Errno.EEXIST;
        }
        ring.buffers().put(bgid, null); // an empty list is replaced, whatever comes of it
        long size = (long) entries * IoUringBuf.SIZE;
        MemorySegment memory = null;
        SharedPages pages = null;
        if (mapped) {
            pages = new SharedPages(size, kernel.pageSize());
        } else {
            int result = checkAddress(address);
            if (result == 0 && Long.compareUnsigned(address + pages(size), address) < 0) {
                result = -Errno.EOVERFLOW;
            }
            memory = result == 0 ? kernel.memory().slice(address, size) : null;
            if (memory == null) {
                return result == 0 ? -Errno.EFAULT : result;
            }
        }
        ring.buffers().put(bgid, new ProvidedRing(memory, pages, entries, incremental,
                minLeft, profile));
        return 0;
    }

    private boolean reservedIsZero(MemorySegment reg) {
        Profile profile = kernel.profile();
        long first = IoUringBufReg.MIN_LEFT
                + (profile.has(Quirk.NO_MIN_LEFT) ? 0 : Integer.BYTES);
        long end = profile.has(Quirk.LAST_WORDS_UNCHECKED) ? first + 3 * Integer.BYTES
                : IoUringBufReg.SIZE;
        return zero(reg, first, end);
    }

    private int checkAddress(long address) {
        if (address == 0) {
            return -Errno.EFAULT;
        }
        return (address & kernel.pageSize() - 1) != 0 ? -Errno.EINVAL : 0;
    }

    private long pages(long size) {
        return size + kernel.pageSize() - 1 & -kernel.pageSize();
    }

    private int unregisterBufferRing(MemorySegment given, int count) {
        if (missing(given, count)) {
            return -Errno.EINVAL;
        }
        MemorySegment reg = argument(given, IoUringBufReg.SIZE);
        if (reg == null) {
            return -Errno.EFAULT;
        }
        if (reg.get(JAVA_SHORT_UNALIGNED, IoUringBufReg.FLAGS) != 0
                || !reservedIsZero(reg)) {
            return -Errno.EINVAL;
        }
        int bgid = Short.toUnsignedInt(reg.get(JAVA_SHORT_UNALIGNED, IoUringBufReg.BGID));
        return switch (ring.buffers().group(bgid)) {
            case null -> -Errno.ENOENT;
            case ProvidedList _ -> -Errno.EINVAL;
            case ProvidedRing _ -> {
                ring.buffers().put(bgid, null);
                yield 0;
            }
        };
    }

    private int status(MemorySegment given, int count) {
        if (missing(given, count)) {
            return -Errno.EINVAL;
        }
        MemorySegment status = argument(given, IoUringBufStatus.SIZE);
        if (status == null) {
            return -Errno.EFAULT;
        }
        if (!zero(status, IoUringBufStatus.RESV, IoUringBufStatus.SIZE)) {
            return -Errno.EINVAL;
        }
        int bgid = status.get(JAVA_INT_UNALIGNED, IoUringBufStatus.BUF_GROUP);
        return switch (ring.buffers().group(bgid)) {
            case null -> -Errno.ENOENT;
            case ProvidedList _ -> -Errno.EINVAL;
            case ProvidedRing group -> {
                status.set(JAVA_INT_UNALIGNED, IoUringBufStatus.HEAD, group.head());
                yield 0;
            }
        };
    }

    // ---- what there is --------------------------------------------------------------------

    private int probe(MemorySegment given, int count) {
        int asked = Math.min(count, 256);
        long size = IoUringProbe.SIZE + (long) asked * IoUringProbeOp.SIZE;
        if (given.address() == 0 || count > 256) {
            return -Errno.EINVAL;
        }
        MemorySegment answer = argument(given, size);
        if (answer == null) {
            return -Errno.EFAULT;
        }
        if (!zero(answer, 0, size)) {
            return -Errno.EINVAL;
        }
        int known = Math.min(asked, Operations.LAST + 1);
        answer.set(JAVA_BYTE, IoUringProbe.LAST_OP, (byte) Operations.LAST);
        answer.set(JAVA_BYTE, IoUringProbe.OPS_LEN, (byte) known);
        for (int opcode = 0; opcode < known; opcode++) {
            Operations.Definition definition = Operations.definition(opcode);
            long at = IoUringProbe.OPS + (long) opcode * IoUringProbeOp.SIZE;
            answer.set(JAVA_BYTE, at + IoUringProbeOp.OP, (byte) opcode);
            if (definition != null && definition.supported()) {
                answer.set(JAVA_SHORT_UNALIGNED, at + IoUringProbeOp.FLAGS,
                        (short) IoUringProbeOp.IO_URING_OP_SUPPORTED);
            }
        }
        return 0;
    }

    // ---- rings by index -------------------------------------------------------------------

    /// Registered rings belong to a thread, not to a ring.
    private int ringFds(MemorySegment given, int count) {
        if (count <= 0 || count > REGISTERED_RINGS_MAX) {
            return -Errno.EINVAL;
        }
        MemorySegment updates = argument(given, (long) count * IoUringRsrcUpdate.SIZE);
        if (updates == null) {
            return -Errno.EFAULT;
        }
        RingContext[] mine = kernel.registeredRings();
        int done = 0;
        for (; done < count; done++) {
            long at = (long) done * IoUringRsrcUpdate.SIZE;
            int index = updates.get(JAVA_INT_UNALIGNED, at + IoUringRsrcUpdate.OFFSET);
            long fd = updates.get(JAVA_LONG_UNALIGNED, at + IoUringRsrcUpdate.DATA);
            if (index == -1) {
                index = Arrays.asList(mine).indexOf(null);
                if (index < 0) {
                    return done > 0 ? done : -Errno.EBUSY;
                }
            }
            int error = index < 0 || index >= mine.length ? -Errno.EINVAL
                    : mine[index] != null ? -Errno.EBUSY
                    : kernel.files().get((int) fd) instanceof RingContext ? 0 : -Errno.EBADF;
            if (error != 0) {
                return done > 0 ? done : error;
            }
            mine[index] = (RingContext) kernel.files().get((int) fd);
            mine[index].references().take();
            updates.set(JAVA_INT_UNALIGNED, at + IoUringRsrcUpdate.OFFSET, index);
        }
        return done;
    }

    private int unregisterRingFds(MemorySegment given, int count) {
        if (count <= 0 || count > REGISTERED_RINGS_MAX) {
            return -Errno.EINVAL;
        }
        MemorySegment updates = argument(given, (long) count * IoUringRsrcUpdate.SIZE);
        if (updates == null) {
            return -Errno.EFAULT;
        }
        RingContext[] mine = kernel.registeredRings();
        for (int i = 0; i < count; i++) {
            long at = (long) i * IoUringRsrcUpdate.SIZE;
            int index = updates.get(JAVA_INT_UNALIGNED, at + IoUringRsrcUpdate.OFFSET);
            if (index < 0 || index >= mine.length) {
                return i > 0 ? i : -Errno.EINVAL;
            }
            RingContext registered = mine[index];
            mine[index] = null;
            if (registered != null) {
                References.drop(registered);
            }
        }
        return count;
    }

    // ---- files, eventfd, cancel -----------------------------------------------------------

    private int registerFiles(MemorySegment given, int count) {
        if (ring.fixedFiles != null) {
            return -Errno.EBUSY;
        }
        if (count <= 0) {
            return -Errno.EINVAL;
        }
        MemorySegment fds = argument(given, (long) count * Integer.BYTES);
        return fds == null ? -Errno.EFAULT : setFiles(fds, count);
    }

    private int registerFiles2(MemorySegment given, int size) {
        MemorySegment reg = argument(given, IoUringRsrcRegister.SIZE);
        if (size != IoUringRsrcRegister.SIZE || reg == null) {
            return reg == null ? -Errno.EFAULT : -Errno.EINVAL;
        }
        int count = reg.get(JAVA_INT_UNALIGNED, IoUringRsrcRegister.NR);
        boolean sparse = (reg.get(JAVA_INT_UNALIGNED, IoUringRsrcRegister.FLAGS)
                & RegisterOp.IORING_RSRC_REGISTER_SPARSE) != 0;
        if (ring.fixedFiles != null) {
            return -Errno.EBUSY;
        }
        if (sparse) {
            ring.fixedFiles = new OpenFile[count];
            return 0;
        }
        MemorySegment fds = kernel.memory().slice(
                reg.get(JAVA_LONG_UNALIGNED, IoUringRsrcRegister.DATA),
                (long) count * Integer.BYTES);
        return fds == null ? -Errno.EFAULT : setFiles(fds, count);
    }

    private int setFiles(MemorySegment fds, int count) {
        ring.fixedFiles = new OpenFile[count];
        int result = update(fds, 0, count);
        if (result < 0) {
            dropFiles(ring);
            return result;
        }
        return 0;
    }

    private int update(MemorySegment fds, int from, int count) {
        for (int i = 0; i < count; i++) {
            int fd = fds.get(JAVA_INT_UNALIGNED, (long) i * Integer.BYTES);
            if (fd == RegisterOp.IORING_REGISTER_FILES_SKIP) {
                continue;
            }
            OpenFile file = kernel.files().get(fd);
            if (fd != -1 && (file == null || file instanceof RingContext)) {
                return -Errno.EBADF;
            }
            OpenFile old = ring.fixedFiles[from + i];
            ring.fixedFiles[from + i] = file;
            if (file != null) {
                file.references().take();
            }
            if (old != null) {
                References.drop(old);
            }
        }
        return count;
    }

    private int updateFiles(MemorySegment given, int count) {
        MemorySegment update = argument(given, IoUringRsrcUpdate.SIZE);
        if (update == null) {
            return -Errno.EFAULT;
        }
        int offset = update.get(JAVA_INT_UNALIGNED, IoUringRsrcUpdate.OFFSET);
        if (ring.fixedFiles == null) {
            return -Errno.ENXIO;
        }
        if (count <= 0 || offset < 0 || offset + count > ring.fixedFiles.length) {
            return -Errno.EINVAL;
        }
        MemorySegment fds = kernel.memory().slice(
                update.get(JAVA_LONG_UNALIGNED, IoUringRsrcUpdate.DATA),
                (long) count * Integer.BYTES);
        return fds == null ? -Errno.EFAULT : update(fds, offset, count);
    }

    private int unregisterFiles() {
        if (ring.fixedFiles == null) {
            return -Errno.ENXIO;
        }
        dropFiles(ring);
        return 0;
    }

    static void dropFiles(RingContext ring) {
        for (OpenFile file : ring.fixedFiles) {
            if (file != null) {
                References.drop(file);
            }
        }
        ring.fixedFiles = null;
    }

    private int eventfd(MemorySegment given, int count) {
        if (count != 1) {
            return -Errno.EINVAL;
        }
        MemorySegment fd = argument(given, Integer.BYTES);
        if (fd == null) {
            return -Errno.EFAULT;
        }
        if (ring.completions().eventfd() != null) {
            return -Errno.EBUSY;
        }
        if (!(kernel.files().get(fd.get(JAVA_INT_UNALIGNED, 0)) instanceof EventCounter file)) {
            return -Errno.EBADF;
        }
        ring.completions().eventfd(file);
        return 0;
    }

    private int unregisterEventfd() {
        if (ring.completions().eventfd() == null) {
            return -Errno.ENXIO;
        }
        ring.completions().eventfd(null);
        return 0;
    }

    private int cancel(MemorySegment given, int count) {
        if (missing(given, count)) {
            return -Errno.EINVAL;
        }
        MemorySegment reg = argument(given, IoUringSyncCancelReg.SIZE);
        if (reg == null) {
            return -Errno.EFAULT;
        }
        return ring.cancellation().cancel(
                reg.get(JAVA_LONG_UNALIGNED, IoUringSyncCancelReg.ADDR),
                reg.get(JAVA_INT_UNALIGNED, IoUringSyncCancelReg.FD),
                Byte.toUnsignedInt(reg.get(JAVA_BYTE, IoUringSyncCancelReg.OPCODE)),
                reg.get(JAVA_INT_UNALIGNED, IoUringSyncCancelReg.FLAGS));
    }
}
