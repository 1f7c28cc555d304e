package dev.rill.simulate;

import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.SOCK_CLOEXEC;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static dev.rill.abi.SocketConstants.SOL_SOCKET;
import static dev.rill.abi.SocketConstants.SO_LINGER;

import dev.rill.abi.Linger;
import dev.rill.abi.SockaddrIn;
import dev.rill.abi.SockaddrUn;
import dev.rill.kernel.Kernel;
import dev.rill.ring.CompletionQueue;
import dev.rill.ring.Ring;
import dev.rill.ring.RingOptions;
import dev.rill.ring.Sqe;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// All peers, on a ring of their own with plain requests: they share nothing with the servers but
/// the machine.
final class Crowd {

    private static final ValueLayout.OfShort PORT =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int ADDRESS_STRIDE = 128;

    private final World world;
    private final Kernel kernel;
    private final Arena arena = Arena.ofConfined();
    private final Ring ring;
    private final MemorySegment memory;
    private final MemorySegment addresses;
    private final MemorySegment linger;
    private final int[] addressLengths;
    private final List<Peer> peers = new ArrayList<>();
    private int present;
    private int behaved;

    Crowd(World world) {
        this.world = world;
        Setting setting = world.setting();
        kernel = world.kernel();
        ring = Ring.open(kernel, RingOptions.defaults().withQueues(1024, 16 * 1024));
        memory = kernel.memory((long) setting.connections * (setting.chunkMax + setting.readMax),
                arena);
        int doors = setting.doors.size();
        addresses = kernel.memory((long) doors * ADDRESS_STRIDE, arena);
        addressLengths = new int[doors];
        for (Setting.Door door : setting.doors) {
            addressLengths[door.index()] = write(door.address(),
                    addresses.asSlice((long) door.index() * ADDRESS_STRIDE, ADDRESS_STRIDE));
        }
        linger = kernel.memory(Linger.SIZE, arena);
        linger.set(ValueLayout.JAVA_INT, Linger.ONOFF, 1);
        for (int id = 0; id < setting.connections; id++) {
            Peer peer = new Peer(world, this, id);
            peers.add(peer);
            present++;
            behaved += peer.behaves() ? 1 : 0;
        }
    }

    private static int write(SocketAddress address, MemorySegment to) {
        if (address instanceof InetSocketAddress inet) {
            to.set(ValueLayout.JAVA_SHORT, SockaddrIn.FAMILY, (short) AF_INET);
            to.set(PORT, SockaddrIn.PORT, (short) inet.getPort());
            MemorySegment.copy(inet.getAddress().getAddress(), 0, to, ValueLayout.JAVA_BYTE,
                    SockaddrIn.ADDR, Integer.BYTES);
            return SockaddrIn.SIZE;
        }
        byte[] path = address.toString().getBytes(StandardCharsets.UTF_8);
        to.set(ValueLayout.JAVA_SHORT, SockaddrUn.FAMILY, (short) AF_UNIX);
        MemorySegment.copy(path, 0, to, ValueLayout.JAVA_BYTE, SockaddrUn.PATH, path.length);
        return SockaddrUn.PATH + path.length + 1;
    }

    // ---- what a peer uses --------------------------------------------------------------------

    /// Where a peer's bytes to be sent are, and behind them those it reads.
    MemorySegment memory(int id) {
        Setting setting = world.setting();
        long size = setting.chunkMax + setting.readMax;
        return memory.asSlice(id * size, size);
    }

    int socket() {
        return kernel.descriptors().socket(world.setting().has(Feature.UNIX) ? AF_UNIX : AF_INET,
                SOCK_STREAM | SOCK_CLOEXEC, 0);
    }

    Sqe sqe() {
        return ring.sqe();
    }

    long address(int door) {
        return addresses.address() + (long) door * ADDRESS_STRIDE;
    }

    int addressLength(int door) {
        return addressLengths[door];
    }

    void resetOnClose(int fd) {
        kernel.descriptors().setsockopt(fd, SOL_SOCKET, SO_LINGER, linger);
    }

    void gone(Peer peer) {
        present--;
        behaved -= peer.behaves() ? 1 : 0;
        world.progress();
    }

    // ---- what the world does with it ---------------------------------------------------------

    void invite() {
        Draw draw = Draw.of(world.setting().seed, 8);
        for (Peer peer : peers) {
            world.agenda().at(world.now() + draw.nanos(world.setting().spreadNanos), peer::start);
        }
    }

    /// Those that would stay leave.
    void leave() {
        peers.forEach(Peer::leave);
    }

    int present() {
        return present;
    }

    /// How many of those are there that do nothing wrong.
    int behaved() {
        return behaved;
    }

    List<Peer> peers() {
        return peers;
    }

    /// @return 0 when there is more to do, otherwise `Long.MAX_VALUE`
    long turn() {
        ring.submitAndWait(0);
        CompletionQueue cq = ring.completions();
        int count = 0;
        while (cq.next()) {
            count++;
            long userData = cq.userData();
            if (userData >= 0) {
                peers.get((int) (userData >>> Peer.OPERATION_BITS)).completed(
                        (int) userData & (1 << Peer.OPERATION_BITS) - 1, cq.res());
            }
        }
        cq.advance();
        world.tally().steps += count;
        return count > 0 || ring.submissions().unconsumed() > 0 ? 0 : Long.MAX_VALUE;
    }

    void describe(StringBuilder text) {
        peers.stream().filter(peer -> !peer.isGone()).limit(5)
                .forEach(peer -> text.append("; ").append(peer));
    }

    void close() {
        ring.close();
        arena.close();
    }
}
