package dev.rill.scenario;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.rill.abi.Errno;
import dev.rill.abi.FileFlags;
import dev.rill.abi.MsgFlags;
import dev.rill.abi.Opcode;
import dev.rill.abi.PollFlags;
import dev.rill.abi.SocketConstants;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// What requests work on: sockets, pipes, files; and the other side of each.
final class Endpoints implements AutoCloseable {

    private static final int IP_PKTINFO = 8;
    private static final int DRAIN_MAX = 1 << 20;
    private static final AtomicInteger FILES = new AtomicInteger();

    private final Kernel kernel;
    private final Service service;
    private final Arena arena;
    private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();
    /// What else is to be closed in the end: who has called, and what was accepted.
    private final List<Integer> others = new ArrayList<>();
    private MemorySegment scratch = MemorySegment.NULL;

    /// One of them.
    static final class Endpoint {
        final String kind;
        final int seed;
        int fd;
        /// The other side, or -1.
        int peer = -1;
        /// How many bytes the other side has written.
        long fed;
        /// How many bytes our side has written to fill the socket.
        int choked;
        int fixedIndex = -1;
        /// Where a listener is called; null for all others.
        MemorySegment address;

        private Endpoint(String kind, int seed, int fd) {
            this.kind = kind;
            this.seed = seed;
            this.fd = fd;
        }
    }

    Endpoints(Kernel kernel, Service service, Arena arena) {
        this.kernel = kernel;
        this.service = service;
        this.arena = arena;
    }

    Endpoint get(String name) {
        return endpoints.get(name);
    }

    void open(Step.Open open) {
        Step.Options options = open.options();
        int[] fds = switch (open.kind()) {
            case "unix" -> unix(SocketConstants.SOCK_STREAM | options.flags());
            case "unix_dgram" -> unix(SocketConstants.SOCK_DGRAM | options.flags());
            case "unix_seqpacket" -> unix(SocketConstants.SOCK_SEQPACKET | options.flags());
            case "tcp" -> service.inet(SocketConstants.SOCK_STREAM, options.flags());
            case "udp" -> service.inet(SocketConstants.SOCK_DGRAM, options.flags());
            case "pipe" -> pipe(options.flags());
            case "socket" -> new int[] {KernelException.check("socket", calls().socket(
                    SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0))};
            case "listener" -> new int[] {service.listener(options.flags())};
            case "file" -> new int[] {file(options, endpoints.size())};
            case "dir" -> new int[] {service.open("/", FileFlags.O_RDONLY)};
            case "special" -> new int[] {service.open(options.path(), FileFlags.O_RDONLY)};
            case "eventfd" -> new int[] {KernelException.check("eventfd",
                    calls().eventfd((int) options.size(), options.flags()))};
            default -> throw new IllegalStateException("kind=" + open.kind());
        };
        Endpoint made = new Endpoint(open.kind(), endpoints.size(), fds[0]);
        made.peer = fds.length > 1 ? fds[1] : -1;
        made.address = open.kind().equals("listener") ? service.addressOf(made.fd) : null;
        endpoints.put(open.name(), made);
        if (options.sendBuffer() > 0) {
            KernelException.check("setsockopt", calls().setsockopt(made.fd,
                    SocketConstants.SOL_SOCKET, SocketConstants.SO_SNDBUF, options.sendBuffer()));
        }
        if (options.packetInfo()) {
            KernelException.check("setsockopt", calls().setsockopt(made.fd,
                    SocketConstants.IPPROTO_IP, IP_PKTINFO, 1));
        }
    }

    /// The other side writes, once for each length.
    void feed(String name, List<Integer> lengths) {
        Endpoint endpoint = get(name);
        for (int length : lengths) {
            MemorySegment from = scratch(Math.max(length, 1)).asSlice(0, length);
            StreamBytes.fill(from, endpoint.seed, endpoint.fed);
            int written = length == 0 && isSocket(endpoint)
                    ? service.call(sqe -> sqe.prepSend(endpoint.peer, from.address(), 0, 0))
                    : calls().write(endpoint.peer, from);
            if (written != length) {
                throw new Mismatch("the other side of " + name + " wanted to write " + length
                        + " bytes, the kernel answered " + Expected.result(written));
            }
            endpoint.fed += length;
        }
    }

    /// The other side writes once, without waiting.
    ///
    /// @return how many bytes were taken, or `-errno`
    int offer(String name, int length) {
        Endpoint endpoint = get(name);
        MemorySegment from = scratch(Math.max(length, 1)).asSlice(0, length);
        StreamBytes.fill(from, endpoint.seed, endpoint.fed);
        int taken = service.attempt(endpoint.peer, PollFlags.POLLOUT, sqe -> {
            if (isSocket(endpoint)) {
                sqe.prepSend(endpoint.peer, from.address(), length, MsgFlags.MSG_NOSIGNAL);
            } else {
                sqe.prep(Opcode.IORING_OP_WRITE, endpoint.peer, from.address(), length, -1);
            }
        });
        endpoint.fed += Math.max(taken, 0);
        return taken;
    }

    /// Another socket connects to a listener.
    ///
    /// @return 0 or `-errno`
    int dial(String name) {
        int caller = service.dial(get(name).address);
        if (caller >= 0) {
            others.add(caller);
        }
        return Math.min(caller, 0);
    }

    /// Remembers a descriptor that a completion brought.
    void adopt(int fd) {
        others.add(fd);
    }

    /// The other side reads once, without waiting.
    ///
    /// @return how many bytes it got, or `-errno`
    int take(String name, byte[] bytes) {
        Endpoint endpoint = get(name);
        MemorySegment into = scratch(Math.max(bytes.length, 1)).asSlice(0, bytes.length);
        int got = service.attempt(endpoint.peer, PollFlags.POLLIN, sqe -> sqe.prep(
                Opcode.IORING_OP_READ, endpoint.peer, into.address(), bytes.length, -1));
        MemorySegment.copy(into, JAVA_BYTE, 0, bytes, 0, Math.max(got, 0));
        return got;
    }

    /// The other side reads exactly so many bytes.
    byte[] drain(String name, int length) {
        Endpoint endpoint = get(name);
        byte[] bytes = new byte[length];
        int at = 0;
        while (at < length) {
            int want = Math.min(length - at, DRAIN_MAX);
            MemorySegment into = scratch(want);
            int got = service.call(sqe -> sqe.prep(Opcode.IORING_OP_READ, endpoint.peer,
                    into.address(), want, -1));
            if (got <= 0) {
                throw new Mismatch("the other side of " + name + " wanted to read " + length
                        + " bytes; after " + at + " the kernel answered "
                        + (got == -Errno.ETIME ? "nothing" : Expected.result(got)));
            }
            MemorySegment.copy(into, JAVA_BYTE, 0, bytes, at, got);
            at += got;
        }
        return bytes;
    }

    /// Does what one word says.
    void touch(Step.Touch touch) {
        Endpoint endpoint = get(touch.name());
        switch (touch.verb()) {
            case "end" -> {
                if (endpoint.kind.equals("pipe")) {
                    closePeer(endpoint);
                } else {
                    KernelException.check("shutdown",
                            calls().shutdown(endpoint.peer, SocketConstants.SHUT_WR));
                }
            }
            case "hangup" -> closePeer(endpoint);
            case "reset" -> {
                // A socket that is closed with bytes unread sends a reset.
                KernelException.check("write", calls().write(endpoint.fd,
                        scratch(1).asSlice(0, 1)));
                closePeer(endpoint);
            }
            case "choke" -> choke(endpoint);
            case "close" -> {
                KernelException.check("close", calls().close(endpoint.fd));
                endpoint.fd = -1;
            }
            default -> KernelException.check("shutdown",
                    calls().shutdown(endpoint.fd, touch.how()));
        }
    }

    @Override
    public void close() {
        others.forEach(fd -> calls().close(fd));
        for (Endpoint endpoint : endpoints.values()) {
            for (int fd : new int[] {endpoint.fd, endpoint.peer}) {
                if (fd >= 0) {
                    calls().close(fd);
                }
            }
        }
    }

    /// Writes from our side until no more is taken.
    private void choke(Endpoint endpoint) {
        MemorySegment from = scratch(4096);
        int taken;
        do {
            taken = service.call(sqe -> sqe.prepSend(endpoint.fd, from.address(), 4096,
                    MsgFlags.MSG_DONTWAIT));
            endpoint.choked += Math.max(taken, 0);
        } while (taken > 0);
        if (taken != -Errno.EAGAIN) {
            throw new Mismatch("filling the socket ended with " + Expected.result(taken));
        }
    }

    private void closePeer(Endpoint endpoint) {
        KernelException.check("close", calls().close(endpoint.peer));
        endpoint.peer = -1;
    }

    private int[] unix(int type) {
        MemorySegment fds = scratch(8);
        KernelException.check("socketpair",
                calls().socketpair(SocketConstants.AF_UNIX, type, 0, fds.asSlice(0, 8)));
        return pair(fds);
    }

    private int[] pipe(int flags) {
        MemorySegment fds = scratch(8);
        KernelException.check("pipe", calls().pipe(fds.asSlice(0, 8), flags));
        return pair(fds);
    }

    private static int[] pair(MemorySegment fds) {
        return new int[] {fds.get(JAVA_INT, 0), fds.get(JAVA_INT, Integer.BYTES)};
    }

    private int file(Step.Options options, int seed) {
        String path = Path.of(System.getProperty("java.io.tmpdir"), "rill-scenario-"
                + ProcessHandle.current().pid() + "-" + FILES.incrementAndGet()).toString();
        int writer = service.open(path,
                FileFlags.O_WRONLY | FileFlags.O_CREAT | FileFlags.O_EXCL);
        try {
            MemorySegment from = scratch((int) Math.max(options.size(), 1))
                    .asSlice(0, options.size());
            StreamBytes.fill(from, seed, 0);
            if (options.size() > 0) {
                KernelException.check("write", calls().write(writer, from));
            }
            return service.open(path, options.flags());
        } finally {
            calls().close(writer);
            delete(path);
        }
    }

    /// Not through the ring: not every kernel has the opcode, and the file is on this machine.
    private static void delete(String path) {
        try {
            Files.deleteIfExists(Path.of(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean isInet(String kind) {
        return kind.equals("tcp") || kind.equals("udp");
    }

    private static boolean isSocket(Endpoint endpoint) {
        return switch (endpoint.kind) {
            case "unix", "unix_dgram", "unix_seqpacket", "tcp", "udp" -> true;
            default -> false;
        };
    }

    private MemorySegment scratch(int size) {
        if (scratch.byteSize() < size) {
            scratch = kernel.memory(Math.max(size, 4096), arena);
        }
        return scratch.asSlice(0, size);
    }

    private Descriptors calls() {
        return kernel.descriptors();
    }
}
