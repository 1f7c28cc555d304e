package dev.rill.scenario;

import java.nio.file.Path;

/// Where something stands in a scenario file.
///
/// @param file the file, as it was named
/// @param line counted from 1
/// @param text the line as written, without blanks around it
record Place(Path file, int line, String text) {

    @Override
    public String toString() {
        return file + ":" + line;
    }
}
