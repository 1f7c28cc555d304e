package dev.rill.engine;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;

import dev.rill.abi.Errno;
import dev.rill.abi.Iovec;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/// Reads and writes of any file (io_uring/rw.c).
final class ReadWriteOps {

    /// RWF_*: none of them means anything to the wires.
    private static final int NO_FLAGS = -Errno.EOPNOTSUPP;

    private ReadWriteOps() {
    }

    static int prepare(Request request) {
        if (!isPriority(request.ioprio)) {
            return -Errno.EINVAL;
        }
        request.message = new Message();
        request.position = request.off;
        return 0;
    }

    /// Whether `ioprio` is a priority of the block layer: a class above bit 13, a level below
    /// bit 3 (`ioprio_check_cap`).
    private static boolean isPriority(int ioprio) {
        int level = ioprio & 7;
        return switch (ioprio >> 13) {
            case 0 -> level == 0;
            case 1, 2, 3 -> true;
            default -> false;
        };
    }

    /// With buffer selection the one vector only says how much is wanted.
    static int prepareVector(Request request) {
        int result = prepare(request);
        if (result != 0) {
            return result;
        }
        int count = request.sqeLen;
        if (request.selects()) {
            if (count != 1) {
                return -Errno.EINVAL;
            }
            MemorySegment vector = request.memory().slice(request.addr, Iovec.SIZE);
            if (vector == null) {
                return -Errno.EFAULT;
            }
            request.length = (int) vector.get(JAVA_LONG_UNALIGNED, Iovec.LEN);
            return 0;
        }
        request.imported = true;
        return importVectors(request.memory(), request.message.data, request.addr,
                Integer.toUnsignedLong(count));
    }

    /// Reads an array of `struct iovec`.
    ///
    /// @return 0 or `-errno`
    static int importVectors(AddressSpace memory, IoVector into, long address, long count) {
        if (count > Iovec.UIO_MAXIOV) {
            return -Errno.EINVAL;
        }
        into.clear();
        if (count == 0) {
            return 0;
        }
        MemorySegment vectors = memory.slice(address, count * Iovec.SIZE);
        if (vectors == null) {
            return -Errno.EFAULT;
        }
        for (long i = 0; i < count; i++) {
            long base = vectors.get(JAVA_LONG_UNALIGNED, i * Iovec.SIZE + Iovec.BASE);
            long length = vectors.get(JAVA_LONG_UNALIGNED, i * Iovec.SIZE + Iovec.LEN);
            if (length < 0) {
                return -Errno.EINVAL;
            }
            if (!AddressSpace.isUserRange(base, length)) {
                return -Errno.EFAULT;
            }
            into.add(memory, base, length);
        }
        return 0;
    }

    static int prepareMultishot(Request request) {
        if (!request.selects()) {
            return -Errno.EINVAL;
        }
        int result = prepare(request);
        if (result != 0) {
            return result;
        }
        if (request.addr != 0 || request.sqeLen != 0) {
            return -Errno.EINVAL;
        }
        request.multishot = true;
        return 0;
    }

    // ---- read -----------------------------------------------------------------------------

    static int read(Request request) {
        int result = attempt(request);
        BufferLists buffers = request.ring.buffers();
        boolean keeps = request.held == Request.HELD_LIST
                && request.profile().has(Quirk.READ_KEEPS_LIST_BUFFER);
        if (result == -Errno.EAGAIN) {
            if (!keeps) {
                buffers.recycle(request);
            }
            return result;
        }
        if (result < 0) {
            if (keeps) {
                return result; // the failure's completion names the buffer
            }
            if (!request.profile().has(Quirk.READ_ERROR_NAMES_BUFFER)) {
                buffers.recycle(request);
            }
            return result; // a buffer consumed early is named by the failure's completion
        }
        boolean shorter = result != request.selectedLength;
        int cflags = buffers.put(request, result, 1);
        request.complete(result, cflags);
        request.failed = shorter;
        return Request.COMPLETE;
    }

    /// io_read_mshot: each piece is a completion; no data or an end gives the buffer back.
    static int readMultishot(Request request, boolean fromPoll) {
        if (!request.file.pollable()) {
            return -Errno.EBADFD;
        }
        RingContext ring = request.ring;
        int result = attempt(request);
        if (result == -Errno.EAGAIN) {
            ring.buffers().recycle(request);
            request.length = 0;
            return result;
        }
        if (result <= 0) {
            ring.buffers().recycle(request);
            request.complete(result, 0);
            request.failed = result < 0;
            return Request.COMPLETE;
        }
        int cflags = ring.buffers().put(request, result, 1);
        request.length = 0;
        if (ring.postMore(request, result, cflags | IORING_CQE_F_MORE)) {
            if (fromPoll) {
                request.pollReferences++; // look again, there may be more
            }
            return -Errno.EAGAIN;
        }
        return request.complete(result, cflags);
    }

    private static int attempt(Request request) {
        IoVector data = request.message.data;
        if (request.selects() && request.held == Request.HELD_NONE) {
            if (!request.ring.buffers().select(request, Integer.toUnsignedLong(request.length))) {
                return -Errno.ENOBUFS;
            }
            request.length = (int) request.selectedLength;
            data.clear().add(request.memory(), request.selectedAddress, request.selectedLength);
            if (!AddressSpace.isUserRange(request.selectedAddress, request.selectedLength)) {
                return -Errno.EFAULT;
            }
        } else if (!request.selects()) {
            int result = importPlain(request);
            if (result != 0) {
                return result;
            }
        }
        if (!request.file.readable()) {
            return -Errno.EBADF;
        }
        if (request.opFlags != 0) {
            return NO_FLAGS;
        }
        request.selectedLength = data.remaining();
        return request.file.read(data, request.position);
    }

    private static int importPlain(Request request) {
        if (!request.imported) {
            long length = Integer.toUnsignedLong(request.sqeLen);
            request.message.data.clear().add(request.memory(), request.addr, length);
            request.imported = true;
            if (!AddressSpace.isUserRange(request.addr, length)) {
                return -Errno.EFAULT;
            }
        }
        return 0;
    }

    // ---- write ----------------------------------------------------------------------------

    static int write(Request request) {
        int result = importPlain(request);
        if (result != 0) {
            return result;
        }
        if (!request.file.writable()) {
            return -Errno.EBADF;
        }
        if (request.opFlags != 0) {
            return NO_FLAGS;
        }
        long wanted = request.message.data.remaining();
        if (request.file instanceof EventCounter counter) {
            return writeCounter(request, counter);
        }
        result = request.file.write(request.message.data, request.position);
        if (result == -Errno.EAGAIN) {
            return result;
        }
        return written(request, result, wanted);
    }

    private static int writeCounter(Request request, EventCounter counter) {
        IoVector data = request.message.data;
        if (request.wanted < 0) {
            request.wanted = data.remaining();
        }
        int result = counter.writePieces(data);
        if (result == -Errno.EAGAIN && !counter.nonblocking() && !data.interrupted) {
            return result;
        }
        int done = (int) (request.wanted - data.remaining());
        if (result == -Errno.EAGAIN && data.interrupted) {
            result = -Errno.EINTR;
        }
        return written(request, done > 0 ? done : result, request.wanted);
    }

    private static int written(Request request, int result, long wanted) {
        request.complete(result);
        request.failed = result != wanted;
        if (result < 0 && !request.unlocked) {
            request.ring.queue(request, Request.WORK_COMPLETE); // an error comes as a callback
            return Request.SKIP;
        }
        return Request.COMPLETE;
    }
}
