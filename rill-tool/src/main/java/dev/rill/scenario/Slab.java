package dev.rill.scenario;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.rill.kernel.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/// The memory that the buffers of one group lie in.
final class Slab {

    private final MemorySegment memory;
    private final Map<Integer, Buffer> buffers = new HashMap<>();
    private long used;

    /// A buffer as it was lent last.
    record Buffer(long address, int length) {
    }

    /// @param byteSize as much as all its buffers will need
    Slab(Kernel kernel, long byteSize, Arena arena, boolean filled, int seed) {
        memory = kernel.memory(Math.max(byteSize, 1), arena);
        if (filled) {
            StreamBytes.fill(memory, seed, 0);
        }
    }

    /// Places for buffers as a line describes them.
    Buffer place(BufferSpec spec, int index) {
        if (spec.address() != null) {
            long base = spec.address().base() == Address.Base.SLAB ? memory.address() : 0;
            return remember(spec.bid() + index,
                    new Buffer(base + spec.address().offset(), spec.length()));
        }
        long offset = spec.offset() >= 0 ? spec.offset() + (long) index * spec.length() : used;
        Buffer buffer = new Buffer(reserve(offset, spec.length()), spec.length());
        return remember(spec.bid() + index, buffer);
    }

    /// Takes memory behind what is used.
    long reserve(long byteSize) {
        return reserve(used, byteSize);
    }

    long address() {
        return memory.address();
    }

    Buffer buffer(int bid) {
        Buffer buffer = buffers.get(bid);
        if (buffer == null) {
            throw new Mismatch("no buffer #" + bid + " was published in this group");
        }
        return buffer;
    }

    /// Bytes of a buffer from an offset on.
    MemorySegment bytes(int bid, long offset, long length) {
        long start = buffer(bid).address + offset - memory.address();
        if (start < 0 || start + length > memory.byteSize()) {
            throw new Mismatch("buffer #" + bid + " has no bytes from " + offset + " to "
                    + (offset + length) + " in the slab");
        }
        return memory.asSlice(start, length);
    }

    /// Adds what the buffers hold, as far as they lie in the slab.
    void buffers(int bgid, List<Observation.Buffer> into) {
        buffers.forEach((bid, buffer) -> {
            long start = buffer.address - memory.address();
            if (start >= 0 && start < memory.byteSize()) {
                into.add(new Observation.Buffer(bgid, bid, memory.asSlice(start,
                        Math.min(buffer.length, memory.byteSize() - start)).toArray(JAVA_BYTE)));
            }
        });
    }

    void checksum(CRC32C checksum) {
        checksum.update(memory.asByteBuffer());
    }

    private long reserve(long offset, long byteSize) {
        if (offset + byteSize > memory.byteSize()) {
            throw new Mismatch("the slab of " + memory.byteSize() + " bytes is used up; name an"
                    + " offset with @");
        }
        used = Math.max(used, offset + byteSize);
        return memory.address() + offset;
    }

    private Buffer remember(int bid, Buffer buffer) {
        buffers.put(bid & 0xffff, buffer);
        return buffer;
    }
}
