package dev.rill.ring;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_SOCK_NONEMPTY;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.Errno;
import dev.rill.abi.FileFlags;
import dev.rill.abi.PollFlags;
import dev.rill.abi.SockaddrIn;
import dev.rill.abi.SocketConstants;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What one self-test needs: a small ring, connected descriptors, lent buffers of a few bytes, and
/// the completion looked at. After [#close] nothing of it is left.
///
/// Buffers have the bids 0, 1 and so on, in group 0, one behind the other in memory. Whatever does
/// not come within a second is a [KernelException].
final class QuirkTrial implements AutoCloseable {

    private static final int ENTRIES = 4;
    private static final int MEMORY = 4096;
    /// Where in the memory paths, addresses and bytes to write are; buffers are before it.
    private static final int SCRATCH = 2048;
    private static final int SCRATCH_SIZE = 256;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /// 127.0.0.1 in network byte order, read as a little-endian number.
    private static final int LOOPBACK = 0x0100007f;

    /// What lent memory is filled with, so that it shows where something was put.
    static final byte UNTOUCHED = 0x55;

    /// Two connected descriptors: one that is received from, one that is written to.
    record Pair(int reader, int writer) {
    }

    private final Kernel kernel;
    private final Arena arena;
    private final Ring ring;
    private final MemorySegment memory;
    private final List<Integer> descriptors = new ArrayList<>();
    private BufferRing buffers;
    private long[] starts;

    private long tag;
    private int res;
    private int flags;

    private QuirkTrial(Kernel kernel, Arena arena) {
        this.kernel = kernel;
        this.arena = arena;
        memory = kernel.memory(MEMORY, arena);
        memory.asSlice(0, SCRATCH).fill(UNTOUCHED);
        ring = openRing(kernel);
    }

    private static Ring openRing(Kernel kernel) {
        return Ring.open(kernel, new RingOptions(ENTRIES, 2 * ENTRIES,
                RingOptions.defaults().preferredFlags(), 0, false));
    }

    static QuirkTrial open(Kernel kernel) {
        Arena arena = Arena.ofConfined();
        try {
            return new QuirkTrial(kernel, arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    Ring ring() {
        return ring;
    }

    /// Registers group 0 and lends buffers of these lengths.
    void lend(boolean incremental, int... lengths) {
        int entries = lengths.length == 1 ? 1 : Integer.highestOneBit(lengths.length - 1) << 1;
        buffers = BufferRing.register(ring, incremental ? BufferRingOptions.incremental(0, entries)
                : BufferRingOptions.classic(0, entries));
        starts = new long[lengths.length];
        long at = 0;
        for (int bid = 0; bid < lengths.length; bid++) {
            starts[bid] = at;
            buffers.add(memory.address() + at, lengths[bid], bid);
            at += lengths[bid];
        }
        buffers.publish();
    }

    /// Two connected Unix sockets.
    Pair unix(int type) {
        MemorySegment fds = scratch(2 * Integer.BYTES);
        KernelException.check("socketpair", kernel.descriptors().socketpair(
                SocketConstants.AF_UNIX, type | SocketConstants.SOCK_CLOEXEC, 0, fds));
        return pair(fds.get(JAVA_INT, 0), fds.get(JAVA_INT, Integer.BYTES));
    }

    /// The two ends of a pipe.
    Pair pipe() {
        MemorySegment fds = scratch(2 * Integer.BYTES);
        KernelException.check("pipe", kernel.descriptors().pipe(fds, FileFlags.O_CLOEXEC));
        return pair(fds.get(JAVA_INT, 0), fds.get(JAVA_INT, Integer.BYTES));
    }

    /// Two TCP sockets, connected over the loopback interface.
    Pair tcp() {
        Descriptors calls = kernel.descriptors();
        int type = SocketConstants.SOCK_STREAM | SocketConstants.SOCK_CLOEXEC;
        int listener = own("socket", calls.socket(SocketConstants.AF_INET, type, 0));
        MemorySegment address = scratch(SockaddrIn.SIZE);
        address.fill((byte) 0);
        address.set(JAVA_SHORT, SockaddrIn.FAMILY, (short) SocketConstants.AF_INET);
        address.set(JAVA_INT, SockaddrIn.ADDR, LOOPBACK);
        KernelException.check("bind", calls.bind(listener, address));
        KernelException.check("listen", calls.listen(listener, 1));
        KernelException.check("getsockname", calls.getsockname(listener, address));
        int client = own("socket", calls.socket(SocketConstants.AF_INET, type, 0));
        ring.sqe().prepConnect(client, address.address(), SockaddrIn.SIZE).userData(1);
        ring.sqe().prepAccept(listener, SocketConstants.SOCK_CLOEXEC).userData(2);
        int server = -1;
        int connected = 0;
        for (int i = 0; i < 2; i++) {
            await();
            if (tag == 2) {
                server = own("accept", res);
            } else {
                connected = res;
            }
        }
        KernelException.check("connect", connected);
        return new Pair(server, client);
    }

    /// Opens a file for reading.
    int open(String path) {
        MemorySegment name = scratch(SCRATCH_SIZE);
        name.setString(0, path);
        ring.sqe().prepOpenat(FileFlags.AT_FDCWD, name.address(),
                FileFlags.O_RDONLY | FileFlags.O_CLOEXEC, 0);
        await();
        return own("open " + path, res);
    }

    /// Writes bytes that count from 1.
    void write(Pair pair, int count) {
        MemorySegment bytes = scratch(count);
        for (int i = 0; i < count; i++) {
            bytes.set(JAVA_BYTE, i, (byte) (i + 1));
        }
        int written = KernelException.check("write",
                kernel.descriptors().write(pair.writer, bytes));
        if (written != count) {
            throw new KernelException("write of " + count + " bytes to an empty socket", Errno.EIO);
        }
    }

    void closeWriter(Pair pair) {
        descriptors.remove(Integer.valueOf(pair.writer));
        KernelException.check("close", kernel.descriptors().close(pair.writer));
    }

    /// Closes a TCP socket that has not read what came: its peer gets a reset.
    void resetWriter(Pair pair) {
        KernelException.check("write", kernel.descriptors().write(pair.reader, scratch(1)));
        poll(pair.writer, PollFlags.POLLIN, PATIENCE_NANOS);
        closeWriter(pair);
    }

    /// Waits until a peer's end has arrived, and does not let the trial's ring look meanwhile.
    ///
    /// @param patienceNanos how long, where that cannot be told without reading
    void awaitEnd(Pair pair, long patienceNanos) {
        poll(pair.reader, PollFlags.POLLRDHUP, patienceNanos);
    }

    private void poll(int fd, int events, long patienceNanos) {
        try (Ring other = openRing(kernel)) {
            other.sqe().prepPollAdd(fd, events);
            other.submitAndWait(1, patienceNanos);
        }
    }

    /// A receive that selects from the lent buffers; not yet submitted.
    Sqe receive(Pair pair, int length, int msgFlags) {
        return ring.sqe().prepRecv(pair.reader, 0, length, msgFlags).bufferSelect(0);
    }

    /// Gives the prepared request to the kernel, which tries it at once.
    void submit() {
        if (ring.submitAndWait(0) != 1) {
            throw new KernelException("io_uring_enter of one request", Errno.EAGAIN);
        }
    }

    /// Gives the prepared requests to the kernel and takes the next completion.
    void await() {
        if (!comes(PATIENCE_NANOS)) {
            throw new KernelException("waiting for a completion", Errno.ETIME);
        }
    }

    /// The same for a completion that may never come.
    ///
    /// @return whether it came; looked for once at least, however long that takes
    boolean comes(long patienceNanos) {
        CompletionQueue completions = ring.completions();
        long deadline = kernel.nanoTime() + patienceNanos;
        ring.submit();
        boolean over = false;
        while (!completions.next()) {
            if (over) {
                return false;
            }
            long left = deadline - kernel.nanoTime();
            over = left <= 0;
            ring.submitAndWait(1, Math.max(left, 0));
        }
        tag = completions.userData();
        res = completions.res();
        flags = completions.flags();
        completions.advance();
        return true;
    }

    long tag() {
        return tag;
    }

    int res() {
        return res;
    }

    int flags() {
        return flags;
    }

    /// Whether the completion is this one, whatever it says about what is left in the socket.
    boolean completed(int expectedRes, int expectedFlags) {
        return res == expectedRes && (flags & ~IORING_CQE_F_SOCK_NONEMPTY) == expectedFlags;
    }

    /// How far the kernel's receive point in a buffer has moved.
    int taken(int bid) {
        return (int) (buffers.entryAddress(bid) - memory.address() - starts[bid]);
    }

    /// How much the kernel says is left in a buffer.
    int left(int bid) {
        return buffers.entryLength(bid);
    }

    /// A byte of a buffer.
    byte at(int bid, int offset) {
        return memory.get(JAVA_BYTE, starts[bid] + offset);
    }

    @Override
    public void close() {
        ring.close();
        boolean quiet = ring.inFlight() <= 0;
        for (int fd : descriptors) {
            kernel.descriptors().close(fd);
        }
        if (quiet) { // otherwise a receive may still write into it: the ring has said so
            if (buffers != null) {
                buffers.close();
            }
            arena.close();
        }
    }

    @Override
    public String toString() {
        return "(" + res + ", 0x" + Integer.toHexString(flags) + ")";
    }

    private MemorySegment scratch(int size) {
        return memory.asSlice(SCRATCH, size);
    }

    private Pair pair(int reader, int writer) {
        descriptors.add(reader);
        descriptors.add(writer);
        return new Pair(reader, writer);
    }

    private int own(String operation, int fd) {
        KernelException.check(operation, fd);
        descriptors.add(fd);
        return fd;
    }
}
