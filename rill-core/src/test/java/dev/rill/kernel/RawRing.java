package dev.rill.kernel;

import static dev.rill.abi.EnterFlags.IORING_ENTER_GETEVENTS;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_PBUF_RING;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.BufferRingFlags;
import dev.rill.abi.CqRingOffsets;
import dev.rill.abi.IoUringBuf;
import dev.rill.abi.IoUringBufReg;
import dev.rill.abi.IoUringBufRing;
import dev.rill.abi.IoUringParams;
import dev.rill.abi.IoUringSqe;
import dev.rill.abi.MapOffset;
import dev.rill.abi.SqRingOffsets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A ring whose every word a test writes itself, also the wrong ones.
final class RawRing implements AutoCloseable {

    static final int ENTRIES = 4;
    private static final int MAPPED = 4096;

    private final Kernel kernel;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment params;
    private final MemorySegment ring;
    private final MemorySegment sqes;
    private final int fd;
    private MemorySegment buffers;

    /// @param flags `IORING_SETUP_*`
    RawRing(Kernel kernel, int flags) {
        this.kernel = kernel;
        params = kernel.memory(IoUringParams.SIZE, arena);
        params.set(JAVA_INT, IoUringParams.FLAGS, flags);
        fd = KernelException.check("setup", kernel.setup(ENTRIES, params));
        ring = kernel.map(fd, MapOffset.IORING_OFF_SQ_RING, MAPPED / 8, arena);
        sqes = kernel.map(fd, MapOffset.IORING_OFF_SQES, (long) ENTRIES * IoUringSqe.SIZE, arena);
    }

    int fd() {
        return fd;
    }

    Arena arena() {
        return arena;
    }

    void sqTail(int value) {
        ring.set(JAVA_INT, at(IoUringParams.SQ_OFF + SqRingOffsets.TAIL), value);
    }

    void cqHead(int value) {
        ring.set(JAVA_INT, at(IoUringParams.CQ_OFF + CqRingOffsets.HEAD), value);
    }

    void sqIndex(int slot, int value) {
        ring.set(JAVA_INT, at(IoUringParams.SQ_OFF + SqRingOffsets.ARRAY) + 4L * slot, value);
    }

    /// Clears an entry and fills in what most opcodes have.
    RawRing sqe(int slot, int opcode, int file, long address, int length) {
        long at = (long) slot * IoUringSqe.SIZE;
        sqes.asSlice(at, IoUringSqe.SIZE).fill((byte) 0);
        sqes.set(JAVA_BYTE, at + IoUringSqe.OPCODE, (byte) opcode);
        sqes.set(JAVA_INT, at + IoUringSqe.FD, file);
        sqes.set(JAVA_LONG, at + IoUringSqe.ADDR, address);
        sqes.set(JAVA_INT, at + IoUringSqe.LEN, length);
        sqes.set(JAVA_LONG, at + IoUringSqe.USER_DATA, 0x70 + slot);
        return this;
    }

    /// Sets a field of eight bytes.
    void field(int slot, int field, long value) {
        sqes.set(JAVA_LONG, (long) slot * IoUringSqe.SIZE + field, value);
    }

    int enter(int toSubmit, int minComplete) {
        return kernel.enter(fd, toSubmit, minComplete, IORING_ENTER_GETEVENTS, MemorySegment.NULL);
    }

    /// Registers a buffer ring of four, whose memory belongs to an arena.
    int register(int bgid, Arena lifetime, boolean mapped) {
        MemorySegment argument = kernel.memory(IoUringBufReg.SIZE, arena);
        int byteSize = ENTRIES * IoUringBuf.SIZE;
        if (!mapped) {
            buffers = kernel.memory(byteSize, lifetime);
            argument.set(JAVA_LONG, IoUringBufReg.RING_ADDR, buffers.address());
        }
        argument.set(JAVA_INT, IoUringBufReg.RING_ENTRIES, ENTRIES);
        argument.set(JAVA_SHORT, IoUringBufReg.BGID, (short) bgid);
        argument.set(JAVA_SHORT, IoUringBufReg.FLAGS,
                (short) (mapped ? BufferRingFlags.IOU_PBUF_RING_MMAP : 0));
        int result = kernel.register(fd, IORING_REGISTER_PBUF_RING, argument, 1);
        if (mapped) {
            buffers = kernel.map(fd, MapOffset.bufferRing(bgid), byteSize, lifetime);
        }
        return result;
    }

    void buffer(int slot, long address, int length, int bid) {
        long at = (long) slot * IoUringBuf.SIZE;
        buffers.set(JAVA_LONG, at + IoUringBuf.ADDR, address);
        buffers.set(JAVA_INT, at + IoUringBuf.LEN, length);
        buffers.set(JAVA_SHORT, at + IoUringBuf.BID, (short) bid);
    }

    void bufferTail(int value) {
        buffers.set(JAVA_SHORT, IoUringBufRing.TAIL, (short) value);
    }

    @Override
    public void close() {
        kernel.descriptors().close(fd);
        arena.close();
    }

    private long at(long offset) {
        return params.get(JAVA_INT, offset);
    }
}
