package dev.rill.net;

import static dev.rill.abi.FileFlags.EFD_CLOEXEC;

import dev.rill.abi.Errno;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.ring.Ring;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// How another thread ends the wait of the loop's thread: an eventfd that the ring reads.
final class WakeUp implements AutoCloseable {

    private final Kernel kernel;
    private final Ring ring;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment one;
    private final MemorySegment counter;
    private final int eventfd;

    /// @throws KernelException when the process can open no more descriptors
    WakeUp(Ring ring) {
        this.ring = ring;
        kernel = ring.kernel();
        MemorySegment memory = kernel.memory(2 * Long.BYTES, arena);
        one = memory.asSlice(0, Long.BYTES);
        counter = memory.asSlice(Long.BYTES, Long.BYTES);
        one.set(ValueLayout.JAVA_LONG, 0, 1);
        eventfd = kernel.descriptors().eventfd(0, EFD_CLOEXEC);
        if (eventfd < 0) {
            arena.close();
            throw new KernelException("eventfd", eventfd);
        }
    }

    /// Asks the kernel to say when there was a signal. The loop's thread.
    void arm() {
        ring.sqe().prepRead(eventfd, counter.address(), Long.BYTES, -1)
                .userData(UserData.pack(UserData.WAKE, 0, 0));
    }

    /// Completes what was armed, now or as soon as it is. From any thread, until [#close].
    void signal() {
        int result;
        do {
            result = kernel.descriptors().write(eventfd, one);
        } while (result == -Errno.EINTR);
        if (result < 0) {
            throw new KernelException("write to eventfd", result);
        }
    }

    /// Only when nobody signals any more and the request of [#arm] has ended.
    @Override
    public void close() {
        kernel.descriptors().close(eventfd);
        arena.close();
    }
}
