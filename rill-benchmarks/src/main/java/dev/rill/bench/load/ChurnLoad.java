package dev.rill.bench.load;

import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static dev.rill.abi.SqeFlags.IOSQE_CQE_SKIP_SUCCESS;
import static dev.rill.abi.SqeFlags.IOSQE_IO_LINK;

import dev.rill.abi.Errno;
import dev.rill.abi.SockaddrIn;
import java.lang.foreign.MemorySegment;

/// Connect, one message there and back, close; then again in the same place. Connecting, sending,
/// receiving and closing are one chain of requests: a place costs one system call and its share of
/// an enter.
///
/// The connection is closed from here, so its port rests for a second (`tcp_tw_reuse` on loopback).
/// A machine with the usual 28,000 ports cannot do more than that in a second.
final class ChurnLoad implements Load {

    private final LoadRing ring;
    private final Dialer dialer;
    private final int places;
    private final int size;
    private final boolean verify;
    private final MemorySegment answers;
    private final int[] fds;
    private final long[] began;

    ChurnLoad(LoadRing ring, LoadOptions options) {
        this.ring = ring;
        dialer = new Dialer(ring, options.port());
        places = options.connections();
        size = options.size();
        verify = options.verify();
        answers = ring.allocate((long) places * size);
        fds = new int[places];
        began = new long[places];
    }

    @Override
    public void run(Limits limits, Tally tally) {
        long now = System.nanoTime();
        long end = now + (long) (limits.seconds() * 1e9);
        long left = limits.messages();
        int open = 0;
        ring.startWatch(now);
        for (int place = 0; place < places && left > 0; place++, left--, open++) {
            begin(place, now);
        }
        while (open > 0) {
            ring.enter();
            now = System.nanoTime();
            if (now >= end) {
                left = 0;
            }
            int seen = 0;
            while (ring.next()) {
                seen++;
                if (complete(tally, now)) {
                    open--;
                    if (left > 0) {
                        begin(ring.index(), now);
                        left--;
                        open++;
                    }
                }
            }
            ring.done(seen, now);
            ring.requireProgress(now, open + " connections have no answer");
        }
    }

    private void begin(int place, long now) {
        int fd = dialer.socket(SOCK_STREAM);
        fds[place] = fd;
        began[place] = now;
        long address = answers.address() + (long) place * size;
        int quiet = IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
        if (ring.ring().submissions().space() < 4) {
            ring.ring().submit(); // a chain must not be torn apart
        }
        ring.ring().sqe().prepConnect(fd, dialer.address(), SockaddrIn.SIZE).flags(quiet)
                .userData(LoadRing.tag(LoadRing.CONNECT, place));
        ring.ring().sqe().prepSend(fd, ring.pattern().address(place, 0), size, MSG_WAITALL)
                .flags(quiet).userData(LoadRing.tag(LoadRing.SEND, place));
        ring.ring().sqe().prepRecv(fd, address, size, MSG_WAITALL).flags(IOSQE_IO_LINK)
                .userData(LoadRing.tag(LoadRing.RECEIVE, place));
        ring.ring().sqe().prepClose(fd).userData(LoadRing.tag(LoadRing.CLOSE, place));
    }

    /// Looks at one completion.
    ///
    /// @return whether the connection is closed
    private boolean complete(Tally tally, long now) {
        int place = ring.index();
        int res = ring.res();
        switch (ring.operation()) {
            case LoadRing.RECEIVE -> {
                if (res != size) {
                    throw new LoadFailed("instead of " + size + " bytes came "
                            + (res < 0 ? Errno.name(res) : res + " bytes"));
                }
                long from = (long) place * size;
                if (verify && ring.pattern().mismatch(place, 0, answers, from, size) >= 0) {
                    throw new LoadFailed("a byte of connection " + place
                            + " is not the one that was sent");
                }
                tally.message(1);
                tally.sent(size);
                tally.received(size);
                tally.latency(now - began[place]);
                return false;
            }
            case LoadRing.CLOSE -> {
                ring.checkedRes("closing");
                return true;
            }
            default -> throw new LoadFailed((ring.operation() == LoadRing.CONNECT ? "connecting: "
                    : "sending: ") + Errno.name(res) + (res == -Errno.EADDRNOTAVAIL
                    ? ": no port is free; widen net.ipv4.ip_local_port_range" : ""));
        }
    }
}
