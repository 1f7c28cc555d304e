package dev.rill.bench;

import java.util.List;

/// Columns of text, the first flush left, the others flush right, the last as it is.
final class TextTable {

    private TextTable() {
    }

    static String of(List<List<String>> rows, int indent) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(" ".repeat(indent));
            for (int i = 0; i < columns; i++) {
                String value = row.get(i);
                String blanks = " ".repeat(widths[i] - value.length());
                line.append(i == 0 || i == columns - 1 ? value + blanks : blanks + value)
                        .append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
