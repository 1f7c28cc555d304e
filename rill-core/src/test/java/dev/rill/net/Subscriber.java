package dev.rill.net;

import dev.rill.ring.Hold;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Keeps a copy of everything, and fails when signals overlap, come unasked or come after the end.
final class Subscriber implements Flow.Subscriber<Hold> {

    private static final long PATIENCE_SECONDS = 60;

    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final AtomicBoolean inside = new AtomicBoolean();
    private final AtomicLong asked = new AtomicLong();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int count;
    private int always;
    private int cancelAt = -1;
    private int throwAt = -1;

    void alwaysAsk(int elements) {
        always = elements;
    }

    void cancelAt(int element) {
        cancelAt = element;
    }

    void throwAt(int element) {
        throwAt = element;
    }

    void ask(long elements) {
        asked.accumulateAndGet(elements, (a, b) -> Math.max(a, Math.max(a + b, b)));
        subscription.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join().request(elements);
    }

    /// Asks, and waits until all that was asked for by anybody has come.
    void askAndWait(int elements) {
        ask(elements);
        synchronized (this) {
            while (count < asked.get() && !done.isDone()) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }

    void cancel() {
        subscription.join().cancel();
    }

    synchronized int count() {
        return count;
    }

    synchronized byte[] bytes() {
        return bytes.toByteArray();
    }

    boolean isDone() {
        return done.isDone();
    }

    void completed() throws Exception {
        done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    Throwable failed() throws Exception {
        try {
            completed();
        } catch (ExecutionException e) {
            return e.getCause();
        }
        throw new AssertionError("it completed");
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        enter();
        if (!subscription.complete(given)) {
            wrong("subscribed twice");
        }
        if (always > 0) {
            ask(always);
        }
        inside.set(false);
    }

    @Override
    public void onNext(Hold part) {
        enter();
        try (part) {
            synchronized (this) {
                count++;
                bytes.writeBytes(part.toArray());
                notifyAll();
            }
        }
        if (count > asked.get()) {
            wrong("element " + count + ", asked for were " + asked);
        }
        if (count == cancelAt) {
            cancel();
        }
        if (always > 0) {
            ask(always);
        }
        inside.set(false);
        if (count == throwAt) {
            throw new IllegalStateException("a subscriber that throws, as a test wants it");
        }
    }

    @Override
    public void onError(Throwable why) {
        enter();
        finish(why);
    }

    @Override
    public void onComplete() {
        enter();
        finish(null);
    }

    private void finish(Throwable why) {
        boolean first = why == null ? done.complete(null) : done.completeExceptionally(why);
        synchronized (this) {
            notifyAll();
        }
        inside.set(false);
        if (!first) {
            wrong("a second end: " + why);
        }
    }

    private void enter() {
        if (!inside.compareAndSet(false, true)) {
            wrong("signals overlap");
        }
        if (done.isDone()) {
            wrong("a signal after the end");
        }
    }

    private void wrong(String what) {
        AssertionError error = new AssertionError(what);
        done.obtrudeException(error);
        throw error;
    }
}
