package dev.rill.bench;

import dev.rill.bench.load.Workload;
import java.util.Locale;

/// One situation in which peers are compared.
///
/// @param workload the traffic
/// @param connections how many at once
/// @param size bytes of a message, a piece of a stream or a datagram
/// @param depth messages of a connection under way at once
/// @param proxied whether a proxy is measured, which carries the traffic to an echo server
public record Cell(Workload workload, int connections, int size, int depth, boolean proxied) {

    /// The situation's name, by which `--cells` chooses: `pingpong/50x1024`.
    ///
    /// @return a name without blanks
    public String name() {
        String kind = (proxied ? "proxy-" : "") + workload.name().toLowerCase(Locale.ROOT);
        return kind + "/" + connections + "x" + size;
    }

    /// What the server must be able to do.
    ///
    /// @return a role of the servers: `echo`, `sink`, `udp` or `proxy`
    public String role() {
        if (proxied) {
            return "proxy";
        }
        return switch (workload) {
            case FLOOD -> "sink";
            case UDP -> "udp";
            default -> "echo";
        };
    }

    /// How often a byte that the generator sends is received by the server: a proxy receives it on
    /// its way there and on its way back.
    ///
    /// @return 1 or 2
    public int receipts() {
        return proxied ? 2 : 1;
    }

    /// Whether bytes are what counts here, not messages.
    ///
    /// @return true for streams
    public boolean countsBytes() {
        return workload == Workload.FLOOD || workload == Workload.STREAM;
    }

    /// The situation in words.
    ///
    /// @return text for people
    public String title() {
        String amount = Units.bytes(size);
        String crowd = connections == 1 ? "1 connection" : connections + " connections";
        String kind = switch (workload) {
            case PINGPONG -> "ping-pong of " + amount;
            case PIPELINED -> "pipelined echo of " + amount + ", depth " + depth;
            case FLOOD -> "flood into a sink";
            case STREAM -> "stream both ways";
            case CHURN -> "connect, " + amount + " there and back, close";
            case IDLE -> "bursts of " + amount + " among idle connections";
            case UDP -> "datagrams of " + amount;
        };
        return (proxied ? "proxy, " : "") + kind + ", " + crowd;
    }
}
