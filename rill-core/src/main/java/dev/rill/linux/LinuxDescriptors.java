package dev.rill.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.rill.kernel.Descriptors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Plain descriptor calls of the C library; lengths come from the segments, never from a caller.
final class LinuxDescriptors implements Descriptors {

    @Override
    public int close(int fd) {
        return Libc.close(fd);
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        return Libc.socket(domain, type, protocol);
    }

    @Override
    public int socketpair(int domain, int type, int protocol, MemorySegment fds) {
        return Libc.socketpair(domain, type, protocol, fds.asSlice(0, 8));
    }

    @Override
    public int pipe(MemorySegment fds, int flags) {
        return Libc.pipe2(fds.asSlice(0, 8), flags);
    }

    @Override
    public int eventfd(int initial, int flags) {
        return Libc.eventfd(initial, flags);
    }

    @Override
    public int bind(int fd, MemorySegment address) {
        return Libc.bind(fd, address, Math.toIntExact(address.byteSize()));
    }

    @Override
    public int listen(int fd, int backlog) {
        return Libc.listen(fd, backlog);
    }

    @Override
    public int shutdown(int fd, int how) {
        return Libc.shutdown(fd, how);
    }

    @Override
    public int getsockname(int fd, MemorySegment address) {
        return withLength(address, length -> Libc.getsockname(fd, address, length));
    }

    @Override
    public int getpeername(int fd, MemorySegment address) {
        return withLength(address, length -> Libc.getpeername(fd, address, length));
    }

    @Override
    public int setsockopt(int fd, int level, int option, int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(JAVA_INT, value);
            return Libc.setsockopt(fd, level, option, memory, Integer.BYTES);
        }
    }

    @Override
    public int setsockopt(int fd, int level, int option, MemorySegment value) {
        return Libc.setsockopt(fd, level, option, value, (int) value.byteSize());
    }

    @Override
    public int getsockopt(int fd, int level, int option, MemorySegment value) {
        return withLength(value, length -> Libc.getsockopt(fd, level, option, value, length));
    }

    @Override
    public int read(int fd, MemorySegment into) {
        return Libc.read(fd, into);
    }

    @Override
    public int write(int fd, MemorySegment from) {
        return Libc.write(fd, from);
    }

    /// Makes a call that takes the size of its output in an `int` and leaves the length there.
    private static int withLength(MemorySegment output, CallWithLength call) {
        try (Arena arena = Arena.ofConfined()) {
            int size = Math.toIntExact(output.byteSize());
            MemorySegment length = arena.allocateFrom(JAVA_INT, size);
            int result = call.answer(length);
            return result < 0 ? result : length.get(JAVA_INT, 0);
        }
    }

    private interface CallWithLength {
        int answer(MemorySegment length);
    }
}
