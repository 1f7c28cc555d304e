package dev.rill.simulate;

/// Reads the header of a conversation from a stream that may come byte by byte.
final class Header {

    private long value;
    private int count;

    boolean isComplete() {
        return count == Conversation.HEADER;
    }

    /// Takes what it needs of some bytes.
    void take(byte[] bytes, int length) {
        for (int i = 0; i < length && !isComplete(); i++) {
            value |= (bytes[i] & 0xffL) << Byte.SIZE * count++;
        }
    }

    /// The conversation it names; only when it is complete.
    Conversation find(World world) {
        Conversation talk = world.conversation(Conversation.idOf(value));
        world.check(talk != null, "every byte arrives as it was sent",
                "a header of 0x" + Long.toHexString(value));
        return talk;
    }
}
