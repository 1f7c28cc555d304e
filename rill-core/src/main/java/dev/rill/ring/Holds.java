package dev.rill.ring;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// What programs keep of a group's received bytes: who holds how much since when, and what can be
/// done about it when buffers run out.
///
/// Belongs to the ring's owner thread, but for [#lost]. What other threads have closed waits until
/// the owner publishes.
public final class Holds {

    private final BufferGroup group;
    private final HoldRescue rescue;
    private final ReturnStack returned = new ReturnStack();
    private final AtomicLong lost = new AtomicLong();
    private Runnable wakeUp = () -> { };
    private HeldBytes oldest;
    private HeldBytes newest;
    private int open;
    private long bytes;
    private long taken;

    Holds(BufferGroup group) {
        this.group = group;
        rescue = new HoldRescue(group);
    }

    /// How many [Hold]s there are that were not closed, as far as the owner has heard.
    ///
    /// @return open holds, the lost ones among them
    public int open() {
        return open;
    }

    /// How many bytes they have, wherever these are.
    ///
    /// @return bytes now
    public long bytes() {
        return bytes;
    }

    /// How long the oldest [Hold] has been open.
    ///
    /// @return nanoseconds, 0 without holds
    public long oldestNanos() {
        return oldest == null ? 0 : group.nanoTime() - oldest.since();
    }

    /// Who keeps how much in place, those with most memory first. Takes time for each hold.
    ///
    /// @param max how many to tell of at most
    /// @return to be kept, and for any thread
    public List<HolderSnapshot> holders(int max) {
        group.bufferRing().requireOwner();
        HolderList list = new HolderList(group.nanoTime());
        forEachInPlace(list::add);
        return list.first(max);
    }

    /// How many of the watched holds were lost without having been closed. From any thread.
    ///
    /// @return holds since the group was opened
    public long lost() {
        return lost.get();
    }

    /// How many buffers [#rescue] has brought back.
    ///
    /// @return buffers since the group was opened
    public long buffersRescued() {
        return rescue.buffers();
    }

    /// How much of what is held was moved out of its buffer.
    ///
    /// @return bytes now, at most [BufferGroupOptions#rescueMax]
    public long bytesMoved() {
        return rescue.bytes();
    }

    /// What a thread other than the owner does after it has closed a hold: once, until the owner
    /// has called [BufferGroup#publish]. Without it the owner finds out when it publishes the next
    /// time.
    ///
    /// @param newWakeUp makes the owner publish soon; called on any thread
    public void onReturn(Runnable newWakeUp) {
        group.bufferRing().requireOwner();
        wakeUp = Objects.requireNonNull(newWakeUp, "newWakeUp");
    }

    /// Brings buffers back that only holds keep from the kernel, by moving what is held: first out
    /// of those buffers where that is least. Holds of which somebody has a view stay, and no more
    /// is moved than [BufferGroupOptions#rescueMax]. The buffers are lent again with the next
    /// [BufferGroup#publish].
    ///
    /// @param wanted how many buffers are needed
    /// @return how many came back
    public int rescue(int wanted) {
        group.bufferRing().requireOwner();
        return open == 0 ? 0 : rescue.rescue(oldest, wanted);
    }

    // ---- taking and closing ------------------------------------------------------------------

    Hold take(int bid, int offset, int length, Object source) {
        group.retain(bid);
        HeldBytes bytes = new HeldBytes(group, bid, offset, length, source);
        add(bytes);
        if (source instanceof HoldListener listener) {
            listener.held(length);
        }
        int watched = group.options().watchedHolds();
        return new Hold(bytes, watched > 0 && taken++ % watched == 0);
    }

    /// From any thread: a hold was closed.
    void giveBack(HeldBytes bytes) {
        if (group.bufferRing().isOwner()) {
            letGo(bytes);
        } else if (returned.push(bytes)) {
            wakeUp.run(); // one is enough until the owner has looked
        }
    }

    /// What other threads have closed since the last look.
    ReturnStack returned() {
        return returned;
    }

    /// Lets go of what other threads have closed.
    void collect() {
        HeldBytes bytes = returned.takeAll();
        while (bytes != null) {
            HeldBytes next = bytes.nextReturned;
            letGo(bytes);
            bytes = next;
        }
    }

    private void letGo(HeldBytes bytes) {
        remove(bytes);
        if (bytes.isMoved()) {
            rescue.closed(bytes);
        } else {
            leaveBuffer(bytes);
        }
    }

    /// A hold is over, or its bytes are somewhere else.
    void leaveBuffer(HeldBytes bytes) {
        group.release(bytes.bid());
        if (bytes.source() instanceof HoldListener listener) {
            listener.letGo(bytes.length());
        }
    }

    /// From any thread: one can be closed by nobody any more.
    void countLost() {
        lost.incrementAndGet();
    }

    /// Shows all that keep a buffer, the oldest first.
    void forEachInPlace(Consumer<HeldBytes> visitor) {
        for (HeldBytes held = oldest; held != null; held = held.newer) {
            if (!held.isMoved()) {
                visitor.accept(held);
            }
        }
    }

    // ---- the list ----------------------------------------------------------------------------

    private void add(HeldBytes held) {
        held.older = newest;
        if (newest == null) {
            oldest = held;
        } else {
            newest.newer = held;
        }
        newest = held;
        open++;
        bytes += held.length();
    }

    private void remove(HeldBytes held) {
        if (held.older == null) {
            oldest = held.newer;
        } else {
            held.older.newer = held.newer;
        }
        if (held.newer == null) {
            newest = held.older;
        } else {
            held.newer.older = held.older;
        }
        held.older = null;
        held.newer = null;
        open--;
        bytes -= held.length();
    }
}
