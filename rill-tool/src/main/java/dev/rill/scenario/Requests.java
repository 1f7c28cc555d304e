package dev.rill.scenario;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.rill.abi.Iovec;
import dev.rill.abi.KernelTimespec;
import dev.rill.abi.Msghdr;
import dev.rill.abi.Opcode;
import dev.rill.abi.SqeFlags;
import dev.rill.kernel.Kernel;
import dev.rill.ring.Sqe;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/// Turns requests as written into submission queue entries, and completions back into names.
final class Requests {

    private static final int SCRATCH_SIZE = 1 << 20;
    private static final int SCRATCH_SEEN = 1 << 16;
    private static final int SLAB_LIMIT = 1 << 20;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Kernel kernel;
    private final Arena arena;
    private final Endpoints endpoints;
    private final Groups groups;
    private final Map<Long, String> labels = new HashMap<>();
    /// Of requests whose results are descriptors.
    private final Set<Long> openers = new HashSet<>();
    private final Map<String, Long> tags = new HashMap<>();
    private long nextTag = 0x1000;
    /// Where requests without buffer selection put or find their bytes.
    private MemorySegment scratch;
    /// How much of it they may have written to.
    private int scratchUsed;
    private final List<Message> messages = new ArrayList<>();

    Requests(Kernel kernel, Arena arena, Endpoints endpoints, Groups groups) {
        this.kernel = kernel;
        this.arena = arena;
        this.endpoints = endpoints;
        this.groups = groups;
    }

    /// The name given to a request, or null.
    String label(long userData) {
        return labels.get(userData);
    }

    /// Whether a completion brought a descriptor.
    boolean isDescriptor(long userData, int res) {
        return res >= 0 && openers.contains(userData);
    }

    /// What the last RECVMSG left in `msg_flags`.
    int messageFlags() {
        if (messages.isEmpty()) {
            throw new Mismatch("there was no recvmsg yet");
        }
        return messages.getLast().header.get(JAVA_INT, Msghdr.FLAGS);
    }

    /// Adds what requests without buffer selection have written, but for what holds addresses.
    void checksum(CRC32C checksum) {
        if (scratch != null) {
            checksum.update(scratch.asSlice(0, scratchUsed).asByteBuffer());
        }
        for (Message message : messages) {
            message.checksum(checksum);
        }
    }

    /// A `struct msghdr` and what it points to.
    ///
    /// @param inet whether the name has a port in it, which is another one each time
    private record Message(MemorySegment header, MemorySegment name, MemorySegment control,
            boolean inet) {

        void checksum(CRC32C checksum) {
            checksum.update(header.get(JAVA_INT, Msghdr.NAMELEN));
            checksum.update((int) header.get(JAVA_LONG, Msghdr.CONTROLLEN));
            checksum.update(header.get(JAVA_INT, Msghdr.FLAGS) & 0xff);
            if (!inet) {
                checksum.update(name.asByteBuffer());
            }
            checksum.update(control.asByteBuffer());
        }
    }

    void fill(Sqe sqe, Request request) {
        int length = request.length;
        if (length == 0 && isMessage(request)) {
            length = 1;
        } else if (request.iovecs != null && !isMessage(request)) {
            length = request.iovecs.size();
        }
        long address = address(request);
        long offset = request.offset;
        if (request.nanos >= 0) { // a timeout has its time as address, an update as offset
            long time = time(request.nanos);
            boolean update = request.opcode == Opcode.IORING_OP_TIMEOUT_REMOVE;
            offset = update ? time : offset;
            address = update ? address : time;
            length = update || length != 0 ? length : 1;
        }
        sqe.prep(request.opcode, descriptor(request), address, length, offset);
        if (request.opcode == Opcode.IORING_OP_CLOSE && request.endpoint != null) {
            endpoints.get(request.endpoint).fd = -1; // the number may be another file's
        }
        sqe.flags(request.sqeFlags | (request.select ? SqeFlags.IOSQE_BUFFER_SELECT : 0))
                .ioprio(request.ioprio)
                .opFlags(request.opFlags)
                .optlen(request.optlen)
                .bufferGroup(request.bufIndex >= 0 ? request.bufIndex : request.bgid)
                .userData(tag(request));
    }

    private long tag(Request request) {
        String label = request.label;
        long tag = label == null ? nextTag++ : tags.computeIfAbsent(label,
                name -> name.matches("\\d{1,3}") ? Long.parseLong(name) : nextTag++);
        if (label != null) {
            labels.put(tag, label);
        }
        if (request.opensDescriptor()) {
            openers.add(tag);
        }
        return tag;
    }

    private int descriptor(Request request) {
        if (request.endpoint == null) {
            return request.fd;
        }
        Endpoints.Endpoint endpoint = endpoints.get(request.endpoint);
        if ((request.sqeFlags & SqeFlags.IOSQE_FIXED_FILE) == 0) {
            return endpoint.fd;
        }
        if (endpoint.fixedIndex < 0) {
            throw new Mismatch(request.endpoint + " is not registered: register_files");
        }
        return endpoint.fixedIndex;
    }

    private long address(Request request) {
        if (request.to != null) {
            return endpoints.get(request.to).address.address();
        }
        if (request.victim != null) {
            return tags.get(request.victim);
        }
        if (request.address != null) {
            Address address = request.address;
            return address.base() == Address.Base.SLAB
                    ? groups.slab(request.bgid).address() + address.offset() : address.offset();
        }
        if (request.iovecs != null && !isMessage(request)) {
            return iovecs(request.iovecs);
        }
        return switch (request.opcode) {
            case Opcode.IORING_OP_RECVMSG, Opcode.IORING_OP_SENDMSG,
                    Opcode.IORING_OP_SENDMSG_ZC -> message(request);
            case Opcode.IORING_OP_BIND -> Service.loopback(kernel, arena).address();
            case Opcode.IORING_OP_PROVIDE_BUFFERS -> {
                long size = Integer.toUnsignedLong(request.length) * Math.max(request.fd, 0);
                yield groups.slab(request.bgid).reserve(Math.min(size, SLAB_LIMIT));
            }
            case Opcode.IORING_OP_READ, Opcode.IORING_OP_WRITE, Opcode.IORING_OP_RECV,
                    Opcode.IORING_OP_SEND, Opcode.IORING_OP_SEND_ZC ->
                request.select || request.length == 0 ? 0 : scratch(request.length).address();
            default -> 0;
        };
    }

    private long message(Request request) {
        MemorySegment message = kernel.memory(Msghdr.SIZE, arena);
        MemorySegment name = room(request.namelen);
        MemorySegment control = room(request.controllen);
        message.set(JAVA_INT, Msghdr.NAMELEN, request.namelen);
        message.set(JAVA_LONG, Msghdr.NAME, name.address());
        message.set(JAVA_LONG, Msghdr.CONTROLLEN, request.controllen);
        message.set(JAVA_LONG, Msghdr.CONTROL, control.address());
        if (request.iovecs != null && !request.iovecs.isEmpty()) {
            message.set(JAVA_LONG, Msghdr.IOV, iovecs(request.iovecs));
            message.set(JAVA_LONG, Msghdr.IOVLEN, request.iovecs.size());
        }
        Endpoints.Endpoint endpoint = endpoints.get(request.endpoint);
        messages.add(new Message(message, name, control,
                endpoint != null && Endpoints.isInet(endpoint.kind)));
        return message.address();
    }

    private MemorySegment room(int size) {
        return size == 0 ? MemorySegment.NULL : kernel.memory(size, arena).asSlice(0, size);
    }

    private long iovecs(List<Integer> lengths) {
        if (lengths.isEmpty()) {
            return scratch(0).address();
        }
        MemorySegment array = kernel.memory((long) lengths.size() * Iovec.SIZE, arena);
        for (int i = 0; i < lengths.size(); i++) {
            array.set(JAVA_LONG, (long) i * Iovec.SIZE + Iovec.BASE,
                    scratch(lengths.get(i)).address());
            array.set(JAVA_LONG, (long) i * Iovec.SIZE + Iovec.LEN, lengths.get(i));
        }
        return array.address();
    }

    /// A `struct __kernel_timespec`.
    private long time(long nanos) {
        MemorySegment time = kernel.memory(KernelTimespec.SIZE, arena);
        time.set(JAVA_LONG, KernelTimespec.TV_SEC, nanos / NANOS_PER_SECOND);
        time.set(JAVA_LONG, KernelTimespec.TV_NSEC, nanos % NANOS_PER_SECOND);
        return time.address();
    }

    private static boolean isMessage(Request request) {
        return switch (request.opcode) {
            case Opcode.IORING_OP_RECVMSG, Opcode.IORING_OP_SENDMSG,
                    Opcode.IORING_OP_SENDMSG_ZC -> true;
            default -> false;
        };
    }

    private MemorySegment scratch(int length) {
        if (scratch == null) {
            scratch = kernel.memory(SCRATCH_SIZE, arena);
        }
        scratchUsed = Math.max(scratchUsed,
                Integer.compareUnsigned(length, SCRATCH_SEEN) > 0 ? SCRATCH_SEEN : length);
        return scratch;
    }
}
