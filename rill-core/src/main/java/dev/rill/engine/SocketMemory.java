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
    /// The largest piece of a Unix stream: SKB_MAX_ALLOC and 32 KiB of pages.
    private static final int PIECE_MAX = 4 * PAGE - SHARED_INFO + 32_768;

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

    /// What a piece is charged.
    static int charge(int size) {
        int paged = Math.min(size, pages(Math.max(0, size - HEAD_MAX)));
        int head = size - paged;
        int allocation = (head + 63 & -64) + SHARED_INFO;
        int rounded = allocation <= SMALL_HEAD ? SMALL_HEAD
                : Integer.highestOneBit(allocation - 1) << 1;
        return rounded + SK_BUFF + pages(paged);
    }

    private static int pages(int size) {
        return size + PAGE - 1 & -PAGE;
    }
}
