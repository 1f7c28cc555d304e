package dev.rill.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/// Watches which descriptors are open, for [CheckingKernel].
final class CheckingDescriptors implements Descriptors {

    private final Descriptors descriptors;
    private final CheckingKernel check;

    CheckingDescriptors(Descriptors descriptors, CheckingKernel check) {
        this.descriptors = descriptors;
        this.check = check;
    }

    @Override
    public int close(int fd) {
        return check.close(fd, descriptors);
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        return opened(descriptors.socket(domain, type, protocol));
    }

    @Override
    public int socketpair(int domain, int type, int protocol, MemorySegment fds) {
        return openedPair(descriptors.socketpair(domain, type, protocol, fds), fds);
    }

    @Override
    public int pipe(MemorySegment fds, int flags) {
        return openedPair(descriptors.pipe(fds, flags), fds);
    }

    @Override
    public int eventfd(int initial, int flags) {
        return opened(descriptors.eventfd(initial, flags));
    }

    @Override
    public int bind(int fd, MemorySegment address) {
        check.use("bind", fd);
        return descriptors.bind(fd, address);
    }

    @Override
    public int listen(int fd, int backlog) {
        check.use("listen", fd);
        return descriptors.listen(fd, backlog);
    }

    @Override
    public int shutdown(int fd, int how) {
        check.use("shutdown", fd);
        return descriptors.shutdown(fd, how);
    }

    @Override
    public int getsockname(int fd, MemorySegment address) {
        check.use("getsockname", fd);
        return descriptors.getsockname(fd, address);
    }

    @Override
    public int getpeername(int fd, MemorySegment address) {
        check.use("getpeername", fd);
        return descriptors.getpeername(fd, address);
    }

    @Override
    public int setsockopt(int fd, int level, int option, int value) {
        check.use("setsockopt", fd);
        return descriptors.setsockopt(fd, level, option, value);
    }

    @Override
    public int setsockopt(int fd, int level, int option, MemorySegment value) {
        check.use("setsockopt", fd);
        return descriptors.setsockopt(fd, level, option, value);
    }

    @Override
    public int getsockopt(int fd, int level, int option, MemorySegment value) {
        check.use("getsockopt", fd);
        return descriptors.getsockopt(fd, level, option, value);
    }

    @Override
    public int read(int fd, MemorySegment into) {
        check.use("read", fd);
        return descriptors.read(fd, into);
    }

    @Override
    public int write(int fd, MemorySegment from) {
        check.use("write", fd);
        return descriptors.write(fd, from);
    }

    private int opened(int fd) {
        if (fd >= 0) {
            check.closed().opened(fd);
        }
        return fd;
    }

    private int openedPair(int result, MemorySegment fds) {
        if (result >= 0) {
            opened(fds.get(JAVA_INT_UNALIGNED, 0));
            opened(fds.get(JAVA_INT_UNALIGNED, Integer.BYTES));
        }
        return result;
    }
}
