package dev.rill.bench;

import java.io.PrintStream;

/// One line on a terminal that says what goes on; nothing where nobody looks.
final class Progress {

    private static final int WIDTH = 78;

    private final PrintStream terminal;
    private final int cells;
    private int cell;
    private Cell current;

    /// A line on a terminal.
    ///
    /// @param terminal where to, or null for nowhere
    /// @param cells how many there will be
    Progress(PrintStream terminal, int cells) {
        this.terminal = terminal;
        this.cells = cells;
    }

    void show(Cell now, String peer, String what) {
        if (terminal == null) {
            return;
        }
        if (!now.equals(current)) {
            current = now;
            cell++;
        }
        String line = "[" + cell + "/" + cells + "] " + now.name() + "  " + peer + ": " + what;
        if (line.length() > WIDTH) {
            line = line.substring(0, WIDTH);
        }
        terminal.print("\r" + line + " ".repeat(WIDTH - line.length()) + "\r");
        terminal.flush();
    }

    /// Leaves the line to others.
    void clear() {
        if (terminal != null) {
            terminal.print("\r" + " ".repeat(WIDTH) + "\r");
            terminal.flush();
        }
    }
}
