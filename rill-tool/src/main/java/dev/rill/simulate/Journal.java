package dev.rill.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// What happened last, and a number that stands for all that ever happened: two runs with the same
/// number were the same.
final class Journal {

    private static final int KEPT = 1 << 13;

    private final Consumer<String> trace;
    private final long[] times = new long[KEPT];
    private final String[] events = new String[KEPT];
    private final int[] whos = new int[KEPT];
    private final long[] firsts = new long[KEPT];
    private final long[] seconds = new long[KEPT];
    private long count;
    private long hash = 0x5249_4c4cL;

    /// @param trace is told every event at once, or null
    Journal(Consumer<String> trace) {
        this.trace = trace;
    }

    /// @param event what, always the same object for the same kind
    /// @param who a connection's or a loop's number
    void add(long time, String event, int who, long first, long second) {
        int at = (int) (count++ & KEPT - 1);
        times[at] = time;
        events[at] = event;
        whos[at] = who;
        firsts[at] = first;
        seconds[at] = second;
        mix(time);
        mix((long) event.hashCode() << 32 ^ who);
        mix(first);
        mix(second);
        if (trace != null) {
            trace.accept(line(at));
        }
    }

    private void mix(long value) {
        long mixed = (hash ^ value) * 0x9fb21c651e98df25L;
        hash = mixed ^ mixed >>> 29;
    }

    long hash() {
        return hash;
    }

    /// The last events, oldest first.
    ///
    /// @param who of whom, or -1 for all
    List<String> last(int most, int who) {
        List<String> lines = new ArrayList<>();
        for (long i = count - 1; i >= Math.max(0, count - KEPT) && lines.size() < most; i--) {
            int at = (int) (i & KEPT - 1);
            if (who < 0 || whos[at] == who) {
                lines.add(line(at));
            }
        }
        return lines.reversed();
    }

    private String line(int at) {
        return String.format(Locale.ROOT, "%14.6f s  #%-5d %-22s %d %d", times[at] / 1e9, whos[at],
                events[at], firsts[at], seconds[at]);
    }
}
