package dev.rill.net;

import static dev.rill.abi.FileFlags.EFD_CLOEXEC;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.ring.Ring;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/// What other threads want done on the loop's thread: a bounded queue and one wake-up, however
/// many tasks are put in before the loop looks.
final class Mailbox implements AutoCloseable {

    private static final int CAPACITY = 4096;

    private final Kernel kernel;
    private final Ring ring;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment one;
    private final MemorySegment counter;
    private final int eventfd;
    private final ArrayBlockingQueue<Runnable> tasks = new ArrayBlockingQueue<>(CAPACITY);
    private final AtomicBoolean awake = new AtomicBoolean();
    private volatile boolean closed;

    Mailbox(Ring ring) {
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

    /// Puts a task in, from any thread.
    void put(Runnable task) {
        if (closed) {
            throw new RejectedExecutionException("the event loop is closed");
        }
        if (!tasks.offer(task)) {
            throw new RejectedExecutionException("the event loop is " + CAPACITY
                    + " tasks behind: something blocks its thread");
        }
        if (awake.compareAndSet(false, true)) {
            synchronized (this) { // against the descriptor being closed meanwhile
                if (!closed) {
                    KernelException.check("write to eventfd",
                            kernel.descriptors().write(eventfd, one));
                }
            }
        }
    }

    /// Asks the kernel to say when something was put in.
    void arm() {
        ring.sqe().prepRead(eventfd, counter.address(), Long.BYTES, -1)
                .userData(UserData.pack(UserData.WAKE, 0, 0));
    }

    /// The next task, or null. Called until it is empty, after [#quiet].
    Runnable next() {
        return tasks.poll();
    }

    /// From here on a new task needs a new wake-up.
    void quiet() {
        awake.set(false);
    }

    /// Only when the request of [#arm] has ended.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            kernel.descriptors().close(eventfd);
        }
        arena.close();
    }
}
