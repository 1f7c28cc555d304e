package dev.rill.bench.load;

/// Traffic of one kind over connections that stay open between runs. Nothing is under way before
/// a run and after it.
sealed interface Load permits EchoLoad, FloodLoad, ChurnLoad, IdleLoad, DatagramLoad {

    /// Opens what the options say.
    static Load open(LoadRing ring, LoadOptions options) {
        return switch (options.workload()) {
            case PINGPONG, PIPELINED, STREAM -> new EchoLoad(ring, options);
            case FLOOD -> new FloodLoad(ring, options);
            case CHURN -> new ChurnLoad(ring, options);
            case IDLE -> new IdleLoad(ring, options);
            case UDP -> new DatagramLoad(ring, options);
        };
    }

    /// Makes traffic until a limit is reached and all answers are there.
    void run(Limits limits, Tally tally);
}
