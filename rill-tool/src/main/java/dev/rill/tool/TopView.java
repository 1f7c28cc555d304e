package dev.rill.tool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// What `./rill top` shows of the samples it was given: totals, rates since the sample before, the
/// buffers, who keeps them, and who waits for one.
final class TopView {

    private static final int MARGIN = 2;
    private static final int HISTORY = 512;
    /// A terminal of so many rows has room for blank ones.
    private static final int AIRY = 30;
    /// Rows above the buffers, and below them without those of the keepers; both one more when
    /// there is room for blank ones.
    private static final int ROWS_ABOVE = 7;
    private static final int ROWS_BELOW = 4;
    private static final int KEEPERS_MIN = 3;
    private static final int KEEPERS_MAX = 8;
    private static final int KEEPERS_WIDTH = 92;

    private final ArrayDeque<Double> rates = new ArrayDeque<>();
    private TopSample before;
    private TopSample now;
    private String notice = "";

    /// A look that is newer than those before. One of another start begins anew.
    void add(TopSample sample) {
        before = now != null && sample.nanos() > now.nanos() ? now : null;
        now = sample;
        if (before == null) {
            rates.clear();
        } else {
            rates.addLast(perSecond(now.loop("bytesReceived") - before.loop("bytesReceived")));
            if (rates.size() > HISTORY) {
                rates.removeFirst();
            }
        }
    }

    boolean isEmpty() {
        return now == null;
    }

    /// Something to say at the bottom; empty for nothing.
    void notice(String text) {
        notice = text;
    }

    /// How many rows show everything well.
    int rowsWanted(int width) {
        return Math.max(AIRY, ROWS_ABOVE + ROWS_BELOW + 2 + KEEPERS_MIN
                + TopBuffers.rowsWanted(now.buffers(), width));
    }

    /// The picture.
    String[] draw(int width, int height, boolean colours) {
        TopCanvas canvas = new TopCanvas(width, height, colours);
        int gap = height >= AIRY ? 1 : 0;
        title(canvas);
        throughput(canvas, 1 + gap);
        numbers(canvas, 2 + gap);
        summary(canvas, 6 + gap);
        int room = height - ROWS_ABOVE - ROWS_BELOW - 2 * gap;
        int bars = new TopBuffers(now, canvas).draw(ROWS_ABOVE + gap,
                Math.max(1, room - KEEPERS_MIN));
        keepers(canvas, ROWS_ABOVE + gap + bars + 1, Math.min(room - bars, KEEPERS_MAX));
        starvation(canvas, height - 2);
        TopBuffers.legend(canvas, height - 1, MARGIN);
        if (!notice.isEmpty()) {
            canvas.putBefore(height - 1, width - 1, notice, TopCanvas.PLAIN);
        }
        return canvas.rows();
    }

    /// What does not fit beside the addresses is left out, the least important first.
    private void title(TopCanvas canvas) {
        canvas.paint(0, TopCanvas.TITLE);
        String part = now.loops() == 1 ? "" : "   loop 1 of " + now.loops();
        int at = canvas.put(0, MARGIN, "rill top   " + now.word("listen") + " → "
                + now.word("server") + part, TopCanvas.TITLE);
        String kernel = now.word("kernel").replaceAll("[-,].*", "");
        String right = "pid " + now.pid();
        for (String more : List.of(Units.duration(now.nanos()), kernel)) {
            if (canvas.width() - MARGIN - at > right.length() + more.length() + 4) {
                right = more + "  " + right;
            }
        }
        canvas.putBefore(0, canvas.width() - MARGIN, right, TopCanvas.TITLE);
    }

    private void throughput(TopCanvas canvas, int row) {
        int at = canvas.put(row, MARGIN, pad(rate("loop", "bytesReceived"), 12), TopCanvas.BOLD);
        int room = canvas.width() - MARGIN - at;
        double most = rates.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        List<Double> shown = new ArrayList<>(rates);
        shown = shown.subList(Math.max(0, shown.size() - room), shown.size());
        int column = canvas.width() - MARGIN - shown.size();
        for (double each : shown.size() > 1 ? shown : List.<Double>of()) {
            int eighths = most == 0 ? 0 : (int) Math.round(8 * each / most);
            canvas.set(row, column++, TopCanvas.fromBelow(Math.max(1, eighths)), TopCanvas.WAVE);
        }
    }

    private void numbers(TopCanvas canvas, int row) {
        long enters = since("loop", "enters");
        long bytes = since("loop", "bytesReceived");
        String perEnter = enters == 0 ? "-" : Units.decimal(
                (double) since("loop", "completions") / enters);
        String perMegabyte = bytes == 0 ? "-" : Units.decimal((double) enters * (1 << 20) / bytes);
        table(canvas, row, "to server", rate("proxy", "bytesToServer"),
                "clients", Units.count(now.proxy("open")),
                "completions/enter", perEnter);
        table(canvas, row + 1, "to clients", rate("proxy", "bytesToClient"),
                "served", Units.count(now.proxy("served")),
                "system calls/MiB", perMegabyte);
        table(canvas, row + 2, "filled",
                Units.percent(now.loop("bytesReceived"), now.group("bytesUsedUp")),
                "rescues", Units.count(now.loop("rescues") + now.group("holdRescues")),
                "parts/receive", parts());
    }

    private static void table(TopCanvas canvas, int row, String... words) {
        int column = (canvas.width() - 2 * MARGIN) / 3;
        for (int i = 0; i < words.length; i += 2) {
            int at = canvas.put(row, MARGIN + i / 2 * column, pad(words[i], i < 4 ? 11 : 18),
                    TopCanvas.FAINT);
            canvas.put(row, at, words[i + 1], TopCanvas.BOLD);
        }
    }

    private void summary(TopCanvas canvas, int row) {
        int at = canvas.put(row, MARGIN, Units.count(now.buffers()) + " buffers of "
                + Units.bytes(now.bufferSize()), TopCanvas.BOLD);
        long memory = now.group("allocated");
        canvas.put(row, at, (memory == now.buffers() ? "" : ", " + memory + " with memory") + ": "
                + now.group("lent") + " lent, " + now.group("held") + " kept, "
                + Units.bytes(kept()) + " pin " + Units.bytes(now.group("pinnedBytes")),
                TopCanvas.PLAIN);
    }

    /// What is kept in buffers that the kernel is finished with.
    private long kept() {
        long bytes = 0;
        for (int bid = 0; bid < now.buffers(); bid++) {
            bytes += now.states().charAt(bid) == 'h' ? now.heldBytes().get(bid) : 0;
        }
        return bytes;
    }

    // ---- who keeps them ----------------------------------------------------------------------

    private record Row(String what, TopSample.Keeper keeper) {
    }

    private List<Row> keeperList() {
        List<Row> all = new ArrayList<>();
        now.unsent().forEach(keeper -> all.add(new Row("unsent to ", keeper)));
        now.holders().forEach(keeper -> all.add(new Row("held from ", keeper)));
        all.sort((one, other) -> Long.compare(other.keeper.bytes(), one.keeper.bytes()));
        return all;
    }

    private void keepers(TopCanvas canvas, int row, int most) {
        int since = Math.min(canvas.width(), KEEPERS_WIDTH) - MARGIN;
        int buffers = since - 11;
        int bytes = buffers - 10;
        canvas.put(row, MARGIN, "who keeps what", TopCanvas.FAINT);
        canvas.putBefore(row, bytes, "bytes", TopCanvas.FAINT);
        canvas.putBefore(row, buffers, "buffers", TopCanvas.FAINT);
        canvas.putBefore(row, since, "since", TopCanvas.FAINT);
        List<Row> all = keeperList();
        if (all.isEmpty()) {
            canvas.put(row + 1, MARGIN, "nobody keeps anything", TopCanvas.FAINT);
        }
        for (int i = 0; i < Math.min(most, all.size()); i++) {
            int line = row + 1 + i;
            TopSample.Keeper keeper = all.get(i).keeper;
            int at = canvas.put(line, MARGIN, all.get(i).what, TopCanvas.FAINT);
            int room = bytes - 9 - at;
            String name = keeper.name();
            canvas.put(line, at, name.length() > room ? name.substring(0, room) : name,
                    TopCanvas.PLAIN);
            canvas.putBefore(line, bytes, Units.bytes(keeper.bytes()), TopCanvas.BOLD);
            canvas.putBefore(line, buffers, Units.count(keeper.buffers()), TopCanvas.PLAIN);
            canvas.putBefore(line, since, TopBuffers.age(keeper.millis()), TopCanvas.PLAIN);
        }
    }

    /// Who finds no buffer. While there are free ones, those that wait get them in this very turn
    /// of the loop; when all are kept, it is an alarm.
    private void starvation(TopCanvas canvas, int row) {
        long parked = now.loop("parked");
        String who = Units.count(parked) + (parked == 1 ? " connection" : " connections");
        String rate = Units.count(Math.round(perSecond(since("loop", "enobufs"))))
                + " ENOBUFS/s";
        if (parked > 0 && now.count('h') == now.buffers()) {
            canvas.paint(row, TopCanvas.ALARM);
            canvas.put(row, MARGIN, "STARVING  no buffer for " + who + "  " + rate + "  "
                    + String.join(", ", now.parked()), TopCanvas.ALARM);
        } else if (parked > 0 || since("loop", "enobufs") > 0) {
            canvas.put(row, MARGIN, "SHORT OF BUFFERS  " + who + " next in turn  " + rate
                    + "  " + String.join(", ", now.parked()), TopCanvas.WARNING);
        } else {
            canvas.put(row, MARGIN, "nobody waits for a buffer  "
                    + Units.count(now.loop("enobufs")) + " ENOBUFS since the start",
                    TopCanvas.GOOD);
        }
    }

    // ---- rates -------------------------------------------------------------------------------

    private String parts() {
        long several = now.bundleSizes().stream().skip(1).mapToLong(Long::longValue).sum();
        long all = now.bundleSizes().stream().mapToLong(Long::longValue).sum();
        return several == 0 ? all == 0 ? "-" : "1" : Units.percent(several, all) + " > 1";
    }

    private String rate(String group, String name) {
        return before == null ? "-" : Units.rate(since(group, name), now.nanos() - before.nanos());
    }

    private long since(String group, String name) {
        if (before == null) {
            return 0;
        }
        return group.equals("proxy") ? now.proxy(name) - before.proxy(name)
                : now.loop(name) - before.loop(name);
    }

    private double perSecond(long count) {
        return before == null ? 0 : count * 1e9 / (now.nanos() - before.nanos());
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }
}
