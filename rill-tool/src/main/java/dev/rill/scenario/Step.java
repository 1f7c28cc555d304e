package dev.rill.scenario;

import java.util.List;

/// What one line does.
sealed interface Step {

    /// Sets the ring up; without it a ring of 64 entries and 1024 completions is used.
    record OpenRing(int flags, int entries, int cqEntries) implements Step {
    }

    /// `IORING_REGISTER_ENABLE_RINGS`.
    record EnableRing() implements Step {
    }

    /// Makes a connected pair, a file and so on, by the kind's word.
    ///
    /// @param kind `unix`, `tcp`, `pipe`, `file` and so on
    /// @param name what the lines after call it
    /// @param options words and numbers of the kind
    record Open(String kind, String name, Options options) implements Step {
    }

    /// @param size of a file, the first value of an eventfd
    /// @param path of a special file, or null
    /// @param flags `O_*` or `SOCK_*` or `EFD_*`
    /// @param sendBuffer `SO_SNDBUF` or 0
    /// @param packetInfo whether `IP_PKTINFO` is on
    record Options(long size, String path, int flags, int sendBuffer, boolean packetInfo) {
    }

    /// The other side writes, once for each length.
    record Feed(String name, List<Integer> lengths) implements Step {
    }

    /// The other side reads so many bytes.
    ///
    /// @param length how many, or [#CHOKED]
    /// @param source what they must be equal to, or null
    record Drain(String name, int length, Source source) implements Step {

        /// As many as `choke` has written.
        static final int CHOKED = -1;
    }

    /// Another socket connects to a listener; what it is answered may be expected.
    record Dial(String name) implements Step {
    }

    /// The other side writes without waiting; what it is answered may be expected.
    record Offer(String name, int length) implements Step {
    }

    /// The other side reads once, without waiting.
    ///
    /// @param length how much at most
    /// @param source what the bytes must be equal to, or null
    record Take(String name, int length, Source source) implements Step {
    }

    /// Something on one side of a pair: `end`, `hangup`, `reset`, `choke`, `close`, `shutdown`.
    record Touch(String verb, String name, int how) implements Step {
    }

    /// Registers a buffer ring in zeroed memory and publishes buffers.
    ///
    /// @param registration with the result 0
    /// @param tail the tail left in the memory before, or 0
    /// @param shared the group whose memory is registered once more, or -1
    record OpenGroup(Registration registration, int tail, int shared, List<BufferSpec> buffers)
            implements Step {
    }

    /// Writes entries behind the tail, and moves the tail when `visible`.
    record Publish(int bgid, List<BufferSpec> buffers, boolean visible) implements Step {
    }

    /// Lends buffers again that were published before.
    record Return(int bgid, List<Integer> bids) implements Step {
    }

    /// Stores the tail.
    record Tail(int bgid, int value) implements Step {
    }

    /// Writes one entry in place.
    ///
    /// @param buffer what to write, or null for the reserved word only
    /// @param reserved the reserved word, or -1
    record Entry(int bgid, int index, BufferSpec buffer, int reserved) implements Step {
    }

    /// Submits a request.
    record Submit(Request request) implements Step {
    }

    /// From here on the kernel is not entered.
    record Hold() implements Step {
    }

    /// Enters the kernel with all that was held back.
    record Go() implements Step {
    }

    /// Only looks at what follows `=>`, or after `expect`.
    record Look() implements Step {
    }

    /// The kernel's head of a group.
    record Head(int bgid, int value) implements Step {
    }

    /// The number of buffers published and not consumed.
    record Available(int bgid, int value) implements Step {
    }

    /// What the kernel left in an entry.
    ///
    /// @param offset from the start of the buffer last published there
    /// @param bid or -1 when nothing is said about it
    record Slot(int bgid, int index, long offset, int length, int bid) implements Step {
    }

    /// Bytes in a buffer.
    record Bytes(int bgid, int bid, long offset, int length, Source source) implements Step {
    }

    /// Where expected bytes come from.
    ///
    /// @param stream an endpoint whose bytes from `offset` on are meant, or null
    /// @param bid a buffer whose bytes from `offset` on are meant, or -1
    /// @param literal the bytes themselves, or null
    record Source(String stream, int bgid, int bid, long offset, byte[] literal) {
    }

    /// Whether completions wait in the kernel's overflow list.
    record Overflow(boolean expected) implements Step {
    }

    /// What the last RECVMSG left in `msg_flags`.
    record MessageFlags(int value) implements Step {
    }

    /// `io_uring_register` with a `struct io_uring_buf_reg` or `io_uring_buf_status`.
    record Register(Registration registration) implements Step {
    }

    /// Maps a group's ring.
    ///
    /// @param sameAs the group whose entries must be seen there, or -1
    record Map(int bgid, int sameAs) implements Step {
    }

    /// `IORING_REGISTER_FILES`.
    record RegisterFiles(List<String> names) implements Step {
    }

    /// Does some lines again and again.
    record Repeat(int count, List<Statement> statements) implements Step {
    }
}
