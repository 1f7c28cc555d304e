package dev.rill.tool;

import java.util.Arrays;

/// A rectangle of characters, each with the ink it is written in. What does not fit is cut off.
final class TopCanvas {

    /// How something is written: the parameters of the terminal's SGR sequence, see ECMA-48.
    static final String PLAIN = "";
    static final String BOLD = "1";
    static final String FAINT = "38;5;245";
    static final String TITLE = "1;38;5;231;48;5;24";
    static final String ALARM = "1;38;5;231;48;5;160";
    static final String WARNING = "1;38;5;214";
    static final String GOOD = "38;5;78";
    static final String WAVE = "38;5;45";

    private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";
    private static final String LEVELS = " ▁▂▃▄▅▆▇█";

    private final int width;
    private final char[][] glyphs;
    private final String[][] inks;
    private final boolean colours;

    TopCanvas(int width, int height, boolean colours) {
        this.width = width;
        this.colours = colours;
        glyphs = new char[height][width];
        inks = new String[height][width];
        for (int row = 0; row < height; row++) {
            Arrays.fill(glyphs[row], ' ');
            Arrays.fill(inks[row], PLAIN);
        }
    }

    int width() {
        return width;
    }

    int height() {
        return glyphs.length;
    }

    boolean colours() {
        return colours;
    }

    /// Writes text.
    ///
    /// @return the column behind it
    int put(int row, int column, String text, String ink) {
        for (int i = 0; i < text.length(); i++) {
            set(row, column + i, text.charAt(i), ink);
        }
        return column + text.length();
    }

    /// Writes text that ends before a column.
    void putBefore(int row, int column, String text, String ink) {
        put(row, column - text.length(), text, ink);
    }

    /// Gives a whole row an ink.
    void paint(int row, String ink) {
        if (row >= 0 && row < glyphs.length) {
            Arrays.fill(inks[row], ink);
        }
    }

    void set(int row, int column, char glyph, String ink) {
        if (row >= 0 && row < glyphs.length && column >= 0 && column < width) {
            glyphs[row][column] = glyph;
            inks[row][column] = ink;
        }
    }

    /// A block that fills its place from the left.
    ///
    /// @param eighths 0 to 8
    static char fromLeft(int eighths) {
        return EIGHTHS.charAt(Math.clamp(eighths, 0, 8));
    }

    /// A block that fills its place from below.
    ///
    /// @param eighths 0 to 8
    static char fromBelow(int eighths) {
        return LEVELS.charAt(Math.clamp(eighths, 0, 8));
    }

    /// The rows, without blanks at their ends where these have no colour.
    String[] rows() {
        String[] rows = new String[glyphs.length];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = colours ? inked(row) : new String(glyphs[row]).stripTrailing();
        }
        return rows;
    }

    private String inked(int row) {
        int end = width;
        while (end > 0 && glyphs[row][end - 1] == ' ' && inks[row][end - 1].equals(PLAIN)) {
            end--;
        }
        StringBuilder text = new StringBuilder();
        String ink = PLAIN;
        for (int column = 0; column < end; column++) {
            if (!inks[row][column].equals(ink)) {
                ink = inks[row][column];
                text.append("\u001b[0").append(ink.isEmpty() ? "" : ";").append(ink).append('m');
            }
            text.append(glyphs[row][column]);
        }
        return (ink.isEmpty() ? text : text.append("\u001b[0m")).toString();
    }
}
