package dev.rill.net;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.rill.abi.Iovec;
import dev.rill.abi.Msghdr;
import dev.rill.kernel.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Message headers for sends of several pieces at once: what one connection has got in bits between
/// those of others leaves with one request, as it would from one piece of memory.
///
/// A vector is a `msghdr` and room for [#PIECES_MAX] iovecs behind it. Whoever sends with one keeps
/// it until the completion, so it does not matter when the kernel reads it. There are as many as a
/// loop submits sends at a time; who finds none sends its first piece alone. Used from the loop's
/// thread.
final class SendVectors implements AutoCloseable {

    /// How many pieces one send takes: 1 KiB for a vector.
    static final int PIECES_MAX = 60;
    static final int COUNT = 256;
    /// Instead of a vector.
    static final int NONE = -1;

    private static final int HEADER_SIZE = 64;
    private static final int SIZE = HEADER_SIZE + PIECES_MAX * Iovec.SIZE;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory;
    private final int[] free = new int[COUNT];
    private int freeCount;

    SendVectors(Kernel kernel) {
        try {
            memory = kernel.memory((long) COUNT * SIZE, arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
        for (int vector = COUNT - 1; vector >= 0; vector--) {
            memory.set(JAVA_LONG, offset(vector) + Msghdr.IOV,
                    memory.address() + offset(vector) + HEADER_SIZE);
            free[freeCount++] = vector;
        }
    }

    /// Takes a vector.
    ///
    /// @return [#NONE] when all are in use
    int take() {
        return freeCount == 0 ? NONE : free[--freeCount];
    }

    /// Gives a vector back that no request names any more.
    void give(int vector) {
        free[freeCount++] = vector;
    }

    /// Sets one piece.
    void set(int vector, int piece, long address, int length) {
        long at = offset(vector) + HEADER_SIZE + (long) piece * Iovec.SIZE;
        memory.set(JAVA_LONG, at + Iovec.BASE, address);
        memory.set(JAVA_LONG, at + Iovec.LEN, length);
    }

    /// Says how many pieces are set.
    ///
    /// @return the address of the `msghdr`
    long finish(int vector, int pieces) {
        memory.set(JAVA_LONG, offset(vector) + Msghdr.IOVLEN, pieces);
        return memory.address() + offset(vector);
    }

    @Override
    public void close() {
        arena.close();
    }

    private static long offset(int vector) {
        return (long) vector * SIZE;
    }
}
