package dev.rill.ring;

import static dev.rill.abi.SetupFlags.IORING_SETUP_IOPOLL;

import dev.rill.abi.Errno;
import dev.rill.abi.Opcode;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Memory lent to the kernel for receiving, and who holds which buffer of it.
///
/// ```java
/// group.select(ring.sqe().prepRecvMultishot(fd)).userData(tag);
/// ...
/// group.received(cq.res(), cq.flags());
/// while (group.next()) {
///     use(group.part());          // valid until the next call of next()
/// }
/// ...
/// group.publish();                // once for the whole batch, before cq.advance()
/// ```
///
/// **References.** Every buffer is counted: the kernel holds one while the buffer is published,
/// the part being looked at holds one, and everyone who [#retain]s it holds one. At zero the
/// buffer goes back to the ring, in whatever order that happens; the kernel sees it after the next
/// [#publish].
///
/// **Bound.** A group never has more memory than its options say; it may begin with less, grow
/// area by area when buffers run out, and give areas back ([#trim]). When all buffers are held,
/// receives end with `-ENOBUFS`; nothing is lost, they are to be armed again after a
/// [#publish] that lent something.
///
/// **Refused**, because the kernel would lose or overwrite bytes: see [#select].
///
/// Belongs to the ring's owner thread; the memory may be read from any, and a [Hold] may be closed
/// on any. Since Linux 5.19;
/// incremental since 6.12, with whole buffers before that ([#stepDowns]).
public final class BufferGroup implements AutoCloseable {

    private final BufferGroupOptions options;
    private final BufferRing bufferRing;
    private final BufferAreas areas;
    private final WorkingSet workingSet;
    private final Consumption consumption;
    private final List<StepDown> stepDowns = new ArrayList<>();
    private final Selection selection;
    private final int[] references;
    private final Received part;
    private final Holds holds;
    private final GroupMeter meter;
    private final Kernel kernel;

    private Runnable whenBack;
    private int parts;
    private int nextPart;
    private int held;
    private long bytesReceived;
    private long buffersUsedUp;
    /// Whom the bytes being looked at came from.
    private Object source;
    private volatile boolean closed;

    private BufferGroup(Ring ring, BufferGroupOptions wanted) {
        kernel = ring.kernel();
        if ((ring.flags() & IORING_SETUP_IOPOLL) != 0) {
            throw new IllegalArgumentException("bgid=" + wanted.ring().bgid()
                    + ": completions of a ring with IORING_SETUP_IOPOLL do not say reliably what"
                    + " they consumed; use another ring for buffer selection");
        }
        bufferRing = register(ring, wanted);
        BufferGroupOptions used = bufferRing.options().equals(wanted.ring()) ? wanted
                : wanted.asClassic();
        try {
            selection = new Selection(ring, used);
            if (selection.withoutBundles() != null) {
                used = used.withoutBundles();
                stepDowns.add(selection.withoutBundles());
            }
            options = used;
            consumption = new Consumption(options.ring(), options.buffers(), options.bundles());
            references = new int[options.buffers()];
            part = new Received(this);
            holds = new Holds(this);
            workingSet = new WorkingSet(options.lentMin(), options.buffers(),
                    options.bufferSize());
            areas = new BufferAreas(kernel, options);
            meter = new GroupMeter(this, consumption, areas);
        } catch (RuntimeException | Error e) {
            bufferRing.close();
            throw e;
        }
        lendWanted();
    }

    /// Registers what is wanted, or whole buffers where the kernel has no others.
    private BufferRing register(Ring ring, BufferGroupOptions wanted) {
        try {
            return BufferRing.register(ring, wanted.ring());
        } catch (KernelException e) {
            if (e.errno() != Errno.EINVAL || !wanted.ring().incremental()
                    || wanted.ring().minLeft() > 0) {
                throw e;
            }
            BufferGroupOptions classic = wanted.asClassic();
            BufferRing registered = BufferRing.register(ring, classic.ring());
            stepDowns.add(new StepDown("IOU_PBUF_RING_INC", "6.12", "each receive takes a whole"
                    + " buffer: " + classic.buffers() + " of " + classic.bufferSize() + " bytes"));
            return registered;
        }
    }

    /// Registers the ring, allocates the first area and lends its buffers to the kernel.
    ///
    /// @param ring the ring whose requests will receive into this group; it must be closed after
    ///        the group
    /// @param options how much and how. Where the kernel has no incremental rings, the same memory
    ///        is used in whole buffers, see [#stepDowns]
    /// @return a group whose buffers are lent
    /// @throws KernelException when the kernel refuses, with what to do about it
    public static BufferGroup open(Ring ring, BufferGroupOptions options) {
        return new BufferGroup(ring, options);
    }

    /// What is in force, which is what was asked for unless there are [#stepDowns].
    ///
    /// @return sizes and kind
    public BufferGroupOptions options() {
        return options;
    }

    /// What the kernel does not offer of what was asked for.
    ///
    /// @return why whole buffers are used instead of incremental ones, why a completion stands for
    ///         one buffer although bundles were asked for, why there are no huge pages; empty on a
    ///         current kernel
    public List<StepDown> stepDowns() {
        List<StepDown> all = new ArrayList<>(stepDowns);
        areas.stepDown().ifPresent(all::add);
        return List.copyOf(all);
    }

    /// The shared structure, for diagnosis.
    ///
    /// @return the buffer ring
    public BufferRing bufferRing() {
        return bufferRing;
    }

    /// Lets a receive choose its buffer from this group.
    ///
    /// Refused, on incremental groups: `MSG_WAITALL` and `MSG_TRUNC` (the kernel miscounts what
    /// it consumed), `IOSQE_ASYNC` (it consumes before it knows how much), sends (a short send
    /// loses the rest). On groups of whole buffers: `MSG_DONTWAIT` (kernels before 6.18 name a
    /// buffer that they have not used when there is nothing). On all groups:
    /// `IOSQE_CQE_SKIP_SUCCESS` (consumption nobody hears of), and bundles unless the group was
    /// opened for them and without `MSG_WAITALL` (seen on 6.18: while such a bundle waits for its
    /// rest, others receive into the buffers it will fill). Where the kernel's bundles cannot be
    /// trusted a receive is made a plain one; see [Quirk].
    ///
    /// Not for datagram sockets: see [#selectForDatagrams]. Not for files: the kernel consumes
    /// what was asked for, not what was read; so a read with a file offset is refused.
    ///
    /// @param sqe a receive or read, with its flags set
    /// @return the same entry, with buffer selection switched on
    public Sqe select(Sqe sqe) {
        selection.simplify(sqe);
        String why = selection.refusal(sqe);
        if (why != null) {
            throw refused(sqe, why);
        }
        return sqe.bufferSelect(options.ring().bgid());
    }

    /// The same for a datagram socket, where a message that does not fit is cut: an incremental
    /// group needs `min_left` of at least the largest datagram, and for multishot RECVMSG of its
    /// header as well.
    ///
    /// @param sqe a receive, with its flags set
    /// @param datagramSizeMax the largest message expected, in bytes; with multishot RECVMSG
    ///        including the room for name and control data that its `msghdr` asks for
    /// @return the same entry, with buffer selection switched on
    public Sqe selectForDatagrams(Sqe sqe, int datagramSizeMax) {
        String why = selection.datagramRefusal(sqe, datagramSizeMax);
        if (why != null) {
            throw refused(sqe, why);
        }
        return select(sqe);
    }

    private IllegalArgumentException refused(Sqe sqe, String why) {
        return new IllegalArgumentException(Opcode.name(sqe.opcode()) + " with buffer group "
                + options.ring().bgid() + ": " + why);
    }

    /// Reads one completion of a request that selected from this group: call it for each of them,
    /// in the order of the completion queue, also for requests nobody is interested in any more.
    /// Then step through its parts with [#next], to the end.
    ///
    /// @param res the completion's result
    /// @param flags the completion's flags
    /// @throws IllegalStateException when the completion contradicts what was lent
    public void received(int res, int flags) {
        received(res, flags, null);
    }

    /// The same, and remembers whom the bytes came from.
    ///
    /// @param res the completion's result
    /// @param flags the completion's flags
    /// @param from named in messages about holds, by its `toString`, and told of them when it is a
    ///        [HoldListener]; or null
    /// @throws IllegalStateException when the completion contradicts what was lent
    public void received(int res, int flags, Object from) {
        while (next()) {
            continue; // parts of the completion before that nobody looked at
        }
        parts = consumption.received(res, flags);
        source = from;
        nextPart = 0;
        int full = 0;
        for (int i = 0; i < parts; i++) {
            int bid = consumption.bid(i);
            references[bid]++; // for whoever looks at the part
            bytesReceived += consumption.length(i);
            full += consumption.length(i) > 0 ? 1 : 0;
            if (consumption.finished(i)) {
                buffersUsedUp++;
                held++;
                references[bid]--; // the kernel's
                meter.finished(bid);
            }
        }
        meter.received(res, full);
    }

    /// Steps to the next part that has bytes, and lets go of the one before.
    ///
    /// @return false after the last one
    public boolean next() {
        if (part.isValid()) {
            part.invalidate();
            release(consumption.bid(nextPart - 1));
        }
        while (nextPart < parts) {
            int i = nextPart++;
            if (consumption.length(i) > 0) {
                part.set(consumption.bid(i), consumption.offset(i), consumption.length(i));
                return true;
            }
            release(consumption.bid(i));
        }
        parts = 0;
        return false;
    }

    /// The part stepped to.
    ///
    /// @return always the same object, valid until the next call of [#next]
    public Received part() {
        return part;
    }

    /// Keeps a buffer from going back to the kernel. Each call needs its [#release].
    ///
    /// @param bid a buffer of which a part is valid or that is retained already
    public void retain(int bid) {
        bufferRing.requireOwner();
        if (references[bid] == 0) {
            throw new IllegalStateException("bid=" + bid + ": nobody holds this buffer, what was"
                    + " in it may be overwritten already");
        }
        references[bid]++;
    }

    /// Lets go of a buffer. When nobody holds it any more, it is lent again with the next
    /// [#publish].
    ///
    /// @param bid a buffer retained before
    public void release(int bid) {
        bufferRing.requireOwner();
        int left = references[bid] - 1;
        if (left < 0 || left == 0 && consumption.isPublished(bid)) {
            throw new IllegalStateException("bid=" + bid + ": released more often than retained");
        }
        references[bid] = left;
        if (left == 0 && !closed) {
            held--;
            if (areas.hasFree() || consumption.outstanding() >= workingSet.wanted()) {
                areas.give(bid);
            } else {
                lend(bid); // in the order in which they come back
            }
            if (whenBack != null) {
                whenBack.run();
            }
        }
    }

    /// What the program keeps beyond the callback.
    ///
    /// @return always the same object
    public Holds holds() {
        return holds;
    }

    /// Lends the buffers that have come back, also those whose holds other threads have closed, as
    /// far as they are needed, and makes them visible to the kernel with one release store. To be
    /// called before the completions of the batch are given back (`cq.advance()`), so that a new
    /// completion cannot outrun a buffer it needs.
    ///
    /// @return how many buffers were lent
    public int publish() {
        holds.collect();
        meter.batchEnded();
        workingSet.left(consumption.outstanding() - bufferRing.staged(), held);
        return lendWanted();
    }

    private int lendWanted() {
        while (consumption.outstanding() < workingSet.wanted()) {
            int bid = areas.take(2 * consumption.outstanding() <= workingSet.wanted());
            if (bid < 0) {
                break;
            }
            lend(bid);
        }
        return bufferRing.publish();
    }

    /// Gives memory back that was not needed since the last call, and lends fewer buffers when
    /// fewer were enough: to be called every second or so while [#isEnlarged]. A system call for
    /// each area.
    ///
    /// @return whether it has become smaller
    public boolean trim() {
        bufferRing.requireOwner();
        boolean fewer = workingSet.trim();
        return areas.trim() > 0 || fewer;
    }

    /// Whether there is anything that [#trim] could take back.
    ///
    /// @return true with more areas or more buffers lent than at the beginning
    public boolean isEnlarged() {
        return areas.mapped() > options.areaBuffers()
                || workingSet.wanted() > options.lentMin();
    }

    /// How many buffers have memory now.
    ///
    /// @return buffers, at most those of the options
    public int buffersAllocated() {
        return areas.mapped();
    }

    /// How many buffers are to be lent at a time now.
    ///
    /// @return buffers, from the least of the options to all
    public int buffersWanted() {
        return workingSet.wanted();
    }

    /// How many buffers can still be lent: those the kernel has, those nobody uses, and those for
    /// which there is no memory yet.
    ///
    /// @return buffers that nobody here holds
    public int available() {
        return consumption.outstanding() + areas.available();
    }

    /// What is done when a buffer has come back and [#publish] would lend it: for whoever has many
    /// groups and publishes those alone in which something has happened. On the owner's thread.
    ///
    /// @param action must not call this group
    public void onReturn(Runnable action) {
        bufferRing.requireOwner();
        whenBack = action;
    }

    /// How many receives found no buffer.
    ///
    /// @return completions with `-ENOBUFS` that [#received] was shown
    public long exhaustions() {
        return meter.exhaustions();
    }

    /// How many buffers the kernel has.
    ///
    /// @return buffers published and not used up, the current one included
    public int lent() {
        return consumption.outstanding();
    }

    /// How many buffers the kernel is finished with and somebody here still holds.
    ///
    /// @return buffers that will come back
    public int held() {
        return held;
    }

    /// How many bytes completions have delivered.
    ///
    /// @return bytes since the group was opened
    public long bytesReceived() {
        return bytesReceived;
    }

    /// How much buffer space that took: of a finished buffer all of it, of the current one what
    /// has been filled. [#bytesReceived] divided by this is the fill ratio.
    ///
    /// @return bytes since the group was opened
    public long bytesUsedUp() {
        int current = consumption.current();
        long partial = current < 0 ? 0 : consumption.position(current);
        return buffersUsedUp * options.bufferSize() + partial;
    }

    /// How the group stands, in numbers. Cheap; for many times a second.
    ///
    /// @return to be kept, and for any thread
    public GroupSnapshot snapshot() {
        bufferRing.requireOwner();
        return meter.snapshot();
    }

    /// How each buffer stands, by bid. Takes time for each buffer and each hold.
    ///
    /// @return to be kept, and for any thread
    public List<BufferSnapshot> bufferSnapshots() {
        bufferRing.requireOwner();
        return meter.buffers();
    }

    /// The memory of a buffer. Read from it; the kernel and others write.
    ///
    /// @param bid one that is lent or held
    /// @return all of the buffer, readable from any thread as long as it is held
    public MemorySegment buffer(int bid) {
        return areas.buffer(bid);
    }

    /// Unregisters the group and frees its memory: only when no request that selects from it is
    /// in flight. What is still held becomes inaccessible: reading it throws.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        bufferRing.requireOwner();
        closed = true;
        bufferRing.close();
        if (!bufferRing.isStillRegistered()) {
            areas.close();
        }
    }

    Hold hold(int bid, int offset, int length) {
        return holds.take(bid, offset, length, source);
    }

    /// Whether the kernel is finished with a buffer and nothing but so many holds keeps it away.
    boolean isHeldBy(int bid, int count) {
        return references[bid] == count && !consumption.isPublished(bid);
    }

    /// How many keep a buffer from being lent again.
    int references(int bid) {
        return references[bid];
    }

    long nanoTime() {
        return kernel.nanoTime();
    }

    /// From any thread.
    boolean isClosed() {
        return closed;
    }

    private void lend(int bid) {
        references[bid] = 1;
        consumption.published(bid, options.bufferSize());
        bufferRing.add(areas.buffer(bid).address(), options.bufferSize(), bid);
    }

    @Override
    public String toString() {
        return (options.ring().incremental() ? "incremental" : "classic") + " group "
                + options.ring().bgid() + " of " + options.buffers() + " buffers of "
                + options.bufferSize() + " bytes";
    }
}
