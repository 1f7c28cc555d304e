package dev.rill.bench.server;

import java.util.Map;

/// A server in this process.
interface Server {

    /// Begins to serve, on threads of its own.
    ///
    /// @return the port it listens on
    /// @throws NotHere when it cannot run on this machine
    /// @throws Exception whatever else stands in its way
    int start() throws Exception;

    /// The options in force; after [#start].
    Map<String, String> configuration();

    /// What it has done so far.
    Tally tally() throws Exception;

    /// Counts of a server.
    ///
    /// @param receiveMemoryBytes memory that received bytes are put into; -1 when that is unknown
    /// @param bytesReceived bytes received
    /// @param datagrams datagrams received
    /// @param systemCalls calls that submit or wait; -1 when they are not counted
    record Tally(long receiveMemoryBytes, long bytesReceived, long datagrams, long systemCalls) {

        Tally plus(Tally other) {
            return new Tally(sum(receiveMemoryBytes, other.receiveMemoryBytes),
                    bytesReceived + other.bytesReceived, datagrams + other.datagrams,
                    sum(systemCalls, other.systemCalls));
        }

        private static long sum(long a, long b) {
            return a < 0 || b < 0 ? -1 : a + b;
        }
    }

    /// A peer cannot run on this machine, and its message says why.
    final class NotHere extends Exception {

        private static final long serialVersionUID = 1;

        NotHere(String reason) {
            super(reason);
        }
    }
}
