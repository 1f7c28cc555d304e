package dev.rill.net;

import dev.rill.kernel.KernelException;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.BufferSnapshot;
import dev.rill.ring.HolderSnapshot;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/// How the receive memory of an event loop stands, buffer by buffer, and who keeps it: what one
/// looks at to find out why a server is slow. Taking it visits every connection, every buffer and
/// every hold; [EventLoop#statistics] is for every second.
///
/// @param statistics the numbers
/// @param buffers each buffer of the shared group, by bid. Bytes that are still to be sent count as
///        held, and their holder is the connection that is to take them
/// @param unsent connections whose unsent bytes are in receive buffers, those with most first: who
///        reads too slowly
/// @param holders whose bytes the program holds, those with most memory first
/// @param parked connections that wait for a receive buffer, those that waited longest first
public record LoopDetails(LoopStatistics statistics, List<BufferSnapshot> buffers,
        List<HolderSnapshot> unsent, List<HolderSnapshot> holders, List<String> parked) {

    /// Keeps copies.
    public LoopDetails {
        Objects.requireNonNull(statistics, "statistics");
        buffers = List.copyOf(buffers);
        unsent = List.copyOf(unsent);
        holders = List.copyOf(holders);
        parked = List.copyOf(parked);
    }

    /// Looks. On the loop's thread: others bring it there with [EventLoop#execute].
    ///
    /// @param loop of which
    /// @param namesMax how many connections to name in each list, at most; each costs a system call
    /// @return how it stands now
    public static LoopDetails of(EventLoop loop, int namesMax) {
        loop.requireOwner();
        Unsent unsent = new Unsent(loop.group());
        loop.connections().forEach(unsent::visit);
        BufferGroup group = loop.group();
        return new LoopDetails(loop.statistics(), unsent.mergedWith(group.bufferSnapshots()),
                unsent.first(namesMax), group.holds().holders(namesMax),
                loop.groups().shared().starvation().parked(namesMax).stream()
                        .map(LoopDetails::name).toList());
    }

    private static String name(Connection connection) {
        try {
            return SocketAddresses.name(connection.remoteAddress()) + " (" + connection + ")";
        } catch (KernelException e) {
            return connection.toString(); // it is just being closed, or not yet connected
        }
    }

    /// What lies in receive buffers because it is still to be sent.
    private static final class Unsent {

        private final BufferGroup shared;
        /// By bid; grows.
        private final List<Buffer> buffers = new ArrayList<>();
        private final List<Queue> queues = new ArrayList<>();

        private static final class Buffer {
            private long bytes;
            private Connection taker;
        }

        private record Queue(Connection connection, int pieces, long bytes, int buffers,
                long nanos) {
        }

        Unsent(BufferGroup shared) {
            this.shared = shared;
        }

        void visit(Connection connection) {
            SendQueue queue = connection.sendSide().queue();
            BitSet bids = new BitSet();
            int pieces = 0;
            long bytes = 0;
            for (int i = 0; i < queue.pieces(); i++) {
                int bid = queue.owner(i);
                if (bid >= 0) {
                    pieces++;
                    bytes += queue.length(i);
                    bids.set(bid);
                }
                if (bid >= 0 && queue.group(i) == shared) {
                    add(bid, queue.length(i), connection);
                }
            }
            if (pieces > 0) {
                queues.add(new Queue(connection, pieces, bytes, bids.cardinality(),
                        connection.sendSide().sendingNanos()));
            }
        }

        private void add(int bid, int length, Connection taker) {
            while (buffers.size() <= bid) {
                buffers.add(new Buffer());
            }
            Buffer buffer = buffers.get(bid);
            buffer.bytes += length;
            if (buffer.taker == null || taker.sendSide().sendingNanos()
                    > buffer.taker.sendSide().sendingNanos()) {
                buffer.taker = taker;
            }
        }

        List<BufferSnapshot> mergedWith(List<BufferSnapshot> all) {
            List<BufferSnapshot> merged = new ArrayList<>(all);
            for (int bid = 0; bid < Math.min(buffers.size(), all.size()); bid++) {
                Buffer buffer = buffers.get(bid);
                BufferSnapshot held = all.get(bid);
                if (buffer.bytes > 0) {
                    merged.set(bid, new BufferSnapshot(bid, held.state(), held.filled(),
                            held.references(), held.heldBytes() + buffer.bytes,
                            held.holder() == null ? buffer.taker.toString() : held.holder(),
                            held.ageNanos()));
                }
            }
            return merged;
        }

        List<HolderSnapshot> first(int max) {
            return queues.stream()
                    .sorted(Comparator.comparingInt(Queue::buffers)
                            .thenComparingLong(Queue::bytes).reversed()
                            .thenComparingInt(queue -> queue.connection().slot()))
                    .limit(max)
                    .map(queue -> new HolderSnapshot(name(queue.connection()), queue.pieces(),
                            queue.bytes(), queue.buffers(), queue.nanos()))
                    .toList();
        }
    }
}
