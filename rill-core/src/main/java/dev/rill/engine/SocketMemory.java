package dev.rill.engine;

/// How much of a socket's buffer a piece of data takes: the kernel charges whole allocations
/// (`skb->truesize`), so many small writes fill a buffer much sooner than one large one.
final class SocketMemory {

    /// `net.core.wmem_default`.
    static final int DEFAULT = 212_992;
    /// The smallest that SO_SNDBUF makes it (SOCK_MIN_SNDBUF).
    static final int MIN = 4608;
    /// `net.core.wmem_max`.
    static final int MAX = 212_992;

    private static final int PAGE = 4096;
    private static final int SHARED_INFO = 320;
    private static final int SK_BUFF = 256;
    /// What fits into a piece's head without pages behind it (SKB_MAX_HEAD).
    private static final int HEAD_MAX = PAGE - SHARED_INFO;
    /// Small heads come from a pool of their own (SKB_SMALL_HEAD_SIZE).
    private static final int SMALL_HEAD = 704;
    /// The largest piece of a Unix stream: a head and 32 KiB of pages.
    private static final int PIECE_MAX = HEAD_MAX + 32_768;
    /// A message of a Unix socket has pages behind its head from here on (SKB_MAX_ALLOC), and at
    /// most so many.
    private static final int MESSAGE_HEAD_MAX = 4 * PAGE - SHARED_INFO;
    private static final int MESSAGE_PAGES_MAX = 17 * PAGE;

    private SocketMemory() {
    }

    /// What SO_SNDBUF makes of a value.
    static int bufferSize(int value) {
        return Math.max(2 * Math.min(value, MAX), MIN);
    }

    /// How much of a write becomes one piece (`unix_stream_sendmsg`).
    static int pieceSize(long left, int bufferSize) {
        return (int) Math.min(left, Math.min((bufferSize >> 1) - 64, PIECE_MAX));
    }

    /// What a piece of a Unix stream is charged.
    static int pieceCharge(int size) {
        return unixCharge(size, Math.min(size, pages(Math.max(0, size - HEAD_MAX))));
    }

    /// What a message of a Unix socket is charged.
    static int messageCharge(int size) {
        return unixCharge(size, pages(Math.max(0,
                Math.min(size - MESSAGE_HEAD_MAX, MESSAGE_PAGES_MAX))));
    }

    /// Unix sockets account for their memory, so that not even a small head comes from the pool.
    private static int unixCharge(int size, int paged) {
        return powerOfTwo(head(size - paged)) + SK_BUFF + pages(paged);
    }

    /// What a datagram is charged.
    static int datagramCharge(int size) {
        int paged = Math.min(size, pages(Math.max(0, size - HEAD_MAX)));
        int allocation = head(size - paged);
        return (allocation <= SMALL_HEAD ? SMALL_HEAD : powerOfTwo(allocation)) + SK_BUFF
                + pages(paged);
    }

    private static int head(int size) {
        return (size + 63 & -64) + SHARED_INFO;
    }

    private static int powerOfTwo(int size) {
        return Integer.highestOneBit(size - 1) << 1;
    }

    private static int pages(int size) {
        return size + PAGE - 1 & -PAGE;
    }
}
