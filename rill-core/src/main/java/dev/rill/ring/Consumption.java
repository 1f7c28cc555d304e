package dev.rill.ring;

import static dev.rill.abi.CqeFlags.IORING_CQE_BUFFER_SHIFT;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUFFER;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUF_MORE;

import java.util.Arrays;

/// Which bytes did this completion deliver, and does the kernel still own the buffer?
///
/// Pure integer arithmetic, the application's half of the receive point. It mirrors two things the
/// kernel keeps to itself: the order in which buffers were published, and how far each has been
/// filled. [#received] turns one completion into *parts*: bid, offset, length, and whether the
/// kernel has let go of the buffer.
///
/// **Rules kept here**
/// - The receive point moves when a completion is reaped, in completion order, never when the
///   application releases.
/// - Incremental: a completion without `IORING_CQE_F_BUF_MORE` is the kernel's last word on its
///   buffer, except that one with no bytes never is (kernels 6.15 to 6.18.19 leave the flag out at
///   the end of a file although the buffer stays current).
/// - A completion that names a later buffer than the current one says that the kernel has moved
///   on: what is left of the buffers before is skipped, and they are finished.
/// - Classic: every completion with a buffer finishes it, also with no bytes or an error. One that
///   names a later buffer than the first says that the kernel has taken those before for requests
///   that are still waiting (`MSG_WAITALL`): their completions follow in any order.
/// - A bundle names its first buffer only; the others follow in the order they were published,
///   which after recycling is any order of bids.
///
/// Belongs to one thread. Source: io_uring/kbuf.c (`io_kbuf_commit`, `io_kbuf_inc_commit`,
/// `__io_put_kbufs`); the rules' history is in `docs/kernel-notes.md`.
public final class Consumption {

    /// In [#places]: not published.
    private static final int NONE = -1;
    /// In [#places]: taken by the kernel, out of the order, its completion is to come.
    private static final int TAKEN = -2;

    private final boolean incremental;
    private final boolean bundles;
    private final int mask;

    /// Bids in the order they were published, from [#head] to [#tail], both free-running.
    private final int[] order;
    private int head;
    private int tail;

    /// By bid: length as published, bytes already delivered, and where in the order it stands.
    private final int[] lengths;
    private final int[] positions;
    private final int[] places;

    private int parts;
    private final int[] partBids;
    private final int[] partOffsets;
    private final int[] partLengths;
    private final boolean[] partFinished;

    /// Starts with nothing published.
    ///
    /// @param options the ring whose completions will be read
    /// @param bids how many buffer ids there are: 0 to `bids - 1`
    /// @param bundles whether requests use `IORING_RECVSEND_BUNDLE`; without it a completion of
    ///        more bytes than its buffer holds is an error instead of a walk
    public Consumption(BufferRingOptions options, int bids, boolean bundles) {
        if (bids < 1 || bids > 65536) {
            throw new IllegalArgumentException("bids=" + bids + ": must be 1 to 65536");
        }
        if (bundles && options.minLeft() > 1) {
            throw new IllegalArgumentException("minLeft=" + options.minLeft() + " with bundles:"
                    + " a completion could skip bytes that nobody can see; use one or the other");
        }
        incremental = options.incremental();
        this.bundles = bundles;
        int entries = options.entries();
        mask = entries - 1;
        order = new int[entries];
        lengths = new int[bids];
        positions = new int[bids];
        places = new int[bids];
        Arrays.fill(places, NONE);
        partBids = new int[entries];
        partOffsets = new int[entries];
        partLengths = new int[entries];
        partFinished = new boolean[entries];
    }

    /// Notes that a buffer was added to the ring, in the order of the calls.
    ///
    /// @param bid its id, which must not be published at this moment
    /// @param length its length in bytes
    public void published(int bid, int length) {
        if (tail - head > mask) {
            throw new IllegalStateException("bid=" + bid + ": the ring's " + order.length
                    + " entries are all published");
        }
        if (isPublished(bid)) {
            throw new IllegalStateException("bid=" + bid
                    + " is published already: the kernel would fill it twice at once");
        }
        places[bid] = tail & mask;
        order[tail & mask] = bid;
        tail++;
        lengths[bid] = length;
        positions[bid] = 0;
    }

    /// Reads one completion and moves the receive points.
    ///
    /// @param res the completion's result
    /// @param flags the completion's flags
    /// @return how many parts it has: 0 without a buffer; the first ones may be empty and only
    ///         say that a buffer is finished
    /// @throws IllegalStateException when the completion cannot be true: a buffer that was not
    ///         published, or more bytes than were lent. Nothing has been changed then
    public int received(int res, int flags) {
        parts = 0;
        if ((flags & IORING_CQE_F_BUFFER) == 0) {
            return 0;
        }
        int bid = flags >>> IORING_CQE_BUFFER_SHIFT;
        if (bid >= places.length || !isPublished(bid)) {
            throw impossible(res, flags, "buffer " + bid + " is not published");
        }
        int bytes = Math.max(res, 0);
        if (bytes > lengths[bid] - positions[bid]) {
            requireLent(res, flags, bid, bytes);
        }
        if (places[bid] != TAKEN) {
            moveTo(places[bid]);
        }
        boolean more = (flags & IORING_CQE_F_BUF_MORE) != 0 || incremental && bytes == 0;
        while (true) {
            int take = Math.min(bytes, lengths[bid] - positions[bid]);
            bytes -= take;
            deliver(bid, take, !incremental || bytes > 0 || !more);
            if (bytes == 0) {
                return parts;
            }
            bid = order[head & mask]; // there is one, requireLent has made sure
        }
    }

    /// The buffer of a part.
    ///
    /// @param part 0 to the answer of [#received], exclusive
    /// @return its bid
    public int bid(int part) {
        return partBids[part];
    }

    /// Where a part's bytes start in its buffer.
    ///
    /// @param part 0 to the answer of [#received], exclusive
    /// @return an offset in bytes
    public int offset(int part) {
        return partOffsets[part];
    }

    /// How many bytes a part has.
    ///
    /// @param part 0 to the answer of [#received], exclusive
    /// @return a length in bytes, maybe 0
    public int length(int part) {
        return partLengths[part];
    }

    /// Whether the kernel has let go of a part's buffer, so that it can be published again when
    /// nobody here reads it any more.
    ///
    /// @param part 0 to the answer of [#received], exclusive
    /// @return false while the kernel will put more bytes behind this part
    public boolean finished(int part) {
        return partFinished[part];
    }

    /// How many entries of the ring the kernel has not used up.
    ///
    /// @return buffers that a receive can still choose, 0 to the ring's entries
    public int outstanding() {
        return tail - head;
    }

    /// Whether the kernel owns a buffer.
    ///
    /// @param bid its id
    /// @return from [#published] until its finishing part
    public boolean isPublished(int bid) {
        return places[bid] != NONE;
    }

    /// The buffer the next receive of an incremental ring goes to.
    ///
    /// @return its bid, or -1 when nothing is published
    public int current() {
        return head == tail ? NONE : order[head & mask];
    }

    /// How far a buffer has been filled since it was last published.
    ///
    /// @param bid its id
    /// @return bytes delivered
    public int position(int bid) {
        return positions[bid];
    }

    /// The kernel has moved on to the buffer at `place`. What stands before it is finished on an
    /// incremental ring, and taken by others on a classic one.
    private void moveTo(int place) {
        while ((head & mask) != place) {
            int bid = order[head & mask];
            if (incremental) {
                deliver(bid, 0, true);
            } else {
                places[bid] = TAKEN;
                head++;
            }
        }
    }

    private void deliver(int bid, int length, boolean finished) {
        int part = parts++;
        partBids[part] = bid;
        partOffsets[part] = positions[bid];
        partLengths[part] = length;
        partFinished[part] = finished;
        positions[bid] += length;
        if (finished) {
            finish(bid);
        }
    }

    /// Takes a buffer out: the first in the order, or one that was taken out before.
    private void finish(int bid) {
        if (places[bid] != TAKEN) {
            head++;
        }
        places[bid] = NONE;
    }

    /// Checks that what a completion reports was lent, from its buffer on.
    private void requireLent(int res, int flags, int bid, int bytes) {
        if (!bundles || places[bid] == TAKEN) {
            throw impossible(res, flags, "buffer " + bid + " has room for "
                    + (lengths[bid] - positions[bid]) + " bytes and the request was no bundle");
        }
        long lent = 0;
        int start = tail - 1 - (tail - 1 - places[bid] & mask); // its running number
        for (int at = start; at != tail && lent < bytes; at++) {
            int member = order[at & mask];
            lent += lengths[member] - positions[member];
        }
        if (lent < bytes) {
            throw impossible(res, flags, "only " + lent + " bytes were lent from buffer " + bid
                    + " on");
        }
    }

    private static IllegalStateException impossible(int res, int flags, String why) {
        return new IllegalStateException("completion res=" + res + " flags=0x"
                + Integer.toHexString(flags) + ": " + why);
    }
}
