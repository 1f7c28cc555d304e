package dev.rill.tool;

/// Draws the buffers of a sample: each is a bar that fills as it is sipped. Few buffers get a row
/// each, with words; more of them share rows; of very many each is one block, or several are.
///
/// In colour: what the kernel is filling is bright, what somebody keeps turns from yellow to red as
/// it gets older. Without colour the same is said by the shade of the blocks.
final class TopBuffers {

    private static final String LENT = "38;5;240;48;5;237";
    private static final String FREE = "38;5;240";
    private static final String CURRENT = "38;5;48;48;5;237";
    /// What is kept, by age; the limits are below.
    private static final String[] KEPT = {
        "38;5;228;48;5;237", "38;5;220;48;5;237", "38;5;214;48;5;237", "38;5;208;48;5;237",
        "38;5;202;48;5;237", "38;5;196;48;5;237",
    };
    private static final int[] AGE_MILLIS = {20, 100, 300, 1000, 5000};

    private static final int MARGIN = 2;
    private static final int BID_WIDTH = 6;
    private static final int WORDS_WIDTH = 36;
    private static final int CELL_MIN = 2;
    private static final int CELL_MAX = 20;
    /// From this width on there is room for the buffer's number in front of its bar.
    private static final int CELL_NAMED = 13;

    private final TopSample sample;
    private final TopCanvas canvas;

    TopBuffers(TopSample sample, TopCanvas canvas) {
        this.sample = sample;
        this.canvas = canvas;
    }

    /// What the colours, or the shades, mean.
    static void legend(TopCanvas canvas, int row, int column) {
        boolean colours = canvas.colours();
        int at = canvas.put(row, column, "··", FREE);
        at = canvas.put(row, at, " free  ", TopCanvas.FAINT);
        at = canvas.put(row, at, colours ? "  " : "──", LENT);
        at = canvas.put(row, at, " lent  ", TopCanvas.FAINT);
        at = canvas.put(row, at, "█▌", CURRENT);
        at = canvas.put(row, at, " filling  ", TopCanvas.FAINT);
        for (int age = 0; age < KEPT.length; age += 2) {
            at = canvas.put(row, at, colours ? "█" : "▓", KEPT[age]);
        }
        at = canvas.put(row, at, colours ? " kept, red for long  " : " kept  ", TopCanvas.FAINT);
        at = canvas.put(row, at, "░░", KEPT[0]);
        canvas.put(row, at, " pinned with it", TopCanvas.FAINT);
    }

    /// How many rows [#draw] needs at most, given as many as it likes.
    static int rowsWanted(int buffers, int width) {
        return buffers <= 16 ? buffers
                : (buffers + perRow(width, CELL_NAMED) - 1) / perRow(width, CELL_NAMED);
    }

    /// Draws into some rows.
    ///
    /// @return how many were needed
    int draw(int row, int rows) {
        int count = sample.buffers();
        if (count <= rows) {
            for (int bid = 0; bid < count; bid++) {
                drawRow(row + bid, bid);
            }
            return count;
        }
        for (int cell = CELL_MAX; cell >= CELL_MIN; cell--) {
            int perRow = perRow(canvas.width(), cell);
            if ((count + perRow - 1) / perRow <= rows) {
                for (int bid = 0; bid < count; bid++) {
                    drawCell(row + bid / perRow, MARGIN + bid % perRow * cell, cell - 1, bid);
                }
                return (count + perRow - 1) / perRow;
            }
        }
        return drawBlocks(row, rows);
    }

    private static int perRow(int width, int cell) {
        return Math.max(1, (width - 2 * MARGIN + 1) / cell);
    }

    private void drawRow(int row, int bid) {
        canvas.putBefore(row, BID_WIDTH, Integer.toString(bid), TopCanvas.FAINT);
        int bar = Math.max(1, canvas.width() - BID_WIDTH - 2 - WORDS_WIDTH - MARGIN);
        drawBar(row, BID_WIDTH + 1, bar, bid);
        int words = BID_WIDTH + 1 + bar + 2;
        canvas.putBefore(row, words + 8, switch (state(bid)) {
            case 'a' -> "";
            case 'o' -> "free";
            case 'p' -> "lent";
            case 'c' -> Units.bytes(sample.filled().get(bid));
            default -> Units.bytes(sample.heldBytes().get(bid));
        }, state(bid) == 'c' || state(bid) == 'h' ? TopCanvas.PLAIN : TopCanvas.FAINT);
        if (state(bid) == 'h') {
            int at = canvas.put(row, words + 10, age(sample.ageMillis().get(bid)),
                    canvas.colours() ? kept(bid) : TopCanvas.PLAIN);
            String keeper = sample.keepers().get(bid);
            canvas.put(row, at + 1, keeper == null ? "" : keeper, TopCanvas.FAINT);
        }
    }

    private void drawCell(int row, int column, int width, int bid) {
        int from = column;
        if (width + 1 >= CELL_NAMED) {
            String name = Integer.toString(bid);
            int room = Integer.toString(sample.buffers() - 1).length();
            canvas.putBefore(row, column + room, name, TopCanvas.FAINT);
            from = column + room + 1;
        }
        drawBar(row, from, column + width - from, bid);
    }

    private void drawBar(int row, int column, int width, int bid) {
        switch (state(bid)) {
            case 'h' -> drawKept(row, column, width, bid);
            case 'c' -> drawFilling(row, column, width, bid);
            default -> {
                for (int i = 0; i < width; i++) {
                    canvas.set(row, column + i, idle(bid), idleInk(bid));
                }
            }
        }
    }

    private void drawFilling(int row, int column, int width, int bid) {
        int eighths = eighths(sample.filled().get(bid), 8 * width);
        for (int i = 0; i < width; i++) {
            int here = Math.clamp(eighths - 8L * i, 0, 8);
            char empty = canvas.colours() ? ' ' : '─';
            canvas.set(row, column + i, here == 0 ? empty : TopCanvas.fromLeft(here), CURRENT);
        }
    }

    private void drawKept(int row, int column, int width, int bid) {
        int eighths = eighths(sample.heldBytes().get(bid), 8 * width);
        char full = canvas.colours() ? '█' : '▓';
        for (int i = 0; i < width; i++) {
            canvas.set(row, column + i, 8 * i < eighths ? full : '░', kept(bid));
        }
    }

    /// One block for each buffer, or for as many as must share one.
    private int drawBlocks(int row, int rows) {
        int perRow = Math.max(1, canvas.width() - 2 * MARGIN);
        int share = (sample.buffers() + perRow * rows - 1) / (perRow * rows);
        int blocks = (sample.buffers() + share - 1) / share;
        for (int block = 0; block < blocks; block++) {
            drawBlock(row + block / perRow, MARGIN + block % perRow, block * share,
                    Math.min(sample.buffers(), (block + 1) * share));
        }
        return (blocks + perRow - 1) / perRow;
    }

    /// Where several share a block, it rises with how many of them are kept, and has the colour of
    /// the one that is kept longest.
    private void drawBlock(int row, int column, int from, int to) {
        int worst = from;
        int kept = 0;
        for (int bid = from; bid < to; bid++) {
            kept += state(bid) == 'h' ? 1 : 0;
            worst = rank(bid) > rank(worst) ? bid : worst;
        }
        switch (state(worst)) {
            case 'h' -> canvas.set(row, column,
                    TopCanvas.fromBelow((8 * kept + to - from - 1) / (to - from)), kept(worst));
            case 'c' -> canvas.set(row, column, TopCanvas.fromLeft(
                    Math.max(1, eighths(sample.filled().get(worst), 8))), CURRENT);
            default -> canvas.set(row, column, idle(worst), idleInk(worst));
        }
    }

    private long rank(int bid) {
        return switch (state(bid)) {
            case 'h' -> 2 + sample.ageMillis().get(bid);
            case 'c' -> 1;
            case 'p' -> 0;
            case 'o' -> -1;
            default -> -2;
        };
    }

    /// How long something has lasted that is measured in milliseconds.
    static String age(long millis) {
        return millis == 0 ? "<1 ms" : Units.duration(millis * 1_000_000);
    }

    /// A buffer with anything in it shows.
    private int eighths(long bytes, int all) {
        long shown = bytes * all / sample.bufferSize();
        return Math.clamp(bytes > 0 ? Math.max(1, shown) : 0, 0, all);
    }

    /// What a buffer looks like that nothing is in.
    private char idle(int bid) {
        return switch (state(bid)) {
            case 'p' -> canvas.colours() ? ' ' : '─';
            case 'o' -> '·';
            default -> ' ';
        };
    }

    private String idleInk(int bid) {
        return state(bid) == 'p' ? LENT : FREE;
    }

    private char state(int bid) {
        return sample.states().charAt(bid);
    }

    private String kept(int bid) {
        int step = 0;
        while (step < AGE_MILLIS.length && sample.ageMillis().get(bid) >= AGE_MILLIS[step]) {
            step++;
        }
        return KEPT[step];
    }
}
