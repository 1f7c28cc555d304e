package dev.rill.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/// Shows the plain calls on descriptors, for [TracingKernel].
final class TracingDescriptors implements Descriptors {

    private final Descriptors descriptors;
    private final TracingKernel trace;

    TracingDescriptors(Descriptors descriptors, TracingKernel trace) {
        this.descriptors = descriptors;
        this.trace = trace;
    }

    @Override
    public int close(int fd) {
        trace.closing(fd);
        return show("close(" + fd + ")", descriptors.close(fd));
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        return show("socket(" + domain + ", " + type + ", " + protocol + ")",
                descriptors.socket(domain, type, protocol));
    }

    @Override
    public int socketpair(int domain, int type, int protocol, MemorySegment fds) {
        int result = descriptors.socketpair(domain, type, protocol, fds);
        return showPair("socketpair(" + domain + ", " + type + ", " + protocol + ")", fds, result);
    }

    @Override
    public int pipe(MemorySegment fds, int flags) {
        return showPair("pipe(" + flags + ")", fds, descriptors.pipe(fds, flags));
    }

    @Override
    public int eventfd(int initial, int flags) {
        return show("eventfd(" + initial + ", " + flags + ")",
                descriptors.eventfd(initial, flags));
    }

    @Override
    public int bind(int fd, MemorySegment address) {
        return show("bind(" + fd + ")", descriptors.bind(fd, address));
    }

    @Override
    public int listen(int fd, int backlog) {
        return show("listen(" + fd + ", " + backlog + ")", descriptors.listen(fd, backlog));
    }

    @Override
    public int shutdown(int fd, int how) {
        return show("shutdown(" + fd + ", " + how + ")", descriptors.shutdown(fd, how));
    }

    @Override
    public int getsockname(int fd, MemorySegment address) {
        return show("getsockname(" + fd + ")", descriptors.getsockname(fd, address));
    }

    @Override
    public int getpeername(int fd, MemorySegment address) {
        return show("getpeername(" + fd + ")", descriptors.getpeername(fd, address));
    }

    @Override
    public int setsockopt(int fd, int level, int option, int value) {
        return show("setsockopt(" + fd + ", " + level + ", " + option + ", " + value + ")",
                descriptors.setsockopt(fd, level, option, value));
    }

    @Override
    public int setsockopt(int fd, int level, int option, MemorySegment value) {
        return show("setsockopt(" + fd + ", " + level + ", " + option + ", " + value.byteSize()
                + " bytes)", descriptors.setsockopt(fd, level, option, value));
    }

    @Override
    public int getsockopt(int fd, int level, int option, MemorySegment value) {
        return show("getsockopt(" + fd + ", " + level + ", " + option + ")",
                descriptors.getsockopt(fd, level, option, value));
    }

    @Override
    public int read(int fd, MemorySegment into) {
        return show("read(" + fd + ", " + into.byteSize() + " bytes)", descriptors.read(fd, into));
    }

    @Override
    public int write(int fd, MemorySegment from) {
        return show("write(" + fd + ", " + from.byteSize() + " bytes)",
                descriptors.write(fd, from));
    }

    private int show(String call, int result) {
        trace.emit(call + TraceText.answer(result));
        return result;
    }

    private int showPair(String call, MemorySegment fds, int result) {
        trace.emit(call + TraceText.answer(result) + (result < 0 ? ""
                : ", " + fds.get(JAVA_INT, 0) + " and " + fds.get(JAVA_INT, Integer.BYTES)));
        return result;
    }
}
