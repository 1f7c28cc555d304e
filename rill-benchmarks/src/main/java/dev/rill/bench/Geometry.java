package dev.rill.bench;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The receive memory that a peer is given instead of what is best for it: a fixed number of
/// buffers, all lent from the beginning, as `rill:64x256K` asks for.
///
/// @param buffers how many
/// @param size of each in bytes
record Geometry(int buffers, int size) {

    /// Who can be told. Others have no ring of buffers, or choose its sizes as they go.
    static final List<String> PEERS = List.of("rill", "c", "netty-uring-inc");

    private static final Pattern FORM = Pattern.compile("([0-9]{1,5})x([0-9]{1,7})(K?)");

    /// @param text such as `64x256K`
    /// @throws IllegalArgumentException when it is no geometry
    static Geometry parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("geometry=" + text
                    + ": must be buffers x size, such as 64x256K");
        }
        int buffers = Integer.parseInt(parts.group(1));
        long size = Long.parseLong(parts.group(2)) * (parts.group(3).isEmpty() ? 1 : 1024);
        if (Integer.bitCount(buffers) != 1 || buffers > 32_768 || size < 1 || size > 1 << 30) {
            throw new IllegalArgumentException("geometry=" + text + ": the number of buffers must"
                    + " be a power of two up to 32768, their size 1 to " + (1 << 30) + " bytes");
        }
        return new Geometry(buffers, (int) size);
    }

    /// The options of the server that say so.
    List<String> options() {
        return List.of("--buffers", String.valueOf(buffers), "--buffer-size",
                String.valueOf(size));
    }
}
