package dev.rill.bench.load;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;
import static dev.rill.abi.MsgFlags.MSG_NOSIGNAL;
import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.SqeFlags.IOSQE_CQE_SKIP_SUCCESS;

import dev.rill.abi.Errno;
import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferRing;
import dev.rill.ring.BufferRingOptions;
import dev.rill.ring.CompletionQueue;
import dev.rill.ring.Consumption;
import dev.rill.ring.Ring;
import dev.rill.ring.RingOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The generator's ring and its receive buffers: raw requests, one incremental buffer ring that is
/// small enough to stay in the cache, nothing kept longer than a completion is looked at.
///
/// A request's user data are an operation and a connection's index.
final class LoadRing implements AutoCloseable {

    static final int RECEIVE = 1;
    static final int SEND = 2;
    static final int CONNECT = 3;
    static final int CLOSE = 4;

    private static final int BGID = 1;
    private static final int BUFFERS = 16;
    private static final int BUFFER_SIZE = 128 * 1024;
    private static final int SQ_ENTRIES = 4096;
    private static final int CQ_ENTRIES = 32_768;
    /// Longer than any server should be silent while something is under way.
    private static final long SILENCE_NANOS = 10_000_000_000L;
    private static final long LOOK_NANOS = 1_000_000_000L;

    private final Kernel kernel;
    private final Arena arena = Arena.ofConfined();
    private final Ring ring;
    private final CompletionQueue completions;
    private final BufferRing buffers;
    private final Consumption consumption;
    private final MemorySegment memory;
    private final Pattern pattern;
    private final boolean verify;
    private long lastCompletion;

    LoadRing(Kernel kernel, boolean verify) {
        this.kernel = kernel;
        this.verify = verify;
        ring = Ring.open(kernel, RingOptions.defaults().withQueues(SQ_ENTRIES, CQ_ENTRIES));
        completions = ring.completions();
        pattern = new Pattern(kernel, LoadOptions.SIZE_MAX, arena);
        memory = kernel.memory((long) BUFFERS * BUFFER_SIZE, arena);
        BufferRingOptions options = BufferRingOptions.incremental(BGID, BUFFERS);
        buffers = BufferRing.register(ring, options);
        consumption = new Consumption(options, BUFFERS, false);
        for (int bid = 0; bid < BUFFERS; bid++) {
            lend(bid);
        }
        buffers.publish();
    }

    Kernel kernel() {
        return kernel;
    }

    Ring ring() {
        return ring;
    }

    long enters() {
        return ring.enters();
    }

    /// Memory for requests, as long as this ring.
    MemorySegment allocate(long byteSize) {
        return kernel.memory(byteSize, arena);
    }

    Pattern pattern() {
        return pattern;
    }

    static long tag(int operation, int index) {
        return (long) operation << 32 | index;
    }

    // --- requests ---

    /// Receives until the connection ends.
    void receive(int fd, int index) {
        ring.sqe().prepRecvMultishot(fd).bufferSelect(BGID).userData(tag(RECEIVE, index));
    }

    /// Sends a stretch of a connection's stream, all of it or an error.
    ///
    /// @param silent whether only an error completes: the memory is never changed, so nobody needs
    ///        to know when it has been read
    void send(int fd, int index, long position, int length, boolean silent) {
        ring.sqe().prepSend(fd, pattern.address(index, position), length,
                MSG_WAITALL | MSG_NOSIGNAL)
                .flags(silent ? IOSQE_CQE_SKIP_SUCCESS : 0).userData(tag(SEND, index));
    }

    // --- completions ---

    /// Submits what was prepared and waits for a completion.
    void enter() {
        ring.submitAndWait(1, LOOK_NANOS);
    }

    /// Submits what was prepared and waits for a completion until a time.
    void enterUntil(long nanos) {
        ring.submitAndWait(1, Math.max(0, nanos));
    }

    /// Submits what was prepared and looks at what is there.
    void poll() {
        ring.submitAndWait(0);
    }

    boolean next() {
        return completions.next();
    }

    int operation() {
        return (int) (completions.userData() >>> 32);
    }

    int index() {
        return (int) completions.userData();
    }

    int res() {
        return completions.res();
    }

    /// The result, which must not be an error.
    int checkedRes(String what) {
        int res = completions.res();
        if (res < 0) {
            throw new LoadFailed(what + " of connection " + index() + ": " + Errno.name(res));
        }
        return res;
    }

    /// Takes the bytes of the receive completion at hand and arms the receive again where it ended.
    ///
    /// @param position how many bytes of the connection's stream came before
    /// @return how many bytes came
    int received(int fd, int index, long position) {
        int res = completions.res();
        int flags = completions.flags();
        if (res == 0) {
            throw new LoadFailed("connection " + index + " was closed by the server after "
                    + position + " bytes");
        }
        if (res < 0 && res != -Errno.ENOBUFS) {
            throw new LoadFailed("receive of connection " + index + ": " + Errno.name(res));
        }
        int parts = consumption.received(res, flags);
        long at = position;
        for (int part = 0; part < parts; part++) {
            int bid = consumption.bid(part);
            int length = consumption.length(part);
            if (verify && length > 0) {
                check(index, at, (long) bid * BUFFER_SIZE + consumption.offset(part), length);
            }
            at += length;
            if (consumption.finished(part)) {
                lend(bid);
            }
        }
        if ((flags & IORING_CQE_F_MORE) == 0) {
            buffers.publish();
            receive(fd, index);
        }
        return Math.max(res, 0);
    }

    /// Gives completions and buffers back.
    ///
    /// @param count how many completions were seen
    void done(int count, long now) {
        buffers.publish();
        completions.advance();
        if (count > 0) {
            lastCompletion = now;
        }
    }

    void startWatch(long now) {
        lastCompletion = now;
    }

    /// Stops a run that would wait for ever.
    void requireProgress(long now, String missing) {
        if (now - lastCompletion > SILENCE_NANOS) {
            throw new LoadFailed("the server has been silent for 10 seconds: " + missing);
        }
    }

    private void check(int index, long position, long from, int length) {
        long wrong = pattern.mismatch(index, position, memory, from, length);
        if (wrong >= 0) {
            throw new LoadFailed("byte " + (position + wrong) + " of connection " + index
                    + " is not the one that was sent");
        }
    }

    private void lend(int bid) {
        consumption.published(bid, BUFFER_SIZE);
        buffers.add(memory.address() + (long) bid * BUFFER_SIZE, BUFFER_SIZE, bid);
    }

    @Override
    public void close() {
        ring.close();
        buffers.close();
        arena.close();
    }
}
