package dev.rill.simulate;

import dev.rill.net.CloseReason;

/// The truth about one peer's connection: which bytes belong where, what both ends have of them,
/// and whether something has happened that allows it to stay incomplete.
///
/// A peer begins with a header that names the conversation. What follows, and what is answered, is
/// a function of the number, the direction and the position.
final class Conversation {

    /// How the header looks: the number, and its complement.
    static final int HEADER = 8;
    /// What a sink answers at the end.
    static final int RECEIPT = 8;

    /// What the server does.
    enum Kind {
        /// Sends back what comes.
        ECHO,
        /// Takes everything, answers a few bytes at the end.
        SINK,
        /// Sends a lot, asked for with the header.
        SOURCE,
        /// Answers each frame.
        ANSWERS
    }

    final int id;
    final Kind kind;
    /// How much the peer sends, with the header.
    final long upLength;
    /// The sizes of frames and answers, or how much a source sends.
    final int frame;
    final int answer;
    /// Whether a relay stands in between.
    final boolean relayed;

    private final SeededBytes upBytes;
    private final SeededBytes downBytes;

    /// Why it may stay incomplete; null as long as nothing has happened.
    String spoilt;
    /// The server's end of it.
    long upAtServer;
    boolean upEnded;
    boolean served;
    CloseReason reason;

    Conversation(long seed, int id, Kind kind, long upLength, int frame, int answer,
            boolean relayed) {
        this.id = id;
        this.kind = kind;
        this.upLength = upLength;
        this.frame = frame;
        this.answer = answer;
        this.relayed = relayed;
        upBytes = new SeededBytes(Draw.of(seed, 2L * id).next());
        downBytes = new SeededBytes(Draw.of(seed, 2L * id + 1).next());
    }

    /// A byte that the peer sends.
    byte up(long position) {
        return position >= HEADER ? upBytes.at(position)
                : (byte) (header(id) >>> (int) position * Byte.SIZE);
    }

    /// A byte that the server answers.
    byte down(long position) {
        return kind == Kind.ECHO ? up(position) : downBytes.at(position);
    }

    /// How much is answered to so much of what the peer sends.
    long downDue(long up, boolean ended) {
        return switch (kind) {
            case ECHO -> up;
            case SINK -> ended ? RECEIPT : 0;
            case SOURCE -> up >= HEADER ? answer : 0;
            case ANSWERS -> Math.max(0, up - HEADER) / frame * answer;
        };
    }

    /// All that the peer is answered.
    long downLength() {
        return downDue(upLength, true);
    }

    /// From here on it may end before it is complete. The first reason is kept.
    void spoil(String why) {
        if (spoilt == null) {
            spoilt = why;
        }
    }

    static long header(int id) {
        return (long) ~id << 32 | id;
    }

    /// The conversation that a header names.
    ///
    /// @return its number, or -1
    static int idOf(long header) {
        int id = (int) header;
        return header == header(id) && id >= 0 ? id : -1;
    }

    @Override
    public String toString() {
        return "#" + id + " " + kind + (relayed ? " through a relay" : "");
    }
}
