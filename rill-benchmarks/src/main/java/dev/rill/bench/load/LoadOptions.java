package dev.rill.bench.load;

/// What a generator is to do.
///
/// @param workload which traffic
/// @param connections how many at once
/// @param size bytes of a message, of a piece of a stream, or of a datagram
/// @param depth messages of one connection under way at once
/// @param port where the server listens on 127.0.0.1
/// @param verify whether every byte that comes back is compared
public record LoadOptions(Workload workload, int connections, int size, int depth, int port,
        boolean verify) {

    /// The longest message: every stretch of it is sent with one request.
    public static final int SIZE_MAX = 1 << 20;
    private static final int CONNECTIONS_MAX = 60_000;
    private static final int DEPTH_MAX = 1024;

    /// Checks the numbers.
    public LoadOptions {
        require("connections", connections, CONNECTIONS_MAX);
        require("size", size, SIZE_MAX);
        require("depth", depth, DEPTH_MAX);
        require("port", port, 65_535);
        require("depth*size", (long) depth * size, SIZE_MAX);
    }

    private static void require(String name, long value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + "=" + value + ": must be 1 to " + max);
        }
    }
}
