package dev.rill.scenario;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where the files of the repository are.
final class Documents {

    private Documents() {
    }

    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(folder.resolve("rill-core/pom.xml"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
