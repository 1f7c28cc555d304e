package dev.rill.engine;

import dev.rill.abi.Errno;
import java.util.ArrayDeque;
import java.util.Iterator;

/// Bytes on their way from one socket to the other, in the pieces they were sent in.
final class ByteQueue {

    /// A piece, and whom its memory is charged to.
    private static final class Piece {
        final byte[] bytes;
        final int charge;
        final StreamSocket sender;
        int read;

        Piece(byte[] bytes, int charge, StreamSocket sender) {
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

    void add(byte[] bytes, int charge, StreamSocket sender) {
        pieces.add(new Piece(bytes, charge, sender));
        size += bytes.length;
    }

    /// Moves bytes to a program's memory.
    ///
    /// @param discard count them without storing them
    /// @return how many, or `-EFAULT`
    int take(IoVector into, boolean discard) {
        int taken = 0;
        while (size > 0 && into.remaining() > 0) {
            Piece piece = pieces.getFirst();
            int wanted = (int) Math.min(piece.bytes.length - piece.read, into.remaining());
            int part = wanted;
            if (discard) {
                into.skip(wanted);
            } else {
                part = into.put(piece.bytes, piece.read, wanted);
            }
            if (part < 0) {
                return taken > 0 ? taken : -Errno.EFAULT;
            }
            piece.read += part;
            size -= part;
            taken += part;
            if (piece.read == piece.bytes.length) {
                pieces.removeFirst();
                piece.sender.discharge(piece.charge);
            }
            if (part < wanted) {
                break;
            }
        }
        return taken;
    }

    /// Copies bytes to a program's memory and keeps them.
    int peek(IoVector into) {
        int seen = 0;
        Iterator<Piece> all = pieces.iterator();
        while (all.hasNext() && into.remaining() > 0) {
            Piece piece = all.next();
            int wanted = (int) Math.min(piece.bytes.length - piece.read, into.remaining());
            int part = into.put(piece.bytes, piece.read, wanted);
            if (part < 0) {
                return seen > 0 ? seen : -Errno.EFAULT;
            }
            seen += part;
        }
        return seen;
    }

    void clear() {
        while (!pieces.isEmpty()) {
            Piece piece = pieces.removeFirst();
            piece.sender.discharge(piece.charge);
        }
        size = 0;
    }
}
