package dev.rill.engine;

import dev.rill.abi.Errno;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;

/// Transfers between a channel of `java.nio` and a program's memory, without a copy of our own.
final class IoChannels {

    /// The peer sends nothing more; no error number.
    static final int END = Integer.MIN_VALUE;

    /// More places than a C library takes at once.
    private static final int PLACES_MAX = 1024;

    private IoChannels() {
    }

    /// Reads what there is.
    ///
    /// @return bytes, [#END], `-EAGAIN`, or `-EFAULT`
    static int read(ScatteringByteChannel from, IoVector into) throws IOException {
        MemorySegment first = into.contiguous();
        if (first == null) {
            return -Errno.EFAULT;
        }
        long done = first.byteSize() >= into.remaining() ? from.read(buffer(first))
                : from.read(into.buffers(PLACES_MAX));
        if (done <= 0) {
            return done < 0 ? END : -Errno.EAGAIN;
        }
        into.skip(done);
        return (int) done;
    }

    /// Writes as much as goes.
    ///
    /// @return bytes, `-EAGAIN`, or `-EFAULT`
    static int write(GatheringByteChannel to, IoVector from) throws IOException {
        int total = 0;
        while (from.remaining() > 0) {
            MemorySegment first = from.contiguous();
            if (first == null) {
                return total > 0 ? total : -Errno.EFAULT;
            }
            long asked = Math.min(from.remaining(), first.byteSize());
            long done;
            if (asked == from.remaining()) {
                done = to.write(buffer(first));
            } else {
                ByteBuffer[] places = from.buffers(PLACES_MAX);
                asked = 0;
                for (ByteBuffer place : places) {
                    asked += place.remaining();
                }
                done = to.write(places);
            }
            from.skip(done);
            total += (int) done;
            if (done < asked) {
                break; // as much as goes
            }
        }
        return total == 0 ? -Errno.EAGAIN : total;
    }

    private static ByteBuffer buffer(MemorySegment place) {
        long size = Math.min(place.byteSize(), Integer.MAX_VALUE);
        return (size == place.byteSize() ? place : place.asSlice(0, size)).asByteBuffer();
    }
}
