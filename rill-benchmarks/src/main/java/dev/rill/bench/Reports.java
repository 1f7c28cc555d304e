package dev.rill.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/// The files that a run leaves.
///
/// @param json every round; null when not wanted, then it goes beside the report
/// @param html a report; null when not wanted
record Reports(Path json, Path html) {

    Reports {
        if (json == null && html != null) {
            String name = html.getFileName().toString().replaceFirst("\\.html?$", "");
            json = html.resolveSibling(name + ".json");
        }
    }

    /// Complains before hours of measuring, not after them.
    void requireWritable() {
        for (Path file : new Path[] {json, html}) {
            if (file != null) {
                Path folder = file.toAbsolutePath().getParent();
                if (!Files.isDirectory(folder) || !Files.isWritable(folder)
                        || Files.isDirectory(file)) {
                    throw new BenchFailed(file + " cannot be written: "
                            + (Files.isDirectory(file) ? "it is a folder"
                            : "its folder is missing or read-only"));
                }
            }
        }
    }

    void write(BenchResult result) throws IOException {
        if (json != null) {
            Files.writeString(json, Json.pretty(result.toJson()) + "\n");
        }
        if (html != null) {
            Files.writeString(html, HtmlReport.of(result));
        }
    }

    void announce(PrintWriter out) {
        if (html != null) {
            out.println("Report: " + html);
        }
        if (json != null) {
            out.println("Every round: " + json);
        }
    }
}
