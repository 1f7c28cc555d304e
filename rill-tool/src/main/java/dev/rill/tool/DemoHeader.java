package dev.rill.tool;

import dev.rill.simulate.SeededBytes;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/// The first bytes that a client of the demo sends. From the seed in it both ends know every byte
/// and every message size of the connection, in both directions.
///
/// @param client which of the crowd, from 1
/// @param sequence which of its connections, from 1
/// @param seed of everything that follows
record DemoHeader(int client, int sequence, long seed) {

    /// How many bytes it takes.
    static final int SIZE = 3 * Long.BYTES;

    static final int MESSAGE_SIZE_MAX = 1 << 20;

    private static final long MAGIC = 0x52494c4c64656d6fL; // "RILLdemo"

    /// The same for every run with this seed.
    ///
    /// @param crowd the seed of the whole load
    static DemoHeader of(long crowd, int client, int sequence) {
        long mixed = new SplittableRandom(crowd ^ who(client, sequence)).nextLong();
        return new DemoHeader(client, sequence, mixed);
    }

    /// Reads what [#bytes] has written.
    ///
    /// @return null when it is not that
    static DemoHeader read(byte[] bytes) {
        if (bytes.length < SIZE) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long seed = buffer.getLong();
        long who = buffer.getLong();
        return buffer.getLong() == check(seed, who)
                ? new DemoHeader((int) (who >>> 32), (int) who, seed) : null;
    }

    byte[] bytes() {
        long who = who(client, sequence);
        return ByteBuffer.allocate(SIZE).putLong(seed).putLong(who).putLong(check(seed, who))
                .array();
    }

    /// What the client sends behind the header.
    SeededBytes requestBytes() {
        return new SeededBytes(seed);
    }

    /// What the origin answers.
    SeededBytes answerBytes() {
        return new SeededBytes(~Long.reverse(seed));
    }

    /// How long the client's messages are.
    Sizes requestSizes() {
        return new Sizes(seed);
    }

    /// How long the answers to them are.
    Sizes answerSizes() {
        return new Sizes(~seed);
    }

    /// The connection in words, for messages.
    @Override
    public String toString() {
        return "connection " + sequence + " of client " + client;
    }

    private static long who(int client, int sequence) {
        return (long) client << 32 | sequence;
    }

    private static long check(long seed, long who) {
        return Long.rotateLeft(seed, 21) ^ Long.rotateLeft(who, 42) ^ MAGIC;
    }

    /// Message sizes from 1 byte to 1 MiB, as many of 1 to 2 bytes as of 512 KiB to 1 MiB.
    static final class Sizes {

        private static final double LOG_MAX = Math.log(MESSAGE_SIZE_MAX);

        private final SplittableRandom random;

        private Sizes(long seed) {
            random = new SplittableRandom(seed);
        }

        int next() {
            return (int) Math.round(StrictMath.exp(random.nextDouble() * LOG_MAX));
        }
    }
}
