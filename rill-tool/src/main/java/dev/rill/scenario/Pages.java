package dev.rill.scenario;

import dev.rill.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/// Memory for registrations: good, read-only, or with nothing behind it.
final class Pages {

    private static final int PAGES_BEHIND = 16;

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
        try (FileChannel file = file(kernel.pageSize())) {
            return file.map(FileChannel.MapMode.READ_ONLY, 0, kernel.pageSize(), arena);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A page with nothing above it. The real kernel has other threads' memory as well, which may
    /// be anywhere: there it is the first page of a file that was cut behind it when it was mapped.
    /// A kernel in this process knows what it gave.
    private MemorySegment beforeHole() {
        int pageSize = kernel.pageSize();
        if (!kernel.name().equals("linux")) {
            return kernel.memory(pageSize, arena);
        }
        try (FileChannel file = file(PAGES_BEHIND * pageSize)) {
            MemorySegment pages = file.map(FileChannel.MapMode.PRIVATE, 0, file.size(), arena);
            file.truncate(pageSize);
            return pages.asSlice(0, pageSize);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileChannel file(int byteSize) throws IOException {
        FileChannel file = FileChannel.open(Files.createTempFile("rill-scenario", ""),
                StandardOpenOption.READ, StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
        file.write(ByteBuffer.allocate(byteSize));
        return file;
    }
}
