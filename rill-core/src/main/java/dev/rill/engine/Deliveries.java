package dev.rill.engine;

import java.util.PriorityQueue;

/// What is on its way between sockets: soonest first, and at the same time in the order in which
/// it was sent.
///
/// What needs no time is delivered where it is sent, so a machine without latency has nothing here
/// but what it tries again.
final class Deliveries {

    private record Delivery(long time, long number, Runnable arrival)
            implements Comparable<Delivery> {

        @Override
        public int compareTo(Delivery other) {
            int byTime = Long.compare(time - other.time, 0);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final EngineClock clock;
    private final Faults faults;
    private final PriorityQueue<Delivery> waiting = new PriorityQueue<>();
    private long count;

    Deliveries(EngineClock clock, Faults faults) {
        this.clock = clock;
        this.faults = faults;
    }

    /// Whether time stands still until somebody waits.
    boolean isSimulated() {
        return clock.isVirtual();
    }

    Faults faults() {
        return faults;
    }

    /// Lets something happen after a time.
    void after(long nanos, Runnable arrival) {
        waiting.add(new Delivery(clock.now() + nanos, count++, arrival));
    }

    /// Sends something that nothing has to keep its order with.
    void send(Runnable arrival) {
        long latency = faults.latency();
        if (latency == 0) {
            arrival.run();
        } else {
            after(latency, arrival);
        }
    }

    /// When the next one arrives, or `Long.MAX_VALUE`.
    long next() {
        return waiting.isEmpty() ? Long.MAX_VALUE : waiting.peek().time;
    }

    /// Delivers what has arrived by now.
    void run() {
        while (!waiting.isEmpty() && waiting.peek().time - clock.now() <= 0) {
            waiting.poll().arrival.run();
        }
    }

    /// One direction of a connection: nothing overtakes anything.
    final class Line {

        private long last;
        private int underWay;

        void send(Runnable arrival) {
            long latency = faults.latency();
            if (latency == 0 && underWay == 0) {
                arrival.run();
                return;
            }
            long now = clock.now();
            long time = now + latency;
            if (underWay > 0) {
                time = Math.max(time, last);
            }
            last = time;
            underWay++;
            after(time - now, () -> {
                underWay--;
                arrival.run();
            });
        }
    }
}
