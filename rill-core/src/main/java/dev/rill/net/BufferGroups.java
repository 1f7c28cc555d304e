package dev.rill.net;

import dev.rill.ring.BufferGroup;
import dev.rill.ring.Ring;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// The buffer groups of a loop, and which connection receives into which, as [BufferLayout] says.
///
/// A turn costs what the groups cost that something has happened in, however many there are.
final class BufferGroups {

    /// How many groups may be registered beside the shared one: there are 65,536 ids.
    static final int OTHERS_MAX = 65_535;

    private final EventLoop loop;
    private final Lane shared;
    /// By the size of their buffers, the shared one among them; only that one without classes.
    private final Lane[] classes;
    /// Null when no connection has a group of its own.
    private final OwnGroups own;
    private List<Lane> busy = new ArrayList<>();
    private List<Lane> spare = new ArrayList<>();
    /// Where other threads have closed holds.
    private final Queue<Lane> returned = new ConcurrentLinkedQueue<>();
    private final Runnable wakeUp;

    /// @param ring with which the loop receives
    /// @param wakeUp from any thread: makes the loop take a turn
    BufferGroups(EventLoop loop, Ring ring, Runnable wakeUp) {
        this.loop = loop;
        this.wakeUp = wakeUp;
        EventLoopOptions options = loop.options();
        List<Lane> all = new ArrayList<>();
        shared = new Lane(loop, this, BufferGroup.open(ring, options.buffers()), false);
        all.add(shared);
        try {
            if (options.layout() instanceof BufferLayout.SizeClasses sizes) {
                for (int i = 0; i < sizes.others().size(); i++) {
                    all.add(new Lane(loop, this, BufferGroup.open(ring,
                            sizes.others().get(i).withBgid(otherId(i))), false));
                }
            }
        } catch (RuntimeException | Error e) {
            all.forEach(Lane::close);
            throw e;
        }
        all.sort((a, b) -> Integer.compare(a.group().options().bufferSize(),
                b.group().options().bufferSize()));
        classes = all.toArray(Lane[]::new);
        own = options.layout() instanceof BufferLayout.PerConnection wanted
                ? new OwnGroups(loop, this, ring, wanted) : null;
    }

    /// The id of a group beside the shared one.
    int otherId(int index) {
        return loop.options().buffers().ring().bgid() + 1 + index & 0xffff;
    }

    Lane shared() {
        return shared;
    }

    // ---- which connection has which ----------------------------------------------------------

    /// A group for a connection that begins to receive.
    Lane take() {
        return own == null ? shared : own.take(shared);
    }

    /// Its connection has ended.
    void give(Lane lane) {
        if (lane != shared && own != null) {
            own.give(lane);
        }
    }

    boolean hasClasses() {
        return classes.length > 1;
    }

    /// The group that fits what a connection receives at a time.
    ///
    /// @param now the one it has
    /// @param bytes in the mean
    Lane fitting(Lane now, int bytes) {
        int at = 0;
        while (classes[at] != now) {
            at++;
        }
        if (bytes > size(at) - size(at) / 4) { // most fill the buffer: more would come at a time
            return classes[Math.min(at + 1, classes.length - 1)];
        }
        return at > 0 && bytes <= size(at - 1) / 2 ? classes[at - 1] : now;
    }

    private int size(int at) {
        return classes[at].group().options().bufferSize();
    }

    // ---- turns -------------------------------------------------------------------------------

    void touched(Lane lane) {
        busy.add(lane);
    }

    /// From any thread: a hold was closed.
    void returned(Lane lane) {
        returned.add(lane);
        wakeUp.run();
    }

    /// Other threads may have closed holds.
    void readMail() {
        for (Lane lane = returned.poll(); lane != null; lane = returned.poll()) {
            lane.touch();
        }
    }

    /// Lends what has come back, before the completions are given back: none outruns its buffer.
    void publish() {
        for (int i = 0; i < busy.size(); i++) { // more may be touched meanwhile
            busy.get(i).group().publish();
        }
    }

    /// Arms again what can be. What is touched meanwhile has its turn after the next one.
    void relieve() {
        List<Lane> now = busy;
        busy = spare;
        for (int i = 0; i < now.size(); i++) {
            Lane lane = now.get(i);
            if (lane.relieve()) {
                busy.add(lane);
            }
        }
        now.clear();
        spare = now;
    }

    /// Whether the loop shall come back without waiting.
    boolean canRelieveMore() {
        for (int i = 0; i < busy.size(); i++) {
            if (busy.get(i).starvation().canRelieveMore()) {
                return true;
            }
        }
        return false;
    }

    /// Whether any connection waits for memory.
    boolean anyParked() {
        for (int i = 0; i < busy.size(); i++) {
            if (busy.get(i).starvation().parked() > 0) {
                return true;
            }
        }
        return false;
    }

    // ---- all of them -------------------------------------------------------------------------

    /// The numbers of all.
    Sums sums() {
        Sums sums = new Sums();
        for (Lane lane : classes) {
            sums.add(lane);
        }
        if (own != null) {
            own.addTo(sums);
        }
        return sums;
    }

    void close() {
        if (own != null) {
            own.close();
        }
        for (Lane lane : classes) {
            lane.close();
        }
    }

    /// What is counted in each group, added up.
    static final class Sums {
        int groups;
        int lent;
        int held;
        int parked;
        int holds;
        long received;
        long usedUp;
        long exhaustions;
        long rescues;
        long rescuedBytes;
        long holdRescues;
        long moved;
        long fallbacks;

        void add(Lane lane) {
            BufferGroup group = lane.group();
            groups++;
            lent += group.lent();
            held += group.held();
            parked += lane.starvation().parked();
            holds += group.holds().open();
            received += group.bytesReceived();
            usedUp += group.bytesUsedUp();
            exhaustions += group.exhaustions();
            rescues += lane.starvation().rescues();
            rescuedBytes += lane.starvation().rescuedBytes();
            holdRescues += group.holds().buffersRescued();
            moved += group.holds().bytesMoved();
        }

        /// What a group had done that is no more.
        void addGone(Sums gone) {
            received += gone.received;
            usedUp += gone.usedUp;
            exhaustions += gone.exhaustions;
            rescues += gone.rescues;
            rescuedBytes += gone.rescuedBytes;
            holdRescues += gone.holdRescues;
        }
    }
}
