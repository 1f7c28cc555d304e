package dev.rill.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The C library's functions that Rill calls, as handles, with errno captured on every call.
///
/// The convention of all methods is the kernel's own: a value, or `-errno`. glibc's `syscall()`
/// answers -1 and sets errno, it never answers `-errno` itself; and because the JVM may run code
/// of its own between a call and a later look at errno, only the captured copy is right.
///
/// No call is `Linker.Option.critical`: each of them may wait, and a critical call that waits
/// stops every safepoint of the JVM.
final class Libc {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE = Linker.Option.captureStateLayout()
            .varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /// `long syscall(long number, ...)` with up to six arguments, as io_uring_enter has.
    private static final MethodHandle SYSCALL = handle("syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG,
                    JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG), 1);
    /// The same with the arguments of io_uring_setup.
    private static final MethodHandle SYSCALL_SETUP = handle("syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS), 1);
    /// The same with the arguments of io_uring_register.
    private static final MethodHandle SYSCALL_REGISTER = handle("syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), 1);
    private static final MethodHandle MMAP = handle("mmap",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG,
                    JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP = handle("munmap", ADDRESS, JAVA_LONG);
    private static final MethodHandle MADVISE = handle("madvise", ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETPAGESIZE = handle("getpagesize");
    private static final MethodHandle CLOSE = handle("close", JAVA_INT);
    private static final MethodHandle SOCKET = handle("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SOCKETPAIR =
            handle("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle PIPE2 = handle("pipe2", ADDRESS, JAVA_INT);
    private static final MethodHandle EVENTFD = handle("eventfd", JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = handle("bind", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle LISTEN = handle("listen", JAVA_INT, JAVA_INT);
    private static final MethodHandle SHUTDOWN = handle("shutdown", JAVA_INT, JAVA_INT);
    private static final MethodHandle GETSOCKNAME =
            handle("getsockname", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GETPEERNAME =
            handle("getpeername", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            handle("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle READ = handle("read",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle WRITE = handle("write",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle SCHED_GETAFFINITY =
            handle("sched_getaffinity", JAVA_INT, JAVA_LONG, ADDRESS);
    private static final MethodHandle SCHED_SETAFFINITY =
            handle("sched_setaffinity", JAVA_INT, JAVA_LONG, ADDRESS);
    private static final MethodHandle GETRLIMIT = handle("getrlimit", JAVA_INT, ADDRESS);

    /// Where the linker leaves errno; one per thread, since calls on two threads may overlap.
    private static final ThreadLocal<MemorySegment> CALL_STATE = ThreadLocal.withInitial(
            () -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private Libc() {
    }

    static int ioUringSetup(long number, int entries, MemorySegment params) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (long) SYSCALL_SETUP.invokeExact(state, number, entries, params));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int ioUringEnter(long number, int fd, int toSubmit, int minComplete, int flags,
            MemorySegment argument, long argumentSize) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (long) SYSCALL.invokeExact(state, number,
                    fd, toSubmit, minComplete, flags, argument, argumentSize));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int ioUringRegister(long number, int fd, int opcode, MemorySegment argument, int count) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (long) SYSCALL_REGISTER.invokeExact(state, number,
                    fd, opcode, argument, count));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /// Maps memory.
    ///
    /// @return the address, or `-errno`: no mapping lies in the last page of the address space
    static long mmap(long byteSize, int protection, int flags, int fd, long offset) {
        MemorySegment state = CALL_STATE.get();
        try {
            long address = (long) MMAP.invokeExact(state, 0L, byteSize,
                    protection, flags, fd, offset);
            return address == -1 ? -errno(state) : address;
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int munmap(MemorySegment memory) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (int) MUNMAP.invokeExact(state, memory, memory.byteSize()));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int madvise(MemorySegment memory, int advice) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state,
                    (int) MADVISE.invokeExact(state, memory, memory.byteSize(), advice));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int getpagesize() {
        MemorySegment state = CALL_STATE.get();
        try {
            return (int) GETPAGESIZE.invokeExact(state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int close(int fd) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (int) CLOSE.invokeExact(state, fd));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int socket(int domain, int type, int protocol) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (int) SOCKET.invokeExact(state, domain, type, protocol));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int socketpair(int domain, int type, int protocol, MemorySegment fds) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (int) SOCKETPAIR.invokeExact(state, domain, type, protocol, fds));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int pipe2(MemorySegment fds, int flags) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (int) PIPE2.invokeExact(state, fds, flags));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int eventfd(int initial, int flags) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (int) EVENTFD.invokeExact(state, initial, flags));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int bind(int fd, MemorySegment address, int length) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (int) BIND.invokeExact(state, fd, address, length));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int listen(int fd, int backlog) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (int) LISTEN.invokeExact(state, fd, backlog));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int shutdown(int fd, int how) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (int) SHUTDOWN.invokeExact(state, fd, how));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int getsockname(int fd, MemorySegment address, MemorySegment length) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (int) GETSOCKNAME.invokeExact(state, fd, address, length));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int getpeername(int fd, MemorySegment address, MemorySegment length) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (int) GETPEERNAME.invokeExact(state, fd, address, length));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int setsockopt(int fd, int level, int option, MemorySegment value, int length) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state,
                    (int) SETSOCKOPT.invokeExact(state, fd, level, option, value, length));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int getsockopt(int fd, int level, int option, MemorySegment value,
            MemorySegment length) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state,
                    (int) GETSOCKOPT.invokeExact(state, fd, level, option, value, length));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int read(int fd, MemorySegment into) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (long) READ.invokeExact(state, fd, into, into.byteSize()));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int write(int fd, MemorySegment from) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (long) WRITE.invokeExact(state, fd, from, from.byteSize()));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int schedGetaffinity(int thread, MemorySegment mask) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state,
                    (int) SCHED_GETAFFINITY.invokeExact(state, thread, mask.byteSize(), mask));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int schedSetaffinity(int thread, MemorySegment mask) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state,
                    (int) SCHED_SETAFFINITY.invokeExact(state, thread, mask.byteSize(), mask));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int getrlimit(int resource, MemorySegment limits) {
        MemorySegment state = CALL_STATE.get();
        try {
            return result(state, (int) GETRLIMIT.invokeExact(state, resource, limits));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    private static int result(MemorySegment state, long result) {
        return result == -1 ? -errno(state) : (int) result;
    }

    private static int errno(MemorySegment state) {
        return (int) ERRNO_VALUE.get(state, 0L);
    }

    /// A handle threw: either memory that is closed or of another thread, which the caller must
    /// learn as it is, or a descriptor that does not fit its call, which is a bug of this class.
    private static RuntimeException broken(Throwable e) {
        if (e instanceof RuntimeException known) {
            return known;
        }
        if (e instanceof Error known) {
            throw known;
        }
        throw new AssertionError(e);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String symbol, FunctionDescriptor descriptor,
            int firstVariadic) {
        return LINKER.downcallHandle(LOOKUP.findOrThrow(symbol), descriptor, ERRNO,
                Linker.Option.firstVariadicArg(firstVariadic));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String symbol, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LOOKUP.findOrThrow(symbol), descriptor, ERRNO);
    }

    /// A function that answers an `int`.
    private static MethodHandle handle(String symbol, MemoryLayout... arguments) {
        return handle(symbol, FunctionDescriptor.of(JAVA_INT, arguments));
    }
}
