package dev.rill.bench.load;

/// One way: each connection always has one send under way.
final class FloodLoad implements Load {

    private final LoadRing ring;
    private final int[] fds;
    private final long[] sent;
    private final int size;

    FloodLoad(LoadRing ring, LoadOptions options) {
        this.ring = ring;
        size = options.size();
        fds = new Dialer(ring, options.port()).connect(options.connections(), false);
        sent = new long[fds.length];
    }

    @Override
    public void run(Limits limits, Tally tally) {
        long now = System.nanoTime();
        long end = now + (long) (limits.seconds() * 1e9);
        long unsent = limits.messages();
        int underWay = 0;
        ring.startWatch(now);
        for (int index = 0; index < fds.length && unsent > 0; index++) {
            ring.send(fds[index], index, sent[index], size, false);
            underWay++;
            unsent--;
        }
        while (underWay > 0) {
            ring.enter();
            now = System.nanoTime();
            if (now >= end) {
                unsent = 0;
            }
            int seen = 0;
            while (ring.next()) {
                seen++;
                int index = ring.index();
                int count = ring.checkedRes("send");
                tally.message(1);
                tally.sent(count);
                sent[index] += count;
                underWay--;
                if (unsent > 0) {
                    ring.send(fds[index], index, sent[index], size, false);
                    underWay++;
                    unsent--;
                }
            }
            ring.done(seen, now);
            ring.requireProgress(now, underWay + " sends are under way");
        }
    }
}
