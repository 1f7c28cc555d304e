package dev.rill.bench.load;

/// The kinds of traffic.
public enum Workload {
    /// One message there and back on each connection, then the next.
    PINGPONG,
    /// Several messages of a connection under way at once; answers make room for the next ones.
    PIPELINED,
    /// One way, as fast as the server takes it.
    FLOOD,
    /// Both ways at once through an echo server, as fast as it goes.
    STREAM,
    /// Connect, one message there and back, close.
    CHURN,
    /// Many connections of which few at a time have something to say.
    IDLE,
    /// Datagrams one way, as fast as they can be sent.
    UDP;

    /// Whether there are times from a message to its answer.
    boolean hasLatency() {
        return this != FLOOD && this != STREAM && this != UDP;
    }
}
