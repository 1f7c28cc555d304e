package dev.rill.engine;

import static dev.rill.abi.SocketConstants.SOL_SOCKET;
import static dev.rill.abi.SocketConstants.SO_LINGER;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.rill.abi.Errno;
import dev.rill.abi.FileFlags;
import dev.rill.abi.Linger;
import dev.rill.kernel.Descriptors;
import java.lang.foreign.MemorySegment;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;

/// The plain calls, on the engine's descriptors. Those that wait leave the lock meanwhile.
final class EngineDescriptors implements Descriptors {

    private final InProcessKernel kernel;

    EngineDescriptors(InProcessKernel kernel) {
        this.kernel = kernel;
    }

    private int locked(IntSupplier call) {
        boolean interrupted = kernel.lockUninterrupted();
        try {
            int result = call.getAsInt();
            kernel.rings().returnToProgram();
            return result;
        } finally {
            kernel.unlock(interrupted);
        }
    }

    private int onSocket(int fd, ToIntFunction<Socket> call) {
        return locked(() -> switch (kernel.files().get(fd)) {
            case null -> -Errno.EBADF;
            case Socket socket -> call.applyAsInt(socket);
            default -> -Errno.ENOTSOCK;
        });
    }

    @Override
    public int close(int fd) {
        return locked(() -> kernel.files().close(fd));
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        return locked(() -> kernel.openSocket(domain, type, protocol));
    }

    @Override
    public int socketpair(int domain, int type, int protocol, MemorySegment fds) {
        return locked(() -> {
            Socket[] pair = new Socket[2];
            int error = kernel.wire().pair(kernel, domain, type, protocol, pair);
            return error != 0 ? error : openBoth(pair[0], pair[1], fds);
        });
    }

    @Override
    public int pipe(MemorySegment fds, int flags) {
        if ((flags & ~(FileFlags.O_NONBLOCK | FileFlags.O_CLOEXEC)) != 0) {
            return -Errno.EINVAL;
        }
        return locked(() -> {
            Pipe pipe = new Pipe(kernel.faults(), (flags & FileFlags.O_NONBLOCK) != 0);
            return openBoth(pipe.reader(), pipe.writer(), fds);
        });
    }

    private int openBoth(OpenFile first, OpenFile second, MemorySegment fds) {
        fds.set(JAVA_INT_UNALIGNED, 0, kernel.files().open(first));
        fds.set(JAVA_INT_UNALIGNED, Integer.BYTES, kernel.files().open(second));
        return 0;
    }

    @Override
    public int eventfd(int initial, int flags) {
        int known = FileFlags.EFD_SEMAPHORE | FileFlags.EFD_NONBLOCK | FileFlags.EFD_CLOEXEC;
        if ((flags & ~known) != 0) {
            return -Errno.EINVAL;
        }
        return locked(() -> kernel.files().open(new EventCounter(initial, flags)));
    }

    @Override
    public int bind(int fd, MemorySegment address) {
        return onSocket(fd, socket -> socket.bind(address.toArray(JAVA_BYTE)));
    }

    @Override
    public int listen(int fd, int backlog) {
        return onSocket(fd, socket -> socket.listen(backlog));
    }

    @Override
    public int shutdown(int fd, int how) {
        return onSocket(fd, socket -> socket.shutdown(how));
    }

    @Override
    public int getsockname(int fd, MemorySegment address) {
        return onSocket(fd, socket -> store(socket.localAddress(), address));
    }

    @Override
    public int getpeername(int fd, MemorySegment address) {
        return onSocket(fd, socket -> store(socket.peerAddress(), address));
    }

    private static int store(byte[] from, MemorySegment into) {
        if (from == null) {
            return -Errno.ENOTCONN;
        }
        int length = (int) Math.min(from.length, into.byteSize());
        MemorySegment.copy(from, 0, into, JAVA_BYTE, 0, length);
        return from.length;
    }

    @Override
    public int setsockopt(int fd, int level, int option, int value) {
        return onSocket(fd, socket -> socket.setOption(level, option, value));
    }

    @Override
    public int setsockopt(int fd, int level, int option, MemorySegment value) {
        if (value.byteSize() < Integer.BYTES) {
            return onSocket(fd, _ -> -Errno.EINVAL);
        }
        int first = value.get(JAVA_INT_UNALIGNED, 0);
        if (level == SOL_SOCKET && option == SO_LINGER && value.byteSize() >= Linger.SIZE) {
            int seconds = value.get(JAVA_INT_UNALIGNED, Linger.SECONDS);
            return onSocket(fd, socket -> socket.setLinger(first, seconds));
        }
        return onSocket(fd, socket -> socket.setOption(level, option, first));
    }

    @Override
    public int getsockopt(int fd, int level, int option, MemorySegment value) {
        return onSocket(fd, socket -> {
            int[] result = new int[2];
            int length = socket.getOption(level, option, result);
            for (int at = 0; at < length && at + Integer.BYTES <= value.byteSize();
                    at += Integer.BYTES) {
                value.set(JAVA_INT_UNALIGNED, at, result[at / Integer.BYTES]);
            }
            return length < 0 ? length : (int) Math.min(length, value.byteSize());
        });
    }

    @Override
    public int read(int fd, MemorySegment into) {
        return transfer(fd, file -> file.readable()
                ? file.read(new IoVector().clear().add(into), -1) : -Errno.EBADF);
    }

    @Override
    public int write(int fd, MemorySegment from) {
        IoVector data = new IoVector().clear().add(from);
        long size = data.remaining();
        int result = transfer(fd, file -> {
            int written = file.writable() ? file.write(data, -1) : -Errno.EBADF;
            // a blocking write takes all of it
            return written > 0 && data.remaining() > 0 && !file.nonblocking() ? -Errno.EAGAIN
                    : written;
        });
        int done = (int) (size - data.remaining());
        return done > 0 ? done : result;
    }

    /// Makes a call that may have to wait.
    private int transfer(int fd, ToIntFunction<OpenFile> call) {
        return locked(() -> {
            OpenFile file = kernel.files().get(fd);
            if (file == null) {
                return -Errno.EBADF;
            }
            int result = call.applyAsInt(file);
            while (result == -Errno.EAGAIN && !file.nonblocking()) {
                if (!kernel.rings().returnToProgram()) { // what it did may be what is waited for
                    kernel.await(Long.MAX_VALUE);
                }
                if (kernel.files().get(fd) != file) {
                    return -Errno.EBADF;
                }
                result = call.applyAsInt(file);
            }
            return result;
        });
    }
}
