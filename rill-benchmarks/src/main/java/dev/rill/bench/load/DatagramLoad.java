package dev.rill.bench.load;

import static dev.rill.abi.SocketConstants.SOCK_DGRAM;

import dev.rill.abi.SockaddrIn;
import dev.rill.kernel.KernelException;

/// Datagrams one way, in batches, from as many sockets as there are connections. How many of them
/// arrive is what the server has counted.
final class DatagramLoad implements Load {

    private static final int BATCH = 64;

    private final LoadRing ring;
    private final int[] fds;
    private final int size;

    DatagramLoad(LoadRing ring, LoadOptions options) {
        this.ring = ring;
        size = options.size();
        fds = new int[options.connections()];
        Dialer dialer = new Dialer(ring, options.port());
        for (int index = 0; index < fds.length; index++) {
            fds[index] = dialer.socket(SOCK_DGRAM);
            ring.ring().sqe().prepConnect(fds[index], dialer.address(), SockaddrIn.SIZE)
                    .userData(LoadRing.tag(LoadRing.CONNECT, index));
            ring.enter();
            while (ring.next()) {
                KernelException.check("connect", ring.res());
            }
            ring.done(1, System.nanoTime());
        }
    }

    @Override
    public void run(Limits limits, Tally tally) {
        long now = System.nanoTime();
        long end = now + (long) (limits.seconds() * 1e9);
        long left = limits.messages();
        int socket = 0;
        while (now < end && left > 0) {
            int batch = (int) Math.min(BATCH, left);
            for (int i = 0; i < batch; i++) {
                ring.send(fds[socket], socket, 0, size, false);
                socket = (socket + 1) % fds.length;
            }
            ring.ring().submitAndWait(batch);
            int seen = 0;
            while (ring.next()) {
                seen++;
                ring.checkedRes("sending");
            }
            now = System.nanoTime();
            ring.done(seen, now);
            left -= seen;
            tally.message(seen);
            tally.sent((long) seen * size);
        }
    }
}
