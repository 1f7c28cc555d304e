package dev.rill.tool;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Passes messages on, the same one at most once a second, with how often it was said meanwhile.
final class RateLimitedLog implements Consumer<String> {

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int KINDS_MAX = 1000;

    private final Consumer<String> out;
    private final Map<String, Repetition> repetitions = new HashMap<>();

    private static final class Repetition {
        private long saidAt;
        private long suppressed;
    }

    RateLimitedLog(Consumer<String> out) {
        this.out = out;
    }

    @Override
    public synchronized void accept(String message) {
        long now = System.nanoTime();
        Repetition repetition = repetitions.get(message);
        if (repetition == null) {
            if (repetitions.size() == KINDS_MAX) {
                flush();
                repetitions.clear();
            }
            repetition = new Repetition();
            repetitions.put(message, repetition);
        } else if (now - repetition.saidAt < INTERVAL_NANOS) {
            repetition.suppressed++;
            return;
        }
        say(message, repetition);
        repetition.saidAt = now;
    }

    /// Says what is still held back.
    synchronized void flush() {
        repetitions.forEach((message, repetition) -> {
            if (repetition.suppressed > 0) {
                say(message, repetition);
            }
        });
    }

    private void say(String message, Repetition repetition) {
        out.accept(repetition.suppressed == 0 ? message
                : message + " (and " + repetition.suppressed + " times more)");
        repetition.suppressed = 0;
    }
}
