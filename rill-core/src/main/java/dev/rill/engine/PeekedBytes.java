package dev.rill.engine;

import dev.rill.abi.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/// Bytes of a stream that were looked at before they are received: Java has no peek, so they leave
/// the machine's socket and wait here.
final class PeekedBytes {

    private static final int PIECE = 65_536;

    private byte[] bytes = new byte[0];
    private int size;
    private boolean ended;

    int size() {
        return size;
    }

    /// Copies bytes and keeps them.
    ///
    /// @return bytes, [IoChannels#END], `-EAGAIN`, or `-EFAULT`
    int peek(ReadableByteChannel channel, IoVector into) throws IOException {
        int wanted = (int) Math.min(into.remaining(), Integer.MAX_VALUE - 8);
        if (size < wanted && !ended) {
            ByteBuffer piece = ByteBuffer.allocate(Math.min(PIECE, wanted - size));
            int read = channel.read(piece);
            ended = read < 0;
            if (read > 0) {
                bytes = Arrays.copyOf(bytes, size + read);
                piece.flip().get(bytes, size, read);
                size += read;
            }
        }
        return size > 0 ? into.put(bytes, 0, Math.min(size, wanted))
                : ended ? IoChannels.END : -Errno.EAGAIN;
    }

    /// Moves bytes out.
    ///
    /// @return bytes or `-EFAULT`
    int take(IoVector into) {
        int taken = into.put(bytes, 0, (int) Math.min(size, into.remaining()));
        drop(taken);
        return taken;
    }

    /// Counts bytes without storing them.
    ///
    /// @return bytes, [IoChannels#END], or `-EAGAIN`
    int discard(ReadableByteChannel channel, IoVector into) throws IOException {
        if (size == 0) {
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, into.remaining()));
            int read = channel.read(piece);
            into.skip(Math.max(0, read));
            return read > 0 ? read : read < 0 ? IoChannels.END : -Errno.EAGAIN;
        }
        int taken = (int) Math.min(size, into.remaining());
        into.skip(taken);
        drop(taken);
        return taken;
    }

    private void drop(int count) {
        if (count > 0) {
            bytes = Arrays.copyOfRange(bytes, count, size);
            size -= count;
        }
    }
}
