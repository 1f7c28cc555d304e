package dev.rill.engine;

import dev.rill.kernel.SimulationOptions;
import java.util.SplittableRandom;

/// What the machine does wrong, drawn from one seed in the order in which things happen.
///
/// What never happens is not drawn: to switch a fault on changes what the others do, to keep it
/// off costs nothing.
final class Faults {

    /// What becomes of a connect.
    enum Connect {
        /// It gets through.
        GOES,
        /// Somebody in between refuses it.
        REFUSED,
        /// Nothing that is sent arrives.
        LOST
    }

    private final SimulationOptions options;
    private final SplittableRandom random;
    private final long latencyMin;
    private final long latencySpan;
    private boolean calm;
    private long count;

    Faults(SimulationOptions options) {
        this.options = options;
        random = new SplittableRandom(options.seed());
        latencyMin = options.latencyMin().toNanos();
        latencySpan = options.latencyMax().toNanos() - latencyMin;
    }

    /// A machine that does nothing wrong.
    static Faults none() {
        return new Faults(SimulationOptions.faultless());
    }

    long seed() {
        return options.seed();
    }

    /// Nothing goes wrong from now on.
    void calm() {
        calm = true;
    }

    /// How many things went wrong so far.
    long count() {
        return count;
    }

    /// How much a TCP connection holds on its way where nobody has set a size.
    int socketBuffer() {
        return options.socketBuffer();
    }

    /// How long the next delivery is on its way, in nanoseconds.
    long latency() {
        return latencySpan == 0 ? latencyMin : latencyMin + random.nextLong(latencySpan + 1);
    }

    /// How much of a stream's transfer is made.
    ///
    /// @param possible how much could be
    /// @return from 1 on; 0 only for 0
    int part(int possible) {
        if (possible <= 1 || !happens(options.shortTransfers())) {
            return possible;
        }
        // Small and large cuts alike: a size first, then a number of that size.
        int bits = 32 - Integer.numberOfLeadingZeros(possible - 1);
        return 1 + random.nextInt(Math.min(possible - 1, 1 << random.nextInt(bits)));
    }

    boolean resets() {
        return happens(options.resets());
    }

    boolean failsCall() {
        return happens(options.failedCalls());
    }

    boolean losesDatagram() {
        return happens(options.datagramLoss());
    }

    boolean duplicatesDatagram() {
        return happens(options.datagramDuplication());
    }

    Connect connect() {
        return !happens(options.failedConnects()) ? Connect.GOES
                : random.nextBoolean() ? Connect.REFUSED : Connect.LOST;
    }

    private boolean happens(double probability) {
        if (calm || probability <= 0 || random.nextDouble() >= probability) {
            return false;
        }
        count++;
        return true;
    }
}
