package dev.rill.ring;

import static dev.rill.abi.BufferRingFlags.IOU_PBUF_RING_INC;
import static dev.rill.abi.BufferRingFlags.IOU_PBUF_RING_MMAP;
import static dev.rill.abi.MapOffset.IORING_OFF_PBUF_RING;
import static dev.rill.abi.MapOffset.IORING_OFF_PBUF_SHIFT;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_PBUF_RING;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_PBUF_STATUS;
import static dev.rill.abi.RegisterOp.IORING_UNREGISTER_PBUF_RING;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.Errno;
import dev.rill.abi.IoUringBuf;
import dev.rill.abi.IoUringBufReg;
import dev.rill.abi.IoUringBufRing;
import dev.rill.abi.IoUringBufStatus;
import dev.rill.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// The shared structure through which buffers are lent to the kernel: an array of entries and a
/// tail (`struct io_uring_buf_ring`).
///
/// [#add] stages entries behind the tail, [#publish] makes all of them visible with one release
/// store. The kernel takes entries strictly in that order. In an incremental ring it also writes:
/// the address and length of a partly used entry say where the next receive will land.
///
/// The kernel does not check that the ring is not overfilled, and does not notice one buffer lent
/// twice. Nor does this class: it is the bare structure. [BufferGroup] keeps those rules.
///
/// Belongs to the ring's owner thread. The lent memory must outlive the registration. Since Linux
/// 5.19.
///
/// Source: io_uring/kbuf.c; liburing `io_uring_buf_ring_add`, `io_uring_buf_ring_advance`,
/// `io_uring_buf_ring_head`; man page io_uring_register_buf_ring(3).
public final class BufferRing implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(BufferRing.class.getName());
    private static final VarHandle SHORT = JAVA_SHORT.varHandle();

    private final Ring ring;
    private final BufferRingOptions options;
    private final Arena arena;
    private final MemorySegment entries;
    private final MemorySegment status;
    private final int mask;

    /// Where the next entry goes; free-running, of which the kernel sees the low 16 bits.
    private int tail;
    private int published;
    private boolean closed;

    private BufferRing(Ring ring, BufferRingOptions options, Arena arena) {
        this.ring = ring;
        this.options = options;
        this.arena = arena;
        mask = options.entries() - 1;
        long byteSize = (long) options.entries() * IoUringBuf.SIZE;
        status = ring.kernel().memory(
                Math.max(IoUringBufStatus.SIZE, IoUringBufReg.SIZE), arena);
        if (options.mapped()) {
            register(0);
            try {
                entries = ring.kernel().map(ring.fd(), mapOffset(options.bgid()), byteSize, arena);
            } catch (KernelException e) {
                unregister();
                throw e;
            }
        } else {
            entries = ring.kernel().memory(byteSize, arena);
            register(entries.address());
        }
    }

    /// Registers a new ring for a buffer group. It starts empty.
    ///
    /// @param ring the ring whose requests will select from it
    /// @param options which group, how large, which kind
    /// @return an empty buffer ring
    /// @throws KernelException when the kernel refuses, with what to do about it
    public static BufferRing register(Ring ring, BufferRingOptions options) {
        Arena arena = Arena.ofConfined();
        try {
            return new BufferRing(ring, options, arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /// What was registered.
    ///
    /// @return the options given
    public BufferRingOptions options() {
        return options;
    }

    /// Stages a buffer behind those already added. The kernel sees it after [#publish].
    ///
    /// @param address where it starts, in memory of the same kernel; not 0
    /// @param length its length in bytes; 1 or more: the kernel gets stuck on an empty buffer
    /// @param bid the id that completions will name it by, 0 to 65535
    public void add(long address, int length, int bid) {
        if (address == 0 || length <= 0 || (bid & ~0xffff) != 0) {
            throw refused(address, length, bid);
        }
        long entry = (long) (tail & mask) * IoUringBuf.SIZE;
        // Field by field: in entry 0 the two bytes after the bid are the tail itself.
        entries.set(JAVA_LONG, entry + IoUringBuf.ADDR, address);
        entries.set(JAVA_INT, entry + IoUringBuf.LEN, length);
        entries.set(JAVA_SHORT, entry + IoUringBuf.BID, (short) bid);
        tail++;
    }

    /// Makes all staged buffers visible to the kernel, with one release store.
    ///
    /// @return how many were staged
    public int publish() {
        int count = tail - published;
        if (count != 0) {
            published = tail;
            SHORT.setRelease(entries, IoUringBufRing.TAIL, (short) tail);
        }
        return count;
    }

    /// How many buffers were added and are not published.
    int staged() {
        return tail - published;
    }

    /// Asks the kernel how far it has consumed. A system call: for checks and diagnosis. A partly
    /// used buffer is not consumed. Linux 6.8.
    ///
    /// @return the kernel's head, 0 to 65535, to be compared with [#tail]
    /// @throws KernelException `EINVAL` where the kernel does not offer it
    public int head() {
        status.fill((byte) 0);
        status.set(JAVA_INT, IoUringBufStatus.BUF_GROUP, options.bgid());
        int result = ring.register(IORING_REGISTER_PBUF_STATUS, status, 1);
        KernelException.check("IORING_REGISTER_PBUF_STATUS", result);
        return status.get(JAVA_INT, IoUringBufStatus.HEAD);
    }

    /// The tail as the kernel sees it.
    ///
    /// @return the low 16 bits of the number of buffers ever published
    public int tail() {
        return published & 0xffff;
    }

    /// Reads a shared entry's address back. In an incremental ring this is the kernel's receive
    /// point; stable only while no request of the group is in flight or completions are deferred.
    ///
    /// @param position a running number as [#head] and [#tail] count
    /// @return the address in the entry
    public long entryAddress(int position) {
        return entries.get(JAVA_LONG, (long) (position & mask) * IoUringBuf.SIZE
                + IoUringBuf.ADDR);
    }

    /// Reads a shared entry's length back: in an incremental ring, the bytes left.
    ///
    /// @param position a running number as [#head] and [#tail] count
    /// @return the length in the entry, in bytes
    public int entryLength(int position) {
        return entries.get(JAVA_INT, (long) (position & mask) * IoUringBuf.SIZE + IoUringBuf.LEN);
    }

    /// Reads a shared entry's buffer id back.
    ///
    /// @param position a running number as [#head] and [#tail] count
    /// @return the bid in the entry, 0 to 65535
    public int entryBid(int position) {
        return Short.toUnsignedInt(entries.get(JAVA_SHORT,
                (long) (position & mask) * IoUringBuf.SIZE + IoUringBuf.BID));
    }

    /// Unregisters the group and frees the structure, not the lent memory. Requests that select
    /// from the group later end with `-ENOBUFS`; a request that has already begun to fill a buffer
    /// may still write into it, so reap those first.
    ///
    /// Should the kernel refuse to unregister it, the structure stays allocated, with a warning,
    /// rather than being freed under the kernel's hands.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        ring.requireOwner();
        closed = true;
        int result = ring.isClosed() ? 0 : unregister(); // closing the ring has done it
        if (result < 0 && result != -Errno.ENOENT) {
            LOGGER.log(System.Logger.Level.WARNING, "buffer group {0} could not be unregistered"
                    + " ({1}): its memory stays allocated", options.bgid(), Errno.name(result));
            return;
        }
        arena.close();
    }

    /// Whether the kernel may still use what was lent: it has not let the group be unregistered.
    boolean isStillRegistered() {
        return arena.scope().isAlive();
    }

    void requireOwner() {
        ring.requireOwner();
    }

    boolean isOwner() {
        return ring.isOwner();
    }

    private void register(long address) {
        status.fill((byte) 0);
        status.set(JAVA_LONG, IoUringBufReg.RING_ADDR, address);
        status.set(JAVA_INT, IoUringBufReg.RING_ENTRIES, options.entries());
        status.set(JAVA_SHORT, IoUringBufReg.BGID, (short) options.bgid());
        int flags = (options.incremental() ? IOU_PBUF_RING_INC : 0)
                | (options.mapped() ? IOU_PBUF_RING_MMAP : 0);
        status.set(JAVA_SHORT, IoUringBufReg.FLAGS, (short) flags);
        status.set(JAVA_INT, IoUringBufReg.MIN_LEFT, options.minLeft());
        int result = ring.register(IORING_REGISTER_PBUF_RING, status, 1);
        if (result < 0) {
            throw new KernelException("IORING_REGISTER_PBUF_RING", result, advice(result));
        }
    }

    private int unregister() {
        status.fill((byte) 0);
        status.set(JAVA_SHORT, IoUringBufReg.BGID, (short) options.bgid());
        return ring.register(IORING_UNREGISTER_PBUF_RING, status, 1);
    }

    private String advice(int result) {
        return switch (-result) {
            case Errno.EEXIST -> "Buffer group " + options.bgid() + " is already in use";
            case Errno.ENOMEM -> "The memory that may be locked is used up: raise it (ulimit -l) or"
                    + " register fewer than " + options.entries() + " entries";
            case Errno.EINVAL -> options.minLeft() > 0
                    ? "This kernel may not know min_left (Linux 7.1, 7.0.7, 6.18.30, 6.12.90)"
                    : options.incremental()
                    ? "This kernel may not know incremental buffer rings (Linux 6.12)"
                    : "This kernel may not know buffer rings (Linux 5.19; kernel-allocated 6.4)";
            default -> "";
        };
    }

    private static long mapOffset(int bgid) {
        return IORING_OFF_PBUF_RING | (long) bgid << IORING_OFF_PBUF_SHIFT;
    }

    private static IllegalArgumentException refused(long address, int length, int bid) {
        return new IllegalArgumentException("address=0x" + Long.toHexString(address) + " length="
                + length + " bid=" + bid + ": an address other than 0, a length from 1 to "
                + Integer.MAX_VALUE + " and a bid from 0 to 65535 are needed");
    }
}
