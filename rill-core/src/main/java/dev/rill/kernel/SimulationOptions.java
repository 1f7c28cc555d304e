package dev.rill.kernel;

import java.time.Duration;
import java.util.Objects;

/// What a simulated machine is like: its kernel, how far its sockets are apart, and what goes
/// wrong. Everything is drawn from one seed, so the same program sees the same on every run.
///
/// Only what a real kernel may do as well is done: programs that cannot stand it are wrong. What
/// is a probability is 0 for never to 1 for always.
///
/// @param seed what everything is drawn from
/// @param release which Linux it behaves like, one of `Kernels.profiles()`
/// @param latencyMin the shortest time that bytes, connects and ends need between two TCP or UDP
///        sockets; those of one direction of a connection keep their order, datagrams do not
/// @param latencyMax the longest; zero for at once, as on a loopback interface
/// @param shortTransfers how often a transfer of a stream or a pipe takes less than it could, from
///        one byte on
/// @param resets how often a TCP connection is cut instead of delivering a piece: what is under
///        way is lost, both sides see a reset
/// @param failedConnects how often a TCP connect is refused or never answered
/// @param failedCalls how often a call fails that may fail at any time: no descriptor left for a
///        socket or an accepted connection, no memory for a datagram, a signal while waiting
/// @param datagramLoss how often a UDP datagram is lost
/// @param datagramDuplication how often a UDP datagram arrives twice
/// @param socketBuffer how many bytes a TCP connection holds on its way, in each direction, where
///        nobody has set `SO_SNDBUF`: what is sent and not yet read
public record SimulationOptions(long seed, String release, Duration latencyMin,
        Duration latencyMax, double shortTransfers, double resets, double failedConnects,
        double failedCalls, double datagramLoss, double datagramDuplication, int socketBuffer) {

    /// The largest send buffer of TCP on a machine that nobody has tuned.
    private static final int DEFAULT_SOCKET_BUFFER = 2_626_560;

    /// Checks times and probabilities.
    public SimulationOptions {
        Objects.requireNonNull(release, "release");
        if (latencyMin.isNegative() || latencyMax.compareTo(latencyMin) < 0) {
            throw new IllegalArgumentException("latencyMin=" + latencyMin + ", latencyMax="
                    + latencyMax + ": 0 <= latencyMin <= latencyMax is needed");
        }
        requireProbability("shortTransfers", shortTransfers);
        requireProbability("resets", resets);
        requireProbability("failedConnects", failedConnects);
        requireProbability("failedCalls", failedCalls);
        requireProbability("datagramLoss", datagramLoss);
        requireProbability("datagramDuplication", datagramDuplication);
        if (socketBuffer < 1) {
            throw new IllegalArgumentException("socketBuffer=" + socketBuffer
                    + ": must be at least 1 byte");
        }
    }

    private static void requireProbability(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + "=" + value
                    + ": a probability is 0 (never) to 1 (always)");
        }
    }

    /// A machine where everything works and happens at once.
    ///
    /// @return options of Linux 6.18.44, for the seed 0: nothing is drawn from it
    public static SimulationOptions faultless() {
        return new SimulationOptions(0, "6.18.44", Duration.ZERO, Duration.ZERO,
                0, 0, 0, 0, 0, 0, DEFAULT_SOCKET_BUFFER);
    }

    /// A network that takes its time and cuts bytes anywhere, and loses nothing: what every
    /// program must be able to stand without anybody noticing.
    ///
    /// @param seed what everything is drawn from
    /// @return 10 microseconds to 2 milliseconds apart, every second transfer cut
    public static SimulationOptions slow(long seed) {
        return faultless().withSeed(seed)
                .withLatency(Duration.ofNanos(10_000), Duration.ofMillis(2))
                .withShortTransfers(0.5);
    }

    /// The same, and everything that can go wrong does, seldom enough that most connections live:
    /// what a program may notice, and must say.
    ///
    /// @param seed what everything is drawn from
    /// @return all faults, UDP included
    public static SimulationOptions faulty(long seed) {
        return slow(seed).withResets(0.002).withFailedConnects(0.02).withFailedCalls(0.02)
                .withDatagrams(0.05, 0.05);
    }

    /// The same with another seed.
    ///
    /// @param value see [#seed]
    /// @return new options
    public SimulationOptions withSeed(long value) {
        return new SimulationOptions(value, release, latencyMin, latencyMax, shortTransfers,
                resets, failedConnects, failedCalls, datagramLoss, datagramDuplication,
                socketBuffer);
    }

    /// The same with another Linux.
    ///
    /// @param value see [#release]
    /// @return new options
    public SimulationOptions withRelease(String value) {
        return new SimulationOptions(seed, value, latencyMin, latencyMax, shortTransfers,
                resets, failedConnects, failedCalls, datagramLoss, datagramDuplication,
                socketBuffer);
    }

    /// The same with another latency.
    ///
    /// @param min see [#latencyMin]
    /// @param max see [#latencyMax]
    /// @return new options
    public SimulationOptions withLatency(Duration min, Duration max) {
        return new SimulationOptions(seed, release, min, max, shortTransfers,
                resets, failedConnects, failedCalls, datagramLoss, datagramDuplication,
                socketBuffer);
    }

    /// The same with more or fewer short transfers.
    ///
    /// @param value see [#shortTransfers]
    /// @return new options
    public SimulationOptions withShortTransfers(double value) {
        return new SimulationOptions(seed, release, latencyMin, latencyMax, value,
                resets, failedConnects, failedCalls, datagramLoss, datagramDuplication,
                socketBuffer);
    }

    /// The same with more or fewer resets.
    ///
    /// @param value see [#resets]
    /// @return new options
    public SimulationOptions withResets(double value) {
        return new SimulationOptions(seed, release, latencyMin, latencyMax, shortTransfers,
                value, failedConnects, failedCalls, datagramLoss, datagramDuplication,
                socketBuffer);
    }

    /// The same with more or fewer connects that fail.
    ///
    /// @param value see [#failedConnects]
    /// @return new options
    public SimulationOptions withFailedConnects(double value) {
        return new SimulationOptions(seed, release, latencyMin, latencyMax, shortTransfers,
                resets, value, failedCalls, datagramLoss, datagramDuplication,
                socketBuffer);
    }

    /// The same with more or fewer calls that fail.
    ///
    /// @param value see [#failedCalls]
    /// @return new options
    public SimulationOptions withFailedCalls(double value) {
        return new SimulationOptions(seed, release, latencyMin, latencyMax, shortTransfers,
                resets, failedConnects, value, datagramLoss, datagramDuplication,
                socketBuffer);
    }

    /// The same with other luck for UDP.
    ///
    /// @param loss see [#datagramLoss]
    /// @param duplication see [#datagramDuplication]
    /// @return new options
    public SimulationOptions withDatagrams(double loss, double duplication) {
        return new SimulationOptions(seed, release, latencyMin, latencyMax, shortTransfers,
                resets, failedConnects, failedCalls, loss, duplication, socketBuffer);
    }

    /// The same with connections that hold more or less.
    ///
    /// @param bytes see [#socketBuffer]
    /// @return new options
    public SimulationOptions withSocketBuffer(int bytes) {
        return new SimulationOptions(seed, release, latencyMin, latencyMax, shortTransfers,
                resets, failedConnects, failedCalls, datagramLoss, datagramDuplication, bytes);
    }
}
