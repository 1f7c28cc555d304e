package dev.rill.engine;

/// One call of `recvmsg` or `sendmsg`: where the bytes are, and what comes with them
/// (`struct msghdr`). One per request, used again for each attempt.
final class Message {

    private static final byte[] NOTHING = new byte[0];

    /// Where the bytes go or come from.
    final IoVector data;
    /// `MSG_*` of the call.
    int flags;
    /// Where to send to, or where a message came from; null without an address.
    byte[] name;
    /// Where a received message was sent to; null when the socket does not say.
    byte[] destination;
    /// Whether there is a header that tells of control data, or that it found no room.
    boolean wantsControl;

    /// Bytes left to read after a receive; -1 when the socket does not say.
    int pending;
    /// `MSG_*` of the answer.
    int answerFlags;
    /// Control data of a received message.
    byte[] control;

    Message() {
        this(new IoVector());
    }

    Message(IoVector data) {
        this.data = data;
        reset(0);
    }

    /// Makes ready for another attempt.
    Message reset(int callFlags) {
        flags = callFlags;
        name = null;
        destination = null;
        pending = -1;
        answerFlags = 0;
        control = NOTHING;
        return this;
    }
}
