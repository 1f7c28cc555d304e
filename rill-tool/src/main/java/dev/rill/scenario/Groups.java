package dev.rill.scenario;

import static dev.rill.abi.BufferRingFlags.IOU_PBUF_RING_MMAP;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_PBUF_RING;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_PBUF_STATUS;
import static dev.rill.abi.RegisterOp.IORING_UNREGISTER_PBUF_RING;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.IoUringBuf;
import dev.rill.abi.IoUringBufReg;
import dev.rill.abi.IoUringBufRing;
import dev.rill.abi.IoUringBufStatus;
import dev.rill.abi.MapOffset;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/// The buffer groups of one part, by number.
final class Groups {

    /// Of a large group only the first entries are looked at.
    private static final int OBSERVED_MAX = 64;

    private final Kernel kernel;
    private final Arena arena;
    private final Pages pages;
    private final Plan plan;
    private final Map<Integer, GroupMemory> rings = new HashMap<>();
    private final Map<Integer, Slab> slabs = new HashMap<>();
    private final MemorySegment statusArgument;

    Groups(Kernel kernel, Arena arena, Plan plan) {
        this.kernel = kernel;
        this.arena = arena;
        this.plan = plan;
        pages = new Pages(kernel, arena);
        statusArgument = kernel.memory(IoUringBufStatus.SIZE, arena);
    }

    /// Registers, publishes.
    void open(int ringFd, Step.OpenGroup group) {
        Registration registration = group.registration();
        int bgid = registration.bgid;
        long byteSize = (long) registration.entries * IoUringBuf.SIZE;
        boolean mapped = (registration.flags & IOU_PBUF_RING_MMAP) != 0;
        MemorySegment entries = null;
        if (group.shared() >= 0) {
            rings.put(bgid, ring(group.shared()));
            slabs.put(bgid, slab(group.shared()));
        } else if (!mapped) {
            entries = pages.memory(Address.Base.MEMORY, byteSize);
            entries.set(JAVA_SHORT, IoUringBufRing.TAIL, (short) group.tail());
        }
        MemorySegment argument = argument(registration,
                group.shared() >= 0 ? ring(bgid).address() : mapped ? 0 : entries.address());
        int result = kernel.register(ringFd, IORING_REGISTER_PBUF_RING, argument, 1);
        if (result < 0) {
            throw new Mismatch("the group could not be registered: " + Expected.result(result));
        }
        if (group.shared() < 0) {
            if (mapped) {
                entries = map(ringFd, bgid, byteSize);
            }
            rings.put(bgid, new GroupMemory(entries, registration.entries));
        }
        publish(new Step.Publish(bgid, group.buffers(), true));
    }

    void publish(Step.Publish publish) {
        if (publish.buffers().isEmpty()) {
            return;
        }
        GroupMemory ring = ring(publish.bgid());
        for (BufferSpec spec : publish.buffers()) {
            for (int i = 0; i < spec.count(); i++) {
                ring.add(slab(publish.bgid()).place(spec, i), spec.bid() + i);
            }
        }
        if (publish.visible()) {
            ring.publish();
        }
    }

    void giveBack(Step.Return given) {
        GroupMemory ring = ring(given.bgid());
        for (int bid : given.bids()) {
            ring.add(slab(given.bgid()).buffer(bid), bid);
        }
        ring.publish();
    }

    void rewrite(Step.Entry entry) {
        GroupMemory ring = ring(entry.bgid());
        if (entry.buffer() != null) {
            ring.write(entry.index(), slab(entry.bgid()).place(entry.buffer(), 0),
                    entry.buffer().bid());
        }
        if (entry.reserved() >= 0) {
            ring.reserved(entry.index(), entry.reserved());
        }
    }

    /// A registration as it is written.
    ///
    /// @param result the result, or `-errno`
    /// @param head what a status says, or -1
    record Answer(int result, int head) {
    }

    Answer register(int fd, Registration registration) {
        MemorySegment memory = null;
        boolean ours = registration.kind == Registration.Kind.REGISTER
                && registration.argument == null;
        if (ours && wantsMemory(registration)) {
            Address.Base base = registration.address == null ? Address.Base.MEMORY
                    : registration.address.base();
            memory = pages.memory(base, memorySize(registration));
        }
        long address = memory != null
                ? memory.address() + (registration.address == null ? 0
                        : registration.address.offset())
                : registration.address == null ? 0 : registration.address.offset();
        MemorySegment argument = registration.argument == null ? argument(registration, address)
                : MemorySegment.ofAddress(registration.argument);
        int opcode = switch (registration.kind) {
            case REGISTER -> IORING_REGISTER_PBUF_RING;
            case UNREGISTER -> IORING_UNREGISTER_PBUF_RING;
            case STATUS -> IORING_REGISTER_PBUF_STATUS;
        };
        int result = call(registration, fd, opcode, argument);
        if (result >= 0 && memory != null && !memory.isReadOnly()) {
            rings.put(registration.bgid, new GroupMemory(memory, registration.entries));
        }
        int head = result < 0 || registration.kind != Registration.Kind.STATUS ? -1
                : argument.get(JAVA_INT, IoUringBufStatus.HEAD);
        return new Answer(result, head);
    }

    /// Maps a group's ring.
    ///
    /// @return 0 or `-errno`
    int map(int ringFd, Step.Map map) {
        MemorySegment memory;
        try {
            memory = map(ringFd, map.bgid(), kernel.pageSize());
        } catch (KernelException e) {
            return -e.errno();
        }
        if (map.sameAs() >= 0 && !ring(map.sameAs()).isSeenIn(memory)) {
            throw new Mismatch("the mapping of group " + map.bgid() + " does not show group "
                    + map.sameAs());
        }
        rings.putIfAbsent(map.bgid(), new GroupMemory(memory, 1));
        return 0;
    }

    int head(int ringFd, int bgid) {
        Registration status = new Registration();
        status.kind = Registration.Kind.STATUS;
        status.bgid = bgid;
        Answer answer = register(ringFd, status);
        if (answer.result < 0) {
            throw new Mismatch("the head of group " + bgid + " cannot be read: "
                    + Expected.result(answer.result));
        }
        return answer.head;
    }

    /// What there is to see of every group that a line has named.
    List<Observation.Group> observe(int ringFd) {
        List<Observation.Group> seen = new ArrayList<>();
        Set<Integer> known = new TreeSet<>(rings.keySet());
        known.addAll(slabs.keySet());
        for (int bgid : known) {
            statusArgument.set(JAVA_INT, IoUringBufStatus.BUF_GROUP, bgid);
            int status = kernel.register(ringFd, IORING_REGISTER_PBUF_STATUS, statusArgument, 1);
            int head = status < 0 ? -1 : statusArgument.get(JAVA_INT, IoUringBufStatus.HEAD);
            GroupMemory ring = rings.get(bgid);
            List<Observation.Entry> entries = new ArrayList<>();
            for (int i = 0; ring != null && i < Math.min(ring.count(), OBSERVED_MAX); i++) {
                entries.add(ring.entry(i));
            }
            seen.add(new Observation.Group(bgid, status, head, ring == null ? -1 : ring.tail(),
                    entries));
        }
        return seen;
    }

    /// What all buffers hold.
    List<Observation.Buffer> buffers() {
        List<Observation.Buffer> all = new ArrayList<>();
        slabs.forEach((bgid, slab) -> slab.buffers(bgid, all));
        return all;
    }

    void checksum(CRC32C checksum) {
        for (Slab slab : slabs.values()) {
            slab.checksum(checksum);
        }
    }

    GroupMemory ring(int bgid) {
        GroupMemory ring = rings.get(bgid);
        if (ring == null) {
            throw new Mismatch("there is no ring group " + bgid);
        }
        return ring;
    }

    Slab slab(int bgid) {
        return slabs.computeIfAbsent(bgid, _ -> new Slab(kernel, plan.slabSize(bgid), arena,
                plan.sends(), -1 - bgid));
    }

    private MemorySegment map(int ringFd, int bgid, long byteSize) {
        long offset = MapOffset.IORING_OFF_PBUF_RING
                | (long) bgid << MapOffset.IORING_OFF_PBUF_SHIFT;
        return kernel.map(ringFd, offset, byteSize, arena);
    }

    private int call(Registration registration, int fd, int opcode, MemorySegment argument) {
        if (!registration.otherThread) {
            return kernel.register(fd, opcode, argument, registration.count);
        }
        int[] result = new int[1];
        Thread thread = Thread.ofPlatform().name("other").start(() ->
                result[0] = kernel.register(fd, opcode, argument, registration.count));
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Mismatch("interrupted");
        }
        return result[0];
    }

    private static boolean wantsMemory(Registration registration) {
        return registration.address == null ? (registration.flags & IOU_PBUF_RING_MMAP) == 0
                : registration.address.base() != Address.Base.ABSOLUTE;
    }

    /// Enough for the entries where they make sense at all.
    private static long memorySize(Registration registration) {
        long entries = Integer.toUnsignedLong(registration.entries);
        long offset = registration.address == null ? 0 : registration.address.offset();
        return offset + Math.min(entries, 32768) * IoUringBuf.SIZE;
    }

    private MemorySegment argument(Registration registration, long address) {
        MemorySegment argument = kernel.memory(IoUringBufReg.SIZE, arena);
        if (registration.kind == Registration.Kind.STATUS) {
            argument.set(JAVA_INT, IoUringBufStatus.BUF_GROUP, registration.bgid);
            reserve(argument, IoUringBufStatus.RESV, registration);
            return argument;
        }
        argument.set(JAVA_LONG, IoUringBufReg.RING_ADDR, address);
        argument.set(JAVA_INT, IoUringBufReg.RING_ENTRIES, registration.entries);
        argument.set(JAVA_SHORT, IoUringBufReg.BGID, (short) registration.bgid);
        argument.set(JAVA_SHORT, IoUringBufReg.FLAGS, (short) registration.flags);
        argument.set(JAVA_INT, IoUringBufReg.MIN_LEFT, registration.minLeft);
        reserve(argument, IoUringBufReg.MIN_LEFT + Integer.BYTES, registration);
        return argument;
    }

    private static void reserve(MemorySegment argument, int start, Registration registration) {
        if (registration.reservedIndex >= 0) {
            argument.set(JAVA_INT, start + 4L * registration.reservedIndex,
                    registration.reservedValue);
        }
    }
}
