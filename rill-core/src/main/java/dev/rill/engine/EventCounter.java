package dev.rill.engine;

import dev.rill.abi.Errno;
import dev.rill.abi.FileFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// An event counter (fs/eventfd.c).
final class EventCounter implements OpenFile {

    private static final long MAX = -2; // ULLONG_MAX - 1

    private final References references = new References();
    private final WaitQueue waiters = new WaitQueue();
    private final boolean semaphore;
    private final boolean nonblocking;
    private long count;

    EventCounter(int initial, int flags) {
        count = Integer.toUnsignedLong(initial);
        semaphore = (flags & FileFlags.EFD_SEMAPHORE) != 0;
        nonblocking = (flags & FileFlags.EFD_NONBLOCK) != 0;
    }

    /// Counts one, from inside the kernel.
    void signal() {
        if (count != MAX) {
            count++;
        }
        waiters.wake(Events.IN);
    }

    @Override
    public int read(IoVector into, long position) {
        if (into.remaining() < Long.BYTES) {
            return -Errno.EINVAL;
        }
        if (count == 0) {
            return -Errno.EAGAIN;
        }
        long value = semaphore ? 1 : count;
        count -= value;
        int stored = into.put(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value).array(), 0, Long.BYTES);
        waiters.wake(Events.OUT);
        return stored;
    }

    /// What a request writes: piece by piece, as to any file that has no vectored write
    /// (`loop_rw_iter`); nothing at all is no error then. The vector's cursor says how far it is.
    ///
    /// @return 0, or `-errno` for the piece at the cursor
    int writePieces(IoVector from) {
        if (!nonblocking && !from.waits) {
            return -Errno.EAGAIN; // such a write cannot be told not to wait: a worker does it
        }
        while (from.remaining() > 0) {
            IoVector piece = from.piece();
            int result = write(piece, 0);
            if (result < 0) {
                return result;
            }
            from.skip(result);
        }
        return 0;
    }

    @Override
    public int write(IoVector from, long position) {
        if (from.remaining() != Long.BYTES) {
            return -Errno.EINVAL;
        }
        byte[] bytes = new byte[Long.BYTES];
        if (from.get(bytes, 0, Long.BYTES) != Long.BYTES) {
            return -Errno.EFAULT;
        }
        long value = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (value == -1) {
            return -Errno.EINVAL;
        }
        if (Long.compareUnsigned(MAX - count, value) < 0) {
            return -Errno.EAGAIN;
        }
        count += value;
        waiters.wake(Events.IN);
        return Long.BYTES;
    }

    @Override
    public int poll(int wanted) {
        return (count != 0 ? Events.IN : 0) | (count != MAX ? Events.OUT : 0);
    }

    @Override
    public boolean nonblocking() {
        return nonblocking;
    }

    @Override
    public References references() {
        return references;
    }

    @Override
    public WaitQueue waiters() {
        return waiters;
    }

    @Override
    public void release() {
        waiters.wake(Events.HUP);
    }
}
