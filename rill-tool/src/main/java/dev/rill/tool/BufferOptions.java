package dev.rill.tool;

import dev.rill.kernel.HugePages;
import dev.rill.ring.BufferGroupOptions;
import picocli.CommandLine.Option;

/// The options that say how receive memory is lent to the kernel.
final class BufferOptions {

    private static final int INCREMENTAL_SIZE = 128 * 1024;
    private static final int WHOLE_SIZE = 16 * 1024;
    private static final int BUFFERS_MAX = 32768;
    /// Unsent bytes stay in receive buffers, so a proxy needs more of them than a server that
    /// answers at once: with 300 bursty clients 16 MiB took 14 % less CPU per byte than 4 MiB.
    private static final int TOTAL = 16 * 1024 * 1024;

    @Option(names = "--buffers", paramLabel = "N",
            description = "How many receive buffers at most; all connections share them. There are"
                + " few until more are needed. Default: as many as make 16 MiB.")
    private Integer buffers;

    @Option(names = "--buffer-size", paramLabel = "SIZE", converter = ByteSize.class,
            description = "The size of each. Default: 128k, or 16k with --whole-buffers.")
    private Integer size;

    @Option(names = "--whole-buffers",
            description = "Give up a whole buffer to each receive, as rings did before incremental"
                + " consumption. For comparison.")
    private boolean whole;

    @Option(names = "--huge-pages", paramLabel = "none|transparent|explicit",
            description = "Which pages the buffers are made of: ordinary ones; huge ones that the"
                + " kernel makes where it can; or huge ones that were set aside"
                + " (vm.nr_hugepages). Default: none.")
    private HugePages hugePages = HugePages.NONE;

    /// What was asked for; wrong numbers are an [IllegalArgumentException] that names them.
    BufferGroupOptions group() {
        int each = size != null ? size : defaultSize(whole);
        int count = buffers != null ? buffers : count(TOTAL, each);
        return group(whole, count, each);
    }

    /// The memory that was asked for, in incremental or whole buffers.
    BufferGroupOptions group(boolean wholeBuffers) {
        BufferGroupOptions asked = group();
        if (wholeBuffers == whole) {
            return asked;
        }
        int each = (int) Math.min(asked.byteSize(), defaultSize(wholeBuffers));
        return group(wholeBuffers, count(asked.byteSize(), each), each);
    }

    private BufferGroupOptions group(boolean whole, int count, int each) {
        BufferGroupOptions all = whole ? BufferGroupOptions.classic(0, count, each)
                : BufferGroupOptions.incremental(0, count, each);
        return all.growing().withHugePages(hugePages);
    }

    private static int defaultSize(boolean whole) {
        return whole ? WHOLE_SIZE : INCREMENTAL_SIZE;
    }

    private static int count(long total, int each) {
        return Math.clamp(total / Math.max(each, 1), 1, BUFFERS_MAX);
    }
}
