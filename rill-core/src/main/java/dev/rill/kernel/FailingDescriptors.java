package dev.rill.kernel;

import java.lang.foreign.MemorySegment;

/// Lets plain calls on descriptors fail, for [FailingKernel].
final class FailingDescriptors implements Descriptors {

    private final Descriptors descriptors;
    private final FailingKernel failing;

    FailingDescriptors(Descriptors descriptors, FailingKernel failing) {
        this.descriptors = descriptors;
        this.failing = failing;
    }

    @Override
    public int close(int fd) {
        return descriptors.close(fd);
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        int error = failing.error("socket");
        return error < 0 ? error : descriptors.socket(domain, type, protocol);
    }

    @Override
    public int socketpair(int domain, int type, int protocol, MemorySegment fds) {
        int error = failing.error("socketpair");
        return error < 0 ? error : descriptors.socketpair(domain, type, protocol, fds);
    }

    @Override
    public int pipe(MemorySegment fds, int flags) {
        int error = failing.error("pipe");
        return error < 0 ? error : descriptors.pipe(fds, flags);
    }

    @Override
    public int eventfd(int initial, int flags) {
        int error = failing.error("eventfd");
        return error < 0 ? error : descriptors.eventfd(initial, flags);
    }

    @Override
    public int bind(int fd, MemorySegment address) {
        int error = failing.error("bind");
        return error < 0 ? error : descriptors.bind(fd, address);
    }

    @Override
    public int listen(int fd, int backlog) {
        int error = failing.error("listen");
        return error < 0 ? error : descriptors.listen(fd, backlog);
    }

    @Override
    public int shutdown(int fd, int how) {
        int error = failing.error("shutdown");
        return error < 0 ? error : descriptors.shutdown(fd, how);
    }

    @Override
    public int getsockname(int fd, MemorySegment address) {
        int error = failing.error("getsockname");
        return error < 0 ? error : descriptors.getsockname(fd, address);
    }

    @Override
    public int getpeername(int fd, MemorySegment address) {
        int error = failing.error("getpeername");
        return error < 0 ? error : descriptors.getpeername(fd, address);
    }

    @Override
    public int setsockopt(int fd, int level, int option, int value) {
        int error = failing.error("setsockopt");
        return error < 0 ? error : descriptors.setsockopt(fd, level, option, value);
    }

    @Override
    public int setsockopt(int fd, int level, int option, MemorySegment value) {
        int error = failing.error("setsockopt");
        return error < 0 ? error : descriptors.setsockopt(fd, level, option, value);
    }

    @Override
    public int getsockopt(int fd, int level, int option, MemorySegment value) {
        int error = failing.error("getsockopt");
        return error < 0 ? error : descriptors.getsockopt(fd, level, option, value);
    }

    @Override
    public int read(int fd, MemorySegment into) {
        int error = failing.error("read");
        return error < 0 ? error : descriptors.read(fd, into);
    }

    @Override
    public int write(int fd, MemorySegment from) {
        int error = failing.error("write");
        return error < 0 ? error : descriptors.write(fd, from);
    }
}
