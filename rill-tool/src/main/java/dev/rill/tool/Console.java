package dev.rill.tool;

import java.io.PrintWriter;

/// Standard error with one line that is kept up to date below the messages, on a terminal;
/// elsewhere just the messages.
final class Console {

    private static final String ERASE = "\r\u001b[K";

    private final PrintWriter err;
    private final Terminal terminal;
    private String status = "";

    Console(PrintWriter err, Terminal terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    /// Whether [#status] shows anything.
    boolean isLive() {
        return terminal.isTerminal();
    }

    /// A message, above the status line.
    synchronized void message(String text) {
        erase();
        err.println("rill: " + text);
        err.print(status);
        err.flush();
    }

    /// What the line at the bottom says from now on.
    synchronized void status(String text) {
        if (isLive()) {
            erase();
            status = text;
            err.print(status);
            err.flush();
        }
    }

    /// Takes the status line away.
    synchronized void clear() {
        erase();
        status = "";
        err.flush();
    }

    private void erase() {
        if (!status.isEmpty()) {
            err.print(ERASE);
        }
    }
}
