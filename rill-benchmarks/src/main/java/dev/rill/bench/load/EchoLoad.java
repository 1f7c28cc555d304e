package dev.rill.bench.load;

import java.util.ArrayDeque;

/// Everything through an echo server: ping-pong, pipelined messages, and streams both ways. They
/// differ in how much of a connection may be under way at once.
final class EchoLoad implements Load {

    /// Up to here a send on a connection whose answers have come never waits, so sends of one
    /// connection cannot overtake each other and need no completion.
    private static final int SILENT_WINDOW_MAX = 16 * 1024;
    /// Timers of the kernel are some 50 microseconds late: what is due sooner is waited for awake.
    private static final long AWAKE_NANOS = 200_000;

    private final LoadRing ring;
    private final int[] fds;
    private final int size;
    private final int depth;
    private final long window;
    private final boolean silent;
    private final boolean timed;

    private final long[] sent;
    private final long[] received;
    private final boolean[] sending;
    /// When each message under way began, by connection and message number modulo the depth.
    private final long[] began;

    private Tally tally;
    private long unsentMessages;
    private long underWay;
    private long now;

    EchoLoad(LoadRing ring, LoadOptions options) {
        this.ring = ring;
        size = options.size();
        boolean stream = options.workload() == Workload.STREAM;
        depth = options.depth();
        window = stream ? Long.MAX_VALUE / 2 : (long) size * depth;
        silent = !stream && (depth == 1 || window <= SILENT_WINDOW_MAX);
        timed = options.workload().hasLatency();
        fds = new Dialer(ring, options.port()).connect(options.connections(), true);
        sent = new long[fds.length];
        received = new long[fds.length];
        sending = new boolean[fds.length];
        began = new long[timed ? fds.length * depth : 0];
    }

    @Override
    public void run(Limits limits, Tally into) {
        tally = into;
        unsentMessages = limits.messages();
        now = System.nanoTime();
        ring.startWatch(now);
        if (limits.ratePerSecond() > 0) {
            runPaced(limits);
        } else {
            runFreely(limits);
        }
    }

    private void runFreely(Limits limits) {
        long end = now + (long) (limits.seconds() * 1e9);
        for (int index = 0; index < fds.length; index++) {
            fill(index);
        }
        while (underWay > 0) {
            ring.enter();
            now = System.nanoTime();
            if (now >= end) {
                unsentMessages = 0;
            }
            int seen = 0;
            while (ring.next()) {
                seen++;
                int index = ring.index();
                complete(index);
                fill(index);
            }
            ring.done(seen, now);
            ring.requireProgress(now, underWay + " bytes are under way");
        }
    }

    /// Messages begin at fixed times, whatever became of those before: one that finds no idle
    /// connection waits for one, and that wait is part of its latency.
    private void runPaced(Limits limits) {
        double period = 1e9 / limits.ratePerSecond();
        long start = now;
        long total = Math.min(limits.messages(),
                (long) (limits.seconds() * limits.ratePerSecond()));
        ArrayDeque<Integer> idle = new ArrayDeque<>(fds.length + 1);
        for (int index = 0; index < fds.length; index++) {
            idle.add(index);
        }
        long message = 0;
        while (message < total || underWay > 0) {
            long due = start + (long) (message * period);
            while (message < total && due <= now && !idle.isEmpty()) {
                unsentMessages = 1;
                send(idle.poll(), 1, due);
                due = start + (long) (++message * period);
            }
            enterUntil(message < total && !idle.isEmpty() ? due : Long.MAX_VALUE);
            now = System.nanoTime();
            int seen = 0;
            while (ring.next()) {
                seen++;
                int index = ring.index();
                complete(index);
                if (sent[index] == received[index]) {
                    idle.add(index);
                }
            }
            ring.done(seen, now);
            if (underWay > 0) {
                ring.requireProgress(now, underWay + " bytes are under way");
            }
        }
    }

    private void enterUntil(long due) {
        if (due == Long.MAX_VALUE) {
            ring.enter();
        } else if (due - now <= AWAKE_NANOS) {
            ring.poll();
        } else {
            ring.enterUntil(due - now - AWAKE_NANOS);
        }
    }

    private void complete(int index) {
        if (ring.operation() == LoadRing.SEND) {
            ring.checkedRes("send");
            sending[index] = false;
            return;
        }
        long before = received[index];
        int count = ring.received(fds[index], index, before);
        received[index] = before + count;
        underWay -= count;
        tally.received(count);
        if (received[index] > sent[index]) {
            throw new LoadFailed("connection " + index + " got more bytes than were sent");
        }
        long first = before / size;
        long next = received[index] / size;
        tally.message((int) (next - first));
        if (timed) {
            for (long message = first; message < next; message++) {
                tally.latency(now - began[index * depth + (int) (message % depth)]);
            }
        }
    }

    /// Sends what the window has room for.
    private void fill(int index) {
        if (sending[index] || unsentMessages == 0) {
            return;
        }
        long room = (window - (sent[index] - received[index])) / size;
        int count = (int) Math.min(Math.min(room, depth), unsentMessages);
        if (count > 0) {
            send(index, count, now);
        }
    }

    private void send(int index, int count, long time) {
        int length = count * size;
        ring.send(fds[index], index, sent[index], length, silent);
        if (timed) {
            long first = sent[index] / size;
            for (long message = first; message < first + count; message++) {
                began[index * depth + (int) (message % depth)] = time;
            }
        }
        sending[index] = !silent;
        sent[index] += length;
        underWay += length;
        unsentMessages -= count;
        tally.sent(length);
    }
}
