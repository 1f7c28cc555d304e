package dev.rill.scenario;

import java.nio.file.Path;
import java.util.List;

/// One case: an id, what it is about, and what to do and expect.
///
/// @param id as in `C-029`
/// @param title one line
/// @param file where it is written
/// @param line the line of its `case`
/// @param parts run one after the other, each with a ring of its own; empty when elsewhere
/// @param elsewhere what shows it instead, for what the language cannot say; empty otherwise
public record Scenario(String id, String title, Path file, int line, List<Part> parts,
        String elsewhere) {

    /// One run from a fresh ring to its end.
    ///
    /// @param name which of the parts this is, empty when there is one
    /// @param needs what must hold for it to mean anything
    /// @param statements in order
    public record Part(String name, List<Condition> needs, List<Statement> statements) {
    }
}
