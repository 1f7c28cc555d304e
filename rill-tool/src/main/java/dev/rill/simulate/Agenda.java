package dev.rill.simulate;

import java.util.PriorityQueue;

/// What is to happen when: by time, and at the same time in the order in which it was planned.
final class Agenda {

    private record Entry(long time, long number, Runnable action) implements Comparable<Entry> {

        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(time, other.time);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private long count;

    void at(long time, Runnable action) {
        entries.add(new Entry(time, count++, action));
    }

    /// When the next one is due, or `Long.MAX_VALUE`.
    long next() {
        return entries.isEmpty() ? Long.MAX_VALUE : entries.peek().time;
    }

    /// Does what is due.
    ///
    /// @return whether there was anything
    boolean run(long now) {
        boolean some = false;
        while (next() <= now) {
            entries.poll().action.run();
            some = true;
        }
        return some;
    }
}
