package dev.rill.net;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/// What other threads want done on the loop's thread: a bounded queue and one wake-up, however
/// many tasks are put in before the loop looks.
final class Mailbox {

    /// How many tasks a loop may be behind.
    static final int CAPACITY = 4096;

    private final int capacity;
    private final Runnable signal;
    private final ArrayBlockingQueue<Runnable> tasks;
    private final AtomicReference<Caller> callers = new AtomicReference<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private volatile boolean shut;

    /// Something that is done again and again on the loop's thread. It finds room whatever else
    /// waits, because it waits only once.
    ///
    /// When the loop is closed it is done on the thread that calls, maybe on several at a time.
    final class Call {

        private final Runnable action;
        private final AtomicBoolean waiting = new AtomicBoolean();

        /// @param action must not throw
        Call(Runnable action) {
            this.action = action;
        }

        /// Has it done soon, after everything this thread did before. From any thread.
        void call() {
            if (!shut && waiting.compareAndSet(false, true)) {
                callers.getAndUpdate(before -> new Caller(this, before));
            }
            if (shut) {
                action.run(); // the loop's last look may have been before
            } else {
                wake();
            }
        }

        private void answer() {
            waiting.set(false);
            action.run();
        }
    }

    private record Caller(Call call, Caller before) {
    }

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

    /// Does what was called for until now. On the loop's thread.
    void answerCalls() {
        Caller caller = callers.get() == null ? null : callers.getAndSet(null);
        for (; caller != null; caller = caller.before()) {
            caller.call().answer();
        }
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
