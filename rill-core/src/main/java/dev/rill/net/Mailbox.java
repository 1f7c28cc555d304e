package dev.rill.net;

import static dev.rill.abi.FileFlags.EFD_CLOEXEC;

import dev.rill.abi.Errno;
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
    private volatile boolean shut;

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

    /// Puts a task in, from any thread. A task that was taken is run, whatever happens meanwhile.
    ///
    /// @return false when it was not taken because the mailbox is shut
    boolean put(Runnable task) {
        if (shut) {
            return false;
        }
        if (!tasks.offer(task)) {
            throw new RejectedExecutionException("the event loop is " + CAPACITY
                    + " tasks behind: something blocks its thread");
        }
        if (shut) {
            return !tasks.remove(task); // unless the loop has found it in its last look
        }
        wake();
        return true;
    }

    /// Makes the loop look, from any thread.
    void wake() {
        if (awake.compareAndSet(false, true)) {
            synchronized (this) { // against the descriptor being closed meanwhile
                if (!shut) {
                    signal();
                }
            }
        }
    }

    private void signal() {
        int result;
        do {
            result = kernel.descriptors().write(eventfd, one);
        } while (result == -Errno.EINTR);
        if (result < 0) {
            awake.set(false); // so that whoever comes next tries again
            throw new KernelException("write to eventfd", result);
        }
    }

    /// Asks the kernel to say when something was put in.
    void arm() {
        ring.sqe().prepRead(eventfd, counter.address(), Long.BYTES, -1)
                .userData(UserData.pack(UserData.WAKE, 0, 0));
    }

    /// The next task, or null.
    Runnable next() {
        return tasks.poll();
    }

    /// How many tasks there are. After [#quiet], those that come later make a wake-up of their own.
    int size() {
        return tasks.size();
    }

    /// From here on a new task needs a new wake-up.
    void quiet() {
        awake.set(false);
    }

    /// Takes no more. What was taken is still to be run.
    void shut() {
        synchronized (this) {
            shut = true;
        }
    }

    /// Only when it is shut and the request of [#arm] has ended.
    @Override
    public void close() {
        kernel.descriptors().close(eventfd);
        arena.close();
    }
}
