package dev.rill.tool;

import java.util.List;

/// Whether one of our two outputs is a terminal, and what may be written to it. Java can only tell
/// whether input and output both are, so `./rill` finds out and says so in a property.
final class Terminal {

    private static final String ESCAPE = "\u001b[";
    private static final String RESET = ESCAPE + "0m";

    private final boolean terminal;
    private final boolean colours;

    Terminal(boolean terminal, boolean noColor) {
        this.terminal = terminal;
        this.colours = terminal && !noColor;
    }

    static Terminal out() {
        return named("out");
    }

    static Terminal err() {
        return named("err");
    }

    private static Terminal named(String output) {
        String terminals = System.getProperty("rill.terminals", "");
        String noColor = System.getenv("NO_COLOR");
        boolean dumb = "dumb".equals(System.getenv("TERM"));
        boolean terminal = List.of(terminals.split(",")).contains(output);
        return new Terminal(terminal, dumb || (noColor != null && !noColor.isEmpty()));
    }

    /// Whether a line may be written over, for a progress display.
    boolean isTerminal() {
        return terminal;
    }

    boolean colours() {
        return colours;
    }

    String bold(String text) {
        return inCode("1", text);
    }

    String faint(String text) {
        return inCode("2", text);
    }

    String red(String text) {
        return inCode("31", text);
    }

    String green(String text) {
        return inCode("32", text);
    }

    String yellow(String text) {
        return inCode("33", text);
    }

    private String inCode(String code, String text) {
        return colours ? ESCAPE + code + "m" + text + RESET : text;
    }
}
