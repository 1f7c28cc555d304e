package dev.rill.net;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/// What other threads want done on the loop's thread: a bounded queue and one wake-up, however
/// many tasks are put in before the loop looks.
final class Mailbox {

    /// How many tasks a loop may be behind.
    static final int CAPACITY = 4096;

    private final int capacity;
    private final Runnable signal;
    private final ArrayBlockingQueue<Runnable> tasks;
    private final AtomicBoolean awake = new AtomicBoolean();
    private volatile boolean shut;

    /// @param signal wakes the loop; called on any thread, and not any more after [#shut]
    Mailbox(int capacity, Runnable signal) {
        this.capacity = capacity;
        this.signal = signal;
        tasks = new ArrayBlockingQueue<>(capacity);
    }

    /// Puts a task in, from any thread. A task that was taken is run, whatever happens meanwhile.
    ///
    /// @return false when it was not taken because the mailbox is shut
    boolean put(Runnable task) {
        if (shut) {
            return false;
        }
        if (!tasks.offer(task)) {
            throw new RejectedExecutionException("the event loop is " + capacity
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
            synchronized (this) { // against the signal's descriptor being closed meanwhile
                if (!shut) {
                    signal();
                }
            }
        }
    }

    private void signal() {
        try {
            signal.run();
        } catch (RuntimeException | Error e) {
            awake.set(false); // so that whoever comes next tries again
            throw e;
        }
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
}
