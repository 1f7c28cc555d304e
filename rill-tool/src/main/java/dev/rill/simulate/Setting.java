package dev.rill.simulate;

import dev.rill.Kernels;
import dev.rill.kernel.SimulationOptions;
import dev.rill.net.BufferLayout;
import dev.rill.net.EventLoopOptions;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.BufferRingOptions;
import dev.rill.ring.RingOptions;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// What one seed makes: the machine, the loops on it, what they serve and for how many.
///
/// Each part is drawn from a source of its own, so that a feature switched off or fewer peers leave
/// the rest nearly as it was.
final class Setting {

    private static final String REFERENCE = "6.18.44";
    private static final int FIRST_PORT = 7000;
    private static final long GROUP_BYTES_MAX = 4 << 20;
    /// How much all peers may send together, in bytes and in buffers.
    private static final long BYTES_MAX = 6 << 20;
    private static final long BUFFERS_MAX = 40_000;
    private static final int LENGTH_MAX = 400_000;
    private static final int CHUNK_MAX = 16 * 1024;
    private static final int CHUNKS_MAX = 100;
    /// Features that change nearly everything, and are had less often.
    private static final Set<Feature> SELDOM = EnumSet.of(Feature.STOP, Feature.RESETS,
            Feature.FAILED_CONNECTS, Feature.FAILED_CALLS, Feature.UNIX, Feature.OTHER_KERNEL,
            Feature.FEW_CONNECTIONS);

    /// Drawn by themselves, so that seeds from before there were any stay what they were.
    private static final EnumSet<Feature> LAYOUTS =
            EnumSet.of(Feature.OWN_GROUPS, Feature.SIZE_CLASSES);
    private static final double LAYOUT_CHANCE = 0.15;

    /// Where peers connect to.
    ///
    /// @param index its number
    /// @param loop the number of the loop that listens
    /// @param kind what the server there does
    /// @param target where a relay connects to, or -1
    record Door(int index, int loop, Conversation.Kind kind, int target, SocketAddress address) {

        boolean isRelay() {
            return target >= 0;
        }
    }

    final long seed;
    final Set<Feature> features = EnumSet.noneOf(Feature.class);
    final int connections;
    final SimulationOptions machine;
    final List<EventLoopOptions> loops = new ArrayList<>();
    final List<Door> doors = new ArrayList<>();
    /// The most that a peer sends, and that it writes and reads at once.
    final int lengthMax;
    final int chunkMax;
    final int readMax;
    /// In which time the peers connect.
    final long spreadNanos;
    /// The program: how long it holds, pauses, and how much it asks for.
    final double holdChance;
    final long holdNanosMax;
    final double pauseChance;
    final double misbehaviourChance;
    final int creditMax;

    Setting(long seed, int connectionsMax, Set<Feature> without) {
        this.seed = seed;
        Draw swarm = Draw.of(seed, 1);
        for (Feature feature : EnumSet.complementOf(LAYOUTS)) {
            if (swarm.chance(SELDOM.contains(feature) ? 0.15 : 0.35)) {
                features.add(feature);
            }
        }
        int size = swarm.below(100);
        int wanted = size < 40 ? swarm.wild(1, 20) : size < 85 ? swarm.wild(10, 200)
                : size < 97 ? swarm.wild(200, 1000) : swarm.wild(1000, 3000);
        connections = Math.min(wanted, connectionsMax);
        drawLayout(Draw.of(seed, 9));
        features.removeAll(without);
        if (has(Feature.RELAY)) {
            features.remove(Feature.FEW_CONNECTIONS); // its own connections could take all places
        }
        machine = machine(Draw.of(seed, 2));
        Draw sizes = Draw.of(seed, 3);
        Draw layouts = Draw.of(seed, 10);
        loops.add(withLayout(loop(sizes), layouts));
        if (has(Feature.SECOND_LOOP)) {
            loops.add(withLayout(loop(sizes), layouts));
        }
        openDoors(Draw.of(seed, 4));
        Draw crowd = Draw.of(seed, 5);
        int bufferSize = loops.stream().mapToInt(loop -> loop.buffers().bufferSize()).min()
                .getAsInt();
        long most = Math.min(BYTES_MAX, bufferSize * BUFFERS_MAX) / connections;
        lengthMax = (int) Math.max(16, Math.min(crowd.wild(16, LENGTH_MAX), most));
        chunkMax = Math.max(crowd.wild(1, CHUNK_MAX), lengthMax / CHUNKS_MAX);
        readMax = Math.max(crowd.wild(1, CHUNK_MAX), lengthMax / CHUNKS_MAX);
        spreadNanos = crowd.nanos(TimeUnit.SECONDS.toNanos(10));
        Draw program = Draw.of(seed, 6);
        holdChance = has(Feature.HOLDS) ? program.wild(1, 100) / 100.0 : 0;
        holdNanosMax = program.nanos(TimeUnit.SECONDS.toNanos(2));
        pauseChance = has(Feature.PAUSES) ? 0.05 : 0;
        misbehaviourChance = program.wild(1, 50) / 1000.0;
        creditMax = program.wild(1, 64 * 1024);
    }

    boolean has(Feature feature) {
        return features.contains(feature);
    }

    private SimulationOptions machine(Draw draw) {
        List<String> all = Kernels.profiles();
        int which = draw.below(all.size());
        String release = has(Feature.OTHER_KERNEL) ? all.get(which) : REFERENCE;
        SimulationOptions options = SimulationOptions.faultless().withSeed(draw.next())
                .withRelease(release);
        if (has(Feature.LATENCY)) {
            long max = draw.nanos(TimeUnit.MILLISECONDS.toNanos(200));
            options = options.withLatency(Duration.ofNanos(draw.nanos(max)),
                    Duration.ofNanos(max));
        }
        if (has(Feature.SHORT_TRANSFERS)) {
            options = options.withShortTransfers(draw.wild(1, 90) / 100.0);
        }
        if (has(Feature.RESETS)) {
            options = options.withResets(draw.wild(1, 100) / 5000.0);
        }
        if (has(Feature.FAILED_CONNECTS)) {
            options = options.withFailedConnects(draw.wild(1, 100) / 500.0);
        }
        if (has(Feature.FAILED_CALLS)) {
            options = options.withFailedCalls(draw.wild(1, 100) / 500.0);
        }
        return has(Feature.SMALL_SOCKET_BUFFERS)
                ? options.withSocketBuffer(draw.wild(1, 64 * 1024)) : options;
    }

    private EventLoopOptions loop(Draw draw) {
        RingOptions ring = RingOptions.defaults();
        if (has(Feature.SMALL_QUEUES)) {
            int entries = 1 << draw.below(5);
            ring = ring.withQueues(entries, Math.max(entries, 2 << draw.below(6)));
        }
        long high = draw.wild(1, 256 * 1024);
        Duration idle = has(Feature.IDLE_TIMEOUT) || hidesLostEnds()
                ? Duration.ofMillis(draw.wild(50, 20_000)) : Duration.ZERO;
        return EventLoopOptions.defaults().withRing(ring).withBuffers(group(draw))
                .withConnectionsMax(has(Feature.FEW_CONNECTIONS)
                        ? draw.wild(1, Math.max(2, connections / 2)) : 1 << 20)
                .withUnsent(draw.below((int) high + 1), high)
                .withHeldMax(!has(Feature.HELD_LIMIT) ? 0
                        : draw.chance(0.2) ? Long.MAX_VALUE : draw.wild(1, 64 * 1024))
                .withTimeouts(idle, Duration.ofSeconds(draw.of(0, 1, 10, 60)),
                        Duration.ofMillis(draw.of(hidesLostEnds() ? 5000 : 0, 50, 5000)));
    }

    private void drawLayout(Draw draw) {
        if (draw.chance(LAYOUT_CHANCE)) {
            features.add(Feature.OWN_GROUPS);
        } else if (draw.chance(LAYOUT_CHANCE)) {
            features.add(Feature.SIZE_CLASSES);
        }
    }

    private EventLoopOptions withLayout(EventLoopOptions loop, Draw draw) {
        if (has(Feature.OWN_GROUPS)) {
            BufferGroupOptions each = group(draw);
            int buffers = draw.between(1, Math.min(4, each.buffers()));
            BufferGroupOptions few = each.ring().incremental()
                    ? BufferGroupOptions.incremental(0, buffers, each.bufferSize())
                    : BufferGroupOptions.classic(0, buffers, each.bufferSize());
            return loop.withLayout(BufferLayout.perConnection(draw.wild(1, connections + 1), few));
        }
        return has(Feature.SIZE_CLASSES) ? loop.withLayout(draw.chance(0.5)
                ? BufferLayout.sizeClasses(group(draw))
                : BufferLayout.sizeClasses(group(draw), group(draw))) : loop;
    }

    private BufferGroupOptions group(Draw draw) {
        int buffers = has(Feature.FEW_BUFFERS) ? draw.between(1, 7) : draw.wild(8, 512);
        int size = has(Feature.TINY_BUFFERS) ? draw.wild(16, 512) : draw.wild(1024, 128 * 1024);
        size = (int) Math.min(size, GROUP_BYTES_MAX / buffers);
        BufferGroupOptions options;
        if (has(Feature.CLASSIC)) {
            options = BufferGroupOptions.classic(0, buffers, size);
        } else {
            BufferGroupOptions plain = BufferGroupOptions.incremental(0, buffers, size);
            BufferRingOptions ring = has(Feature.MIN_LEFT) && limitsReceives()
                    ? plain.ring().withMinLeft(draw.wild(1, size)) : plain.ring();
            options = new BufferGroupOptions(ring, buffers, size, false);
        }
        if (has(Feature.GROWING)) {
            int area = draw.wild(1, buffers);
            options = options.growing(area, draw.wild(1, area));
        }
        long bytes = options.byteSize();
        return options.withWatchedHolds(draw.of(0, 0, 1))
                .withRescueMax(draw.below(3) == 0 ? 0 : draw.wild(1, (int) bytes));
    }

    private void openDoors(Draw draw) {
        int servers = draw.between(1, 3);
        for (int i = 0; i < servers; i++) {
            Conversation.Kind[] kinds = Conversation.Kind.values();
            open(draw, kinds[draw.below(kinds.length)], -1);
        }
        if (has(Feature.RELAY)) {
            int relays = draw.between(1, 2);
            for (int i = 0; i < relays; i++) {
                Door target = doors.get(draw.below(servers));
                open(draw, target.kind(), target.index());
            }
        }
    }

    private void open(Draw draw, Conversation.Kind kind, int target) {
        int index = doors.size();
        SocketAddress address = has(Feature.UNIX)
                ? UnixDomainSocketAddress.of("/rill-simulated-" + index)
                : new InetSocketAddress("127.0.0.1", FIRST_PORT + index);
        doors.add(new Door(index, draw.below(loops.size()), kind, target, address));
    }

    /// Whether the kernel may keep to itself that a peer has ended, and a slow network keeps loops
    /// from finding that out: then only a timeout closes its connection.
    private boolean hidesLostEnds() {
        return has(Feature.LATENCY) && Kernels.quirks(machine.release()).stream()
                .anyMatch(quirk -> quirk.name().equals("LOST_END"));
    }

    /// Whether the kernel takes the number of bytes along that are asked for (Linux 6.17).
    boolean limitsReceives() {
        return !machine.release().startsWith("6.12");
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(connections).append(" connections of up to ").append(lengthMax)
                .append(" bytes, Linux ").append(machine.release());
        for (EventLoopOptions loop : loops) {
            text.append("; ").append(loop.buffers().buffers()).append(" x ")
                    .append(loop.buffers().bufferSize());
            switch (loop.layout()) {
                case BufferLayout.PerConnection own -> text.append(" and ")
                        .append(own.groupsMax()).append(" of ").append(own.each().buffers())
                        .append(" x ").append(own.each().bufferSize());
                case BufferLayout.SizeClasses sizes -> sizes.others().forEach(other ->
                        text.append(" and ").append(other.buffers()).append(" x ")
                                .append(other.bufferSize()));
                case BufferLayout.Shared _ -> { }
            }
        }
        doors.forEach(door -> text.append("; ").append(door.isRelay()
                ? "RELAY to " + door.target() : door.kind().name()));
        return text.append("; ").append(features).toString();
    }
}
