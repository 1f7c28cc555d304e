package dev.rill.testing;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.rill.ring.BufferRing;
import dev.rill.ring.BufferRingOptions;
import dev.rill.ring.Sqe;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A buffer ring and buffers of any size and id, without the bookkeeping of a group: what the
/// specification's cases write as `INC/4 {100#40, 1000#41}`.
public final class LentBuffers implements AutoCloseable {

    private static final long SLAB_SIZE = 16 << 20;

    private final Rig rig;
    private final BufferRing ring;
    private final MemorySegment slab;
    /// Where each bid was last put in the slab, and where each running number of the ring was.
    private final Map<Integer, Long> starts = new HashMap<>();
    private final List<Long> published = new ArrayList<>();
    private long used;

    public LentBuffers(Rig rig, BufferRingOptions options) {
        this.rig = rig;
        ring = BufferRing.register(rig.ring(), options);
        slab = rig.memory(SLAB_SIZE);
    }

    /// Group 0, incremental.
    public static LentBuffers incremental(Rig rig, int entries) {
        return new LentBuffers(rig, BufferRingOptions.incremental(0, entries));
    }

    /// Group 0, classic.
    public static LentBuffers classic(Rig rig, int entries) {
        return new LentBuffers(rig, BufferRingOptions.classic(0, entries));
    }

    /// Group 0, of one kind or the other.
    public static LentBuffers of(Rig rig, boolean incremental, int entries) {
        return incremental ? incremental(rig, entries) : classic(rig, entries);
    }

    /// The state of an entry: how far its address has moved, and its length.
    public record Slot(long consumed, int length) {
    }

    /// Lends fresh memory under an id.
    public LentBuffers lend(int length, int bid) {
        long start = used;
        used += length;
        starts.put(bid, start);
        published.add(start);
        ring.add(slab.address() + start, length, bid);
        ring.publish();
        return this;
    }

    /// Lends `count` buffers with ids from `firstBid` on.
    public LentBuffers lend(int count, int length, int firstBid) {
        for (int i = 0; i < count; i++) {
            lend(length, firstBid + i);
        }
        return this;
    }

    public BufferRing ring() {
        return ring;
    }

    public int head() {
        return ring.head();
    }

    /// Reads an entry back from the shared memory.
    public Slot slot(int position) {
        return new Slot(ring.entryAddress(position) - slab.address() - published.get(position),
                ring.entryLength(position));
    }

    /// What is in a buffer now.
    public byte[] bytes(int bid, int offset, int length) {
        return slab.asSlice(starts.get(bid) + offset, length).toArray(JAVA_BYTE);
    }

    public Sqe recv(int fd) {
        return recv(fd, 0);
    }

    public Sqe recv(int fd, int length) {
        return select(rig.sqe().prepRecv(fd, 0, length, 0));
    }

    public Sqe recvMultishot(int fd) {
        return select(rig.sqe().prepRecvMultishot(fd));
    }

    /// Reads at the current position.
    public Sqe read(int fd, int length) {
        return select(rig.sqe().prepRead(fd, 0, length, -1));
    }

    /// Switches buffer selection on, unchecked.
    public Sqe select(Sqe sqe) {
        return sqe.bufferSelect(ring.options().bgid());
    }

    @Override
    public void close() {
        ring.close();
    }
}
