package dev.rill.scenario;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/// What one line of a scenario brought: all that a program could see after it.
///
/// @param trouble why the line could not be done, or what the kernel threw; null when it was done
/// @param answer what the line itself was answered, or null where a line has no answer
/// @param completions that came, in order
/// @param anyOrder whether threads of the kernel took part, so that their order means nothing;
///        they are sorted then
/// @param groups what there is to see of every group, by number
/// @param payload a checksum over all memory that requests may write to
/// @param buffers what the buffers hold; empty unless it was asked for
public record Observation(String trouble, Answer answer, List<Completion> completions,
        boolean anyOrder, List<Group> groups, long payload, List<Buffer> buffers) {

    /// The end of a play that threw.
    static Observation thrown(String what) {
        return new Observation(THROWN + what, null, List.of(), false, List.of(), 0,
                List.of());
    }

    /// Whether the kernel threw, or this program because of it: nothing was played after that.
    ///
    /// @return whether this is the end of a play that threw
    public boolean hasThrown() {
        return trouble != null && trouble.startsWith(THROWN);
    }

    private static final String THROWN = "thrown: ";

    /// A buffer as it was lent last.
    ///
    /// @param bgid its group
    /// @param bid its number
    /// @param bytes what it holds
    public record Buffer(int bgid, int bid, byte[] bytes) {

        /// Whether both are the same buffer, whatever they hold.
        ///
        /// @param other another one
        /// @return whether group and number are the same
        public boolean isSamePlace(Buffer other) {
            return bgid == other.bgid && bid == other.bid;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Buffer buffer && isSamePlace(buffer)
                    && Arrays.equals(bytes, buffer.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes) * 31 + bid;
        }

        @Override
        public String toString() {
            return "#" + bid + " of group " + bgid + " " + HexFormat.of().formatHex(bytes, 0,
                    Math.min(bytes.length, SHOWN_MAX));
        }
    }

    private static final int SHOWN_MAX = 64;
    private static final Comparator<Completion> ORDER = Comparator
            .comparing(Completion::who, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparingInt(Completion::res).thenComparingInt(Completion::flags);

    /// The answer of a registration, or of the other side.
    ///
    /// @param result a value or `-errno`
    /// @param head a group's head, or -1
    public record Answer(int result, int head) {

        /// As an expectation is written.
        ///
        /// @return the result, and the head where there is one
        public String text() {
            return Expected.result(result) + (head < 0 ? "" : " head " + head);
        }
    }

    /// A completion.
    ///
    /// @param who the name of the request, or null when it has none
    /// @param res its result
    /// @param flags its flags
    public record Completion(String who, int res, int flags) implements Comparable<Completion> {

        @Override
        public int compareTo(Completion other) {
            return ORDER.compare(this, other);
        }

        /// As an expectation is written.
        @Override
        public String toString() {
            return (who == null ? "" : who) + "(" + Expected.result(res)
                    + ", 0x" + Integer.toHexString(flags) + ")";
        }
    }

    /// A group.
    ///
    /// @param bgid its number
    /// @param status what asking for its status answers, 0 or `-errno`
    /// @param head the kernel's head, or -1
    /// @param tail the tail in its memory, or -1 where it has none
    /// @param entries in its memory, the first ones of a large group
    public record Group(int bgid, int status, int head, int tail, List<Entry> entries) {
    }

    /// An entry of a group's ring.
    ///
    /// @param moved how far the kernel has moved its address since it was written
    /// @param length in bytes
    /// @param bid its buffer
    /// @param reserved the last word; that of entry 0 is the tail
    public record Entry(long moved, int length, int bid, int reserved) {
    }
}
