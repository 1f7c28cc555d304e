package dev.rill.scenario;

import dev.rill.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Memory for registrations: good, read-only, or with nothing behind it.
final class Pages {

    private static final int TRIES = 8;
    private static final long HOLE = 1 << 20;

    private final Kernel kernel;
    private final Arena arena;

    Pages(Kernel kernel, Arena arena) {
        this.kernel = kernel;
        this.arena = arena;
    }

    /// What an address in a registration of so many bytes means.
    MemorySegment memory(Address.Base base, long byteSize) {
        return switch (base) {
            case READONLY -> readOnly();
            case HOLE -> beforeHole();
            default -> kernel.memory(Math.max(byteSize, kernel.pageSize()), arena);
        };
    }

    private MemorySegment readOnly() {
        try {
            Path file = Files.createTempFile("rill-scenario", "");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ,
                    StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
                channel.write(java.nio.ByteBuffer.allocate(kernel.pageSize()));
                return channel.map(FileChannel.MapMode.READ_ONLY, 0, kernel.pageSize(), arena);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The last page of memory, with nothing above it. Linux gives addresses downwards, so that the
    /// second of two equal pieces is right below the first as soon as there are no gaps for pieces
    /// of that size. What other threads map when the first is freed goes to the upper end of the
    /// gap, which is why the pieces are large. A kernel in this process knows what it gave, and
    /// needs no luck.
    private MemorySegment beforeHole() {
        MemorySegment piece = MemorySegment.NULL;
        for (int i = 0; i < TRIES; i++) {
            try (Arena above = Arena.ofShared()) {
                MemorySegment freed = kernel.memory(HOLE, above);
                piece = kernel.memory(HOLE, arena);
                if (piece.address() + HOLE == freed.address()) {
                    break;
                }
            }
        }
        return piece.asSlice(HOLE - kernel.pageSize());
    }
}
