package dev.rill.testing;

import dev.rill.ring.BufferGroup;
import dev.rill.ring.Hold;
import dev.rill.ring.Received;
import dev.rill.testing.Rig.Cqe;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/// What one reader got through a buffer group: where each piece was, and all the bytes in order.
public final class Inbox {

    private final BufferGroup group;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Hold> holds = new ArrayList<>();
    private final List<Piece> pieces = new ArrayList<>();

    public Inbox(BufferGroup group) {
        this.group = group;
    }

    /// Where some bytes were.
    public record Piece(int bid, int offset, int length) {
    }

    /// Reads one completion and lets go of its buffers.
    public List<Piece> take(Cqe cqe) {
        return read(cqe, false);
    }

    /// Reads one completion and holds its pieces, see [#holds].
    public List<Piece> keep(Cqe cqe) {
        return read(cqe, true);
    }

    /// The holds of [#keep], oldest first; a test takes out what it closes.
    public List<Hold> holds() {
        return holds;
    }

    /// Where everything was, in order.
    public List<Piece> pieces() {
        return pieces;
    }

    /// Everything so far.
    public byte[] bytes() {
        return bytes.toByteArray();
    }

    public int size() {
        return bytes.size();
    }

    private List<Piece> read(Cqe cqe, boolean hold) {
        int before = pieces.size();
        group.received(cqe.res(), cqe.flags());
        while (group.next()) {
            Received part = group.part();
            pieces.add(new Piece(part.bid(), part.offset(), part.length()));
            bytes.writeBytes(part.toArray());
            if (hold) {
                holds.add(part.hold());
            }
        }
        return List.copyOf(pieces.subList(before, pieces.size()));
    }
}
