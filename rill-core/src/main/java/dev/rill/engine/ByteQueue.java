package dev.rill.engine;

import dev.rill.abi.Errno;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.IntConsumer;

/// Bytes on their way from one socket to the other, in the pieces they were sent in.
final class ByteQueue {

    /// A piece, and who is told when its memory is free again.
    private static final class Piece {
        final byte[] bytes;
        final int charge;
        final IntConsumer sender;
        int read;

        Piece(byte[] bytes, int charge, IntConsumer sender) {
            this.bytes = bytes;
            this.charge = charge;
            this.sender = sender;
        }
    }

    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
    private int size;

    int size() {
        return size;
    }

    /// What has been taken of the first piece.
    int takenOfFirst() {
        return pieces.isEmpty() ? 0 : pieces.getFirst().read;
    }

    void add(byte[] bytes, int charge, IntConsumer sender) {
        pieces.add(new Piece(bytes, charge, sender));
        size += bytes.length;
    }

    /// Moves bytes to a program's memory.
    ///
    /// @param most how many at most; there are as many, and there is room for them
    /// @return how many, or `-EFAULT`
    int take(IoVector into, int most) {
        int taken = 0;
        while (taken < most) {
            Piece piece = pieces.getFirst();
            int wanted = Math.min(piece.bytes.length - piece.read, most - taken);
            int part = into.put(piece.bytes, piece.read, wanted);
            if (part < wanted) {
                return taken > 0 ? taken : -Errno.EFAULT; // a piece goes as a whole
            }
            taken += drop(part);
        }
        return taken;
    }

    /// Takes bytes away; there are as many.
    ///
    /// @return how many
    int drop(int count) {
        int left = count;
        size -= count;
        while (left > 0) {
            Piece piece = pieces.getFirst();
            int part = Math.min(piece.bytes.length - piece.read, left);
            piece.read += part;
            left -= part;
            if (piece.read == piece.bytes.length) {
                pieces.removeFirst();
                piece.sender.accept(piece.charge);
            }
        }
        return count;
    }

    /// Copies bytes to a program's memory and keeps them.
    ///
    /// @param most as in [#take]
    int peek(IoVector into, int most) {
        int seen = 0;
        Iterator<Piece> all = pieces.iterator();
        while (seen < most) {
            Piece piece = all.next();
            int wanted = Math.min(piece.bytes.length - piece.read, most - seen);
            int part = into.put(piece.bytes, piece.read, wanted);
            if (part < wanted) {
                return seen > 0 ? seen : -Errno.EFAULT;
            }
            seen += part;
        }
        return seen;
    }

    void clear() {
        while (!pieces.isEmpty()) {
            Piece piece = pieces.removeFirst();
            piece.sender.accept(piece.charge);
        }
        size = 0;
    }
}
