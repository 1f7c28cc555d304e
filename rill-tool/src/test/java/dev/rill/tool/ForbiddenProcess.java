package dev.rill.tool;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.CompletableFuture;

/// Starts processes that may not use io_uring, as containers do: with a seccomp filter. A filter
/// belongs to a thread and to all that it starts, so a thread puts it on, starts one process and
/// ends.
///
/// Source: seccomp(2); the numbers are those of linux/seccomp.h, linux/filter.h and linux/prctl.h.
final class ForbiddenProcess {

    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_SET_SECCOMP = 22;
    private static final int SECCOMP_MODE_FILTER = 2;
    private static final int SECCOMP_RET_ERRNO = 0x0005_0000;
    private static final int SECCOMP_RET_ALLOW = 0x7fff_0000;
    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_IF_GREATER_OR_EQUAL = 0x35;
    private static final int JUMP_IF_GREATER = 0x25;
    private static final int RETURN = 0x06;
    /// io_uring_setup, then enter and register: the same on every architecture.
    private static final int FIRST_CALL = 425;
    private static final int LAST_CALL = 427;

    private ForbiddenProcess() {
    }

    /// Starts a process.
    ///
    /// @param errno what the three calls of io_uring answer to it
    static Process start(ProcessBuilder builder, int errno) {
        CompletableFuture<Process> started = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                forbid(errno);
                started.complete(builder.start());
            } catch (IOException | RuntimeException | Error e) {
                started.completeExceptionally(e);
            }
        });
        return started.join();
    }

    private static void forbid(int errno) {
        try (Arena arena = Arena.ofConfined()) {
            long[] program = {
                statement(LOAD_WORD, 0, 0, 0), // the number of the call
                statement(JUMP_IF_GREATER_OR_EQUAL, 0, 2, FIRST_CALL),
                statement(JUMP_IF_GREATER, 1, 0, LAST_CALL),
                statement(RETURN, 0, 0, SECCOMP_RET_ERRNO | errno),
                statement(RETURN, 0, 0, SECCOMP_RET_ALLOW),
            };
            MemorySegment filter = arena.allocateFrom(JAVA_LONG, program);
            MemorySegment description = arena.allocate(2 * Long.BYTES, Long.BYTES);
            description.set(JAVA_SHORT, 0, (short) program.length);
            description.set(ADDRESS, Long.BYTES, filter);
            prctl(PR_SET_NO_NEW_PRIVS, 1, MemorySegment.NULL);
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, description);
        }
    }

    /// A `struct sock_filter`: a code of 16 bits, two jumps of 8, a value of 32.
    private static long statement(int code, int jumpIfTrue, int jumpIfFalse, int value) {
        return MemorySegment.ofArray(new byte[] {
            (byte) code, 0, (byte) jumpIfTrue, (byte) jumpIfFalse, (byte) value,
            (byte) (value >>> 8), (byte) (value >>> 16), (byte) (value >>> 24),
        }).get(JAVA_LONG.withByteAlignment(JAVA_BYTE.byteSize()), 0);
    }

    @SuppressWarnings("restricted")
    private static void prctl(int option, long second, MemorySegment third) {
        Linker linker = Linker.nativeLinker();
        MethodHandle prctl = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("prctl"), FunctionDescriptor.of(JAVA_INT,
                        JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        try {
            int result = (int) prctl.invokeExact(option, second, third, 0L, 0L);
            if (result != 0) {
                throw new IllegalStateException("prctl(" + option + ") answered " + result);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
