package dev.rill.tool;

import dev.rill.ring.BufferGroupOptions;
import picocli.CommandLine.Option;

/// The options that say how receive memory is lent to the kernel.
final class BufferOptions {

    private static final int INCREMENTAL_SIZE = 128 * 1024;
    private static final int WHOLE_SIZE = 16 * 1024;
    private static final int TOTAL = 4 * 1024 * 1024;

    @Option(names = "--buffers", paramLabel = "N",
            description = "How many receive buffers; all connections share them. Default: as many"
                + " as make 4 MiB.")
    private Integer buffers;

    @Option(names = "--buffer-size", paramLabel = "SIZE", converter = ByteSize.class,
            description = "The size of each. Default: 128k, or 16k with --whole-buffers.")
    private Integer size;

    @Option(names = "--whole-buffers",
            description = "Give up a whole buffer to each receive, as rings did before incremental"
                + " consumption. For comparison.")
    private boolean whole;

    /// What was asked for; wrong numbers are an [IllegalArgumentException] that names them.
    BufferGroupOptions group() {
        return group(whole);
    }

    /// The same memory, in incremental or whole buffers.
    BufferGroupOptions group(boolean wholeBuffers) {
        int each = size != null && wholeBuffers == whole ? size
                : wholeBuffers ? WHOLE_SIZE : INCREMENTAL_SIZE;
        int count = buffers != null && wholeBuffers == whole ? buffers
                : Math.clamp(total() / each, 1, 32768);
        return wholeBuffers
                ? BufferGroupOptions.classic(0, count, each)
                : BufferGroupOptions.incremental(0, count, each);
    }

    private long total() {
        if (buffers == null) {
            return TOTAL;
        }
        return (long) buffers * (size != null ? size : whole ? WHOLE_SIZE : INCREMENTAL_SIZE);
    }
}
