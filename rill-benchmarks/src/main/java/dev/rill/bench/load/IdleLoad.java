package dev.rill.bench.load;

/// A crowd of connections of which some speak at a time: every ten milliseconds the next hundred
/// send one message each.
final class IdleLoad implements Load {

    private static final long PERIOD_NANOS = 10_000_000;
    private static final int BURST = 100;

    private final LoadRing ring;
    private final int[] fds;
    private final long[] sent;
    private final long[] received;
    private final int size;
    private int next;

    IdleLoad(LoadRing ring, LoadOptions options) {
        this.ring = ring;
        size = options.size();
        fds = new Dialer(ring, options.port()).connect(options.connections(), true);
        sent = new long[fds.length];
        received = new long[fds.length];
    }

    @Override
    public void run(Limits limits, Tally tally) {
        long now = System.nanoTime();
        long end = now + (long) (limits.seconds() * 1e9);
        long left = limits.messages();
        for (long due = now; due < end && left > 0; due += PERIOD_NANOS) {
            for (now = System.nanoTime(); now < due; now = System.nanoTime()) {
                ring.enterUntil(due - now);
            }
            int burst = (int) Math.min(Math.min(BURST, fds.length), left);
            left -= burst;
            burst(burst, due, tally);
        }
    }

    /// One burst; latency counts from the time at which it was due.
    private void burst(int count, long due, Tally tally) {
        long underWay = (long) count * size;
        ring.startWatch(System.nanoTime());
        for (int i = 0; i < count; i++) {
            ring.send(fds[next], next, sent[next], size, true);
            sent[next] += size;
            next = (next + 1) % fds.length;
        }
        tally.sent(underWay);
        while (underWay > 0) {
            ring.enter();
            long now = System.nanoTime();
            int seen = 0;
            while (ring.next()) {
                seen++;
                int index = ring.index();
                if (ring.operation() == LoadRing.SEND) {
                    ring.checkedRes("send");
                }
                int bytes = ring.received(fds[index], index, received[index]);
                received[index] += bytes;
                underWay -= bytes;
                tally.received(bytes);
                if (bytes > 0 && received[index] == sent[index]) {
                    tally.message(1);
                    tally.latency(now - due);
                }
            }
            ring.done(seen, now);
            ring.requireProgress(now, underWay + " bytes are under way");
        }
    }
}
