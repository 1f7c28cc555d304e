package dev.rill.simulate;

/// What a run has done and met; of one seed, or of all together.
public final class Tally {

    long seeds;
    long steps;
    long connections;
    long bytes;
    long completions;
    long exhaustions;
    long rescues;
    long holds;
    long holdRescues;
    long faults;
    long checks;
    long nanos;
    long hash;

    /// Starts with nothing.
    public Tally() {
    }

    /// Adds another one.
    ///
    /// @param other what else was done
    public void add(Tally other) {
        seeds += other.seeds;
        steps += other.steps;
        connections += other.connections;
        bytes += other.bytes;
        completions += other.completions;
        exhaustions += other.exhaustions;
        rescues += other.rescues;
        holds += other.holds;
        holdRescues += other.holdRescues;
        faults += other.faults;
        checks += other.checks;
        nanos += other.nanos;
        hash = hash * 31 + other.hash;
    }

    /// Seeds that were run to their end.
    ///
    /// @return how many
    public long seeds() {
        return seeds;
    }

    /// Completions reaped by a loop or by the crowd, and actions of peers and of the program.
    ///
    /// @return how many
    public long steps() {
        return steps;
    }

    /// Connections of peers and relays.
    ///
    /// @return how many
    public long connections() {
        return connections;
    }

    /// Bytes shown to handlers and received by peers, each of them compared.
    ///
    /// @return bytes
    public long bytes() {
        return bytes;
    }

    /// Completions of the loops.
    ///
    /// @return how many
    public long completions() {
        return completions;
    }

    /// Receives that found no buffer.
    ///
    /// @return how many
    public long exhaustions() {
        return exhaustions;
    }

    /// Times a connection's unsent bytes were moved out of receive buffers.
    ///
    /// @return how many
    public long rescues() {
        return rescues;
    }

    /// Parts that the program has held.
    ///
    /// @return how many
    public long holds() {
        return holds;
    }

    /// Buffers that came back because what was held of them was moved.
    ///
    /// @return how many
    public long holdRescues() {
        return holdRescues;
    }

    /// What the machines did wrong.
    ///
    /// @return how many faults
    public long faults() {
        return faults;
    }

    /// Invariants looked at, each time counted.
    ///
    /// @return how many
    public long checks() {
        return checks;
    }

    /// Simulated time.
    ///
    /// @return nanoseconds
    public long nanos() {
        return nanos;
    }

    /// Stands for everything that happened: the same seeds have the same.
    ///
    /// @return a number without a meaning
    public long hash() {
        return hash;
    }
}
